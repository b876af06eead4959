"""`lastrun check` as its users meet it: outputs, filters, exit codes, terminals."""

import fcntl
import gzip
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
from pathlib import Path

from program import EXAMPLE, PROGRAM, RECORDINGS, body_of, check, dumps, environment, run, workflow

NOW = ["--now", "2026-11-22T12:00:00Z"]


def jq(filter_text, *files):
    return subprocess.run(["jq", "-c", filter_text, *files], capture_output=True, check=True).stdout


def batches(*arguments, **more):
    return json.loads(check(*arguments, "-o", "json", *NOW, **more).out)["batches"]


def summary(*arguments, **more):
    return {(b["namespace"], b["kind"], b["name"]): b["status"] for b in batches(*arguments, **more)}


class Outputs(unittest.TestCase):
    maxDiff = 4000

    def test_the_table(self):
        answer = check(EXAMPLE, *NOW)
        self.assertEqual((answer.code, answer.err), (1, b""))
        lines = answer.out.decode().splitlines()
        self.assertRegex(lines[0], r"^BATCH +KIND +VERDICT +SINCE \(UTC\) +RUN +WHY$")
        self.assertRegex(
            lines[1],
            r"^cron/every-minute +CronWorkflow +failed +2026-11-22 11:57:09 \(2m51s\) +every-minute-\d+ +run-failed",
        )
        statuses = [line.split()[2] for line in lines[1:38]]
        self.assertEqual(statuses, sorted(statuses, key=["failed", "unknown", "never", "ok"].index))
        self.assertEqual(lines[38], "")
        self.assertRegex(lines[39], r"^37 batches: \d+ failed, \d+ never, \d+ ok$")
        self.assertEqual(len(lines), 40)

    def test_json(self):
        answer = check(EXAMPLE, "--output", "json", *NOW)
        self.assertEqual((answer.code, answer.err), (1, b""))
        document = json.loads(answer.out)
        self.assertEqual(list(document), ["batches", "notes"])
        self.assertEqual(len(document["batches"]), 37)
        by_name = {batch["name"]: batch for batch in document["batches"]}
        batch = by_name["every-minute"]
        self.assertEqual(
            {
                name: batch[name]
                for name in ("cluster", "namespace", "kind", "status", "failing", "reason", "also", "since")
            },
            {
                "cluster": "",
                "namespace": "cron",
                "kind": "CronWorkflow",
                "status": "failed",
                "failing": 1,
                "reason": "run-failed",
                "also": [],
                "since": "2026-11-22T11:57:09Z",
            },
        )
        self.assertEqual(
            {name: batch["run"][name] for name in ("name", "phase", "created_at", "finished_at", "message")},
            {
                "name": "every-minute-1795348620",
                "phase": "Failed",
                "created_at": "2026-11-22T11:57:00Z",
                "finished_at": "2026-11-22T11:57:09Z",
                "message": "main: Error (exit code 1)",
            },
        )
        self.assertEqual(by_name["ok"]["failing"], 0)
        self.assertIsNone(by_name["running"]["since"])

    def test_jsonl_has_a_line_for_each_batch(self):
        answer = check(EXAMPLE, "--output", "jsonl", "--cluster", "c1")
        self.assertEqual((answer.code, answer.err), (1, b""))
        points = [json.loads(line) for line in answer.out.splitlines()]
        self.assertEqual(len(points), 37)
        self.assertIn(
            {
                "labels": {"cluster": "c1", "namespace_name": "team-a", "kind": "Workflow", "batch": "fail"},
                "value": 1,
            },
            points,
        )

    def test_prometheus(self):
        answer = check(EXAMPLE, "--output", "prometheus")
        self.assertEqual((answer.code, answer.err), (1, b""))
        lines = [line for line in answer.out.decode().splitlines() if line.startswith("lastrun_batch_failing{")]
        self.assertEqual(len(lines), 37)

    def test_every_output_tells_the_same_verdicts(self):
        failing = sum(batch["failing"] or 0 for batch in batches(EXAMPLE))
        points = check(EXAMPLE, "-o", "jsonl").out.splitlines()
        self.assertEqual(sum(line.endswith(b'"value":1}') for line in points), failing)
        self.assertIn(f"{failing} failed", check(EXAMPLE).out.decode().splitlines()[39])
        metrics = check(EXAMPLE, "-o", "prometheus").out.decode()
        self.assertEqual(len(re.findall(r"^lastrun_batch_failing\{.*\} 1$", metrics, re.MULTILINE)), failing)

    def test_the_clock_stands_in_since_and_an_old_dump_is_noted(self):
        table = check(EXAMPLE, "--now", "2026-11-22T13:57:09+01:00").out.decode()
        self.assertIn("2026-11-22 11:57:09 (1h00m)", table)
        self.assertIn("note: the newest time in the dump is 2026-11-22T11:57:09Z, 1h00m ago", table)
        self.assertNotIn("note:", check(EXAMPLE, *NOW).out.decode())


class Choices(unittest.TestCase):
    def test_namespaces(self):
        def seen(*arguments):
            return {namespace for namespace, _, _ in summary(*arguments)}

        self.assertEqual(seen(EXAMPLE), {"cron", "team-a", "team-b", "team-c"})
        self.assertEqual(seen("-n", "team-a", EXAMPLE), {"team-a"})
        self.assertEqual(seen("-n", "team-a,cron", EXAMPLE), {"team-a", "cron"})
        self.assertEqual(seen("--namespace", "team-a", "-n", "team-b", EXAMPLE), {"team-a", "team-b"})
        self.assertEqual(seen(EXAMPLE, "--namespace=team-c"), {"team-c"})

    def test_labels(self):
        def seen(selector):
            return {name for _, _, name in summary(EXAMPLE, "-l", selector)}

        label = "workflows.argoproj.io/cron-workflow"
        self.assertEqual(seen(f"{label}=every-minute"), {"every-minute"})
        self.assertEqual(seen(f"{label} in (every-minute, timezone)"), {"every-minute", "timezone"})
        self.assertNotIn("every-minute", seen(f"!{label}"))
        self.assertEqual(seen(f"{label},{label}!=every-minute") | {"every-minute"}, seen(label))

    def test_a_choice_that_leaves_nothing_is_an_error(self):
        answer = check(EXAMPLE, "-n", "nowhere")
        self.assertEqual((answer.code, answer.out), (2, b""))
        self.assertEqual(answer.err, b"lastrun: none of the 58 runs and schedules passes --namespace and --selector\n")

    def test_failing_only(self):
        some = batches(EXAMPLE, "--failing-only")
        self.assertEqual({batch["status"] for batch in some}, {"failed"})
        self.assertEqual(len(some), sum(batch["failing"] == 1 for batch in batches(EXAMPLE)))
        fine = check(EXAMPLE, "-l", "workflows.argoproj.io/phase=Succeeded", "--failing-only", *NOW)
        self.assertEqual((fine.code, fine.out, fine.err), (0, b"0 batches\n", b""))

    def test_groups(self):
        self.assertEqual(
            {
                name: status
                for (_, _, name), status in summary(EXAMPLE, "--group-by", "namespace", "--rule", "any").items()
            },
            {"cron": "failed", "team-a": "failed", "team-b": "failed", "team-c": "failed"},
        )
        pattern = summary(EXAMPLE, "--group-by", "{namespace}/{kind}", "--rule", "newest")
        self.assertIn(("", "Pattern", "team-c/WorkflowTemplate"), pattern)
        self.assertEqual(
            check(EXAMPLE, "--like-the-pipeline").out, check(EXAMPLE, "--group-by", "namespace", "--rule", "newest").out
        )

    def test_exit_codes(self):
        self.assertEqual(check(stdin=dumps(workflow())).code, 0)
        self.assertEqual(check(stdin=dumps(workflow(phase="Failed"))).code, 1)
        unseen = {
            "kind": "CronWorkflow",
            "metadata": {"name": "c", "namespace": "s", "creationTimestamp": "2026-11-22T10:00:00Z"},
            "status": {"lastScheduledTime": "2026-11-22T11:00:00Z", "succeeded": 3, "failed": 2},
        }
        self.assertEqual(check(stdin=dumps(unseen)).code, 2)
        self.assertEqual(check(stdin=dumps([unseen, workflow(phase="Failed")])).code, 1)
        self.assertEqual(check(stdin=b"[]").code, 0)


class Inputs(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="lastrun-check-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, content, name):
        path = self.dir / name
        path.write_bytes(content)
        return path

    def test_a_file_standard_input_and_packed_ones_give_the_same(self):
        expected = check(EXAMPLE, *NOW).out
        text = EXAMPLE.read_bytes()
        zstd = subprocess.run(["zstd", "-qc", EXAMPLE], capture_output=True, check=True).stdout
        for arguments, stdin in (([], text), (["-"], text), ([], gzip.compress(text)), ([], zstd)):
            self.assertEqual(check(*arguments, *NOW, stdin=stdin).out, expected)
        self.assertEqual(check(self.write(zstd, "named.json"), *NOW).out, expected, "what it is, not how it is called")

    def test_several_files_are_one_dump(self):
        runs = json.loads(EXAMPLE.read_bytes())
        parts = [self.write(dumps(runs[start::3]), f"{start}.json") for start in range(3)]
        expected = summary(EXAMPLE)
        self.assertEqual(summary(*parts), expected)
        self.assertEqual(summary(parts[0], "-", parts[2], stdin=parts[1].read_bytes()), expected)
        self.assertEqual(summary(stdin=b"\n".join(part.read_bytes() for part in parts)), expected)
        lines = self.write(jq(".[]", EXAMPLE), "lines.jsonl")
        self.assertEqual(summary(lines), expected)

    def test_kubectls_listing_tells_what_argos_tells(self):
        self.assertEqual(summary(RECORDINGS / "api/kubectl-workflows-A.json"), summary(EXAMPLE))
        self.assertEqual(summary(RECORDINGS / "api/list-full.json"), summary(EXAMPLE))

    def test_kinds_together(self):
        files = [
            RECORDINGS / "api/kubectl-workflows-A.json",
            RECORDINGS / "cron/kubectl-cronworkflows-A.json",
            RECORDINGS / "jobs/kubectl-jobs-A.json",
            RECORDINGS / "jobs/kubectl-cronjobs-A.json",
        ]
        seen = summary(*files)
        kinds = {kind for _, kind, _ in seen}
        self.assertEqual(kinds, {"Workflow", "WorkflowTemplate", "CronWorkflow", "Job", "CronJob"})
        self.assertEqual(seen["jobs", "CronJob", "every-minute-fail"], "failed")
        self.assertEqual(seen["jobs", "CronJob", "every-minute-ok"], "ok")
        self.assertEqual(seen["jobs", "CronJob", "hist0"], "ok")
        self.assertEqual(seen["jobs", "Job", "fail-bl2"], "failed")
        self.assertEqual(seen["jobs", "Job", "hang"], "never")
        self.assertEqual(seen["cron", "CronWorkflow", "every-minute"], "failed")
        mixed = jq('{kind: "List", apiVersion: "v1", items: [inputs.items[]]}', "-n", *files)
        self.assertEqual(summary(stdin=mixed), seen)
        sorted_keys = subprocess.run(["jq", "-S", "."], input=mixed, capture_output=True, check=True).stdout
        self.assertEqual(summary(stdin=sorted_keys), seen)

    def test_the_members_of_a_list_of_jobs_need_no_kind(self):
        """So the API server writes a JobList; jq -S puts its kind behind its items."""
        file = RECORDINGS / "jobs/kubectl-jobs-A.json"
        bare = jq('{kind: "JobList", items: [.items[] | del(.kind, .apiVersion)]}', file)
        self.assertEqual(summary(stdin=bare), summary(file))
        behind = jq('{items: [.items[] | del(.kind, .apiVersion)], kind: "JobList"}', file)
        self.assertEqual(summary(stdin=behind), summary(file))

    def test_workflows_that_the_argo_server_lists_twice_count_once(self):
        file = RECORDINGS / "rbac/mon-full.argo-list-via-server.stdout"
        runs = json.loads(file.read_bytes())
        once = {run["metadata"]["uid"]: run for run in runs}
        self.assertLess(len(once), len(runs))
        self.assertEqual(batches(file), batches(stdin=dumps(list(once.values()))))

    def test_of_a_run_that_is_listed_twice_the_newest_version_counts(self):
        old = workflow(phase="Running", uid="u", resourceVersion="9")
        old["metadata"]["labels"]["workflows.argoproj.io/completed"] = "false"
        new = workflow(phase="Failed", uid="u", resourceVersion="10")
        for runs in ([old, new], [new, old], [new, old, old], [old, new, new, old]):
            for rule in ("newest", "newest-finished"):
                self.assertEqual(check("--rule", rule, stdin=dumps(runs)).code, 1, rule)

    def test_the_argo_servers_listings(self):
        answer = check(stdin=body_of(RECORDINGS / "argoserver/workflows-all.http"))
        self.assertEqual(answer.code, 1)
        self.assertEqual(
            answer.err,
            b"lastrun: warning: the listing says that it is one page of several (metadata.continue is set); batches "
            b"may be missing\n",
        )
        archived = check(stdin=body_of(RECORDINGS / "argoserver/archived-all.http"))
        self.assertEqual((archived.code, archived.err), (1, b""))

    def test_the_argo_servers_cron_workflows_are_none_but_cron_workflows(self):
        seen = summary(stdin=body_of(RECORDINGS / "argoserver/cron-workflows-all.http"))
        self.assertEqual({kind for _, kind, _ in seen}, {"CronWorkflow"})
        self.assertEqual(seen, summary(RECORDINGS / "cron/kubectl-cronworkflows-A.json") | seen)

    def test_the_predecessor_misses_what_the_workflow_tells(self):
        pods = RECORDINGS / "pods/kubectl-get-pods-team-b.json"
        predecessor = check(
            "--rule", "last-finished-pod", pods, RECORDINGS / "pods/the-same-workflows.json", "-o", "jsonl"
        )
        self.assertEqual(predecessor.out, b'{"labels":{"namespace_name":"team-b"},"value":0}\n')
        self.assertEqual(predecessor.code, 0)
        seen = summary(RECORDINGS / "pods/the-same-workflows.json", pods)
        self.assertEqual(seen["team-b", "Workflow", "steps-parallel"], "failed")

    def test_the_predecessor_is_not_compared_without_pods(self):
        answer = run("compare", "--against", "predecessor", RECORDINGS / "pods/the-same-workflows.json")
        self.assertEqual((answer.code, answer.out), (2, b""))
        self.assertIn(b"no finished pod is listed", answer.err)

    def test_a_label_that_no_run_has_groups_nothing(self):
        answer = check("--group-by", "{namespace}/{label:nobody}", RECORDINGS / "pods/the-same-workflows.json")
        self.assertIn(b"warning: no run has all labels that --group-by asks for", answer.err)
        answer = check("--group-by", "{namespace}", RECORDINGS / "pods/the-same-workflows.json")
        self.assertEqual(answer.err, b"")

    def test_recorded_objects_alone(self):
        for file, code in (("fail", 1), ("ok", 0), ("running", 0), ("to-stop", 1), ("never-seen-by-controller", 0)):
            answer = check(RECORDINGS / f"objects/{file}.final.json")
            self.assertEqual((answer.code, answer.err), (code, b""), file)
        answer = check(RECORDINGS / "retry-transition/after-argo-retry-controller-down.json", *NOW)
        self.assertEqual(answer.code, 1)
        self.assertIn(b"retrying", answer.out)


class Terminals(unittest.TestCase):
    """What is shown on a terminal, and only there."""

    def on_terminal(self, *arguments, columns=200, **env):
        """Standard output is a terminal."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        shown = bytearray()
        reader = threading.Thread(target=read_terminal, args=(ours, shown))
        reader.start()
        answer = check(*arguments, stdout=theirs, env=environment(**{"TERM": "xterm", **env}))
        os.close(theirs)
        reader.join()
        self.assertEqual(answer.err, b"")
        return shown.decode().replace("\r\n", "\n")

    def test_colours_follow_the_terminal_and_no_color(self):
        self.assertIn("\x1b[31m", self.on_terminal(EXAMPLE))
        self.assertNotIn("\x1b", self.on_terminal(EXAMPLE, NO_COLOR="1"))
        self.assertIn("\x1b[31m", self.on_terminal(EXAMPLE, NO_COLOR=""), "no-color.org: when it is not empty")
        self.assertNotIn("\x1b", self.on_terminal(EXAMPLE, TERM="dumb"))
        self.assertNotIn(b"\x1b", check(EXAMPLE).out)
        for output in ("json", "jsonl", "prometheus"):
            self.assertNotIn("\x1b", self.on_terminal(EXAMPLE, "-o", output))

    def test_lines_fit_the_terminal(self):
        lines = self.on_terminal(EXAMPLE, *NOW, columns=70, NO_COLOR="1").splitlines()
        self.assertEqual(max(map(len, lines)), 70)
        self.assertTrue(any(line.endswith("…") for line in lines))
        coloured = self.on_terminal(EXAMPLE, *NOW, columns=70).splitlines()
        self.assertEqual([re.sub(r"\x1b\[\d+m", "", line) for line in coloured], lines)

    def test_long_reading_shows_a_progress_line_on_a_terminal_and_wipes_it(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, "check"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=environment(TERM="xterm"),
        )
        os.close(theirs)
        shown = bytearray()
        reader = threading.Thread(target=read_terminal, args=(ours, shown))
        reader.start()
        try:
            process.stdin.write(b"[" + dumps(workflow()))
            deadline = time.monotonic() + 30
            while b"reading" not in shown and time.monotonic() < deadline:  # it lasts as long as the input does
                process.stdin.write(b"," + dumps(workflow(annotations={"x": "y" * 200_000})))
                process.stdin.flush()
                time.sleep(0.005)
            process.stdin.write(b"]")
            process.stdin.close()
            self.assertIn(b"1 batch: 1 ok", process.stdout.read())
            self.assertEqual(process.wait(20), 0)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            reader.join()
        self.assertRegex(bytes(shown), rb"\r\x1b\[Kreading standard input: \d+ MB, \d+ objects")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), "nothing of it is left")

    def test_short_reading_shows_none(self):
        ours, theirs = pty.openpty()
        shown = bytearray()
        reader = threading.Thread(target=read_terminal, args=(ours, shown))
        reader.start()
        process = subprocess.Popen(
            [PROGRAM, "check", EXAMPLE], stdout=subprocess.DEVNULL, stderr=theirs, env=environment(TERM="xterm")
        )
        os.close(theirs)
        self.assertEqual(process.wait(20), 1)
        reader.join()
        self.assertEqual(bytes(shown), b"")

    def test_without_a_terminal_long_reading_says_nothing(self):
        def slowly(pipe):
            pipe.write(b"[" + dumps(workflow()))
            end = time.monotonic() + 1.6  # a terminal would show it after a second
            while time.monotonic() < end:
                pipe.write(b"," + dumps(workflow(annotations={"x": "y" * 200_000})))
                pipe.flush()
                time.sleep(0.02)
            pipe.write(b"]")

        answer = check(stdin=slowly)
        self.assertEqual((answer.code, answer.err), (0, b""))

    def test_a_terminal_as_input_is_told_what_to_give(self):
        ours, theirs = pty.openpty()
        answer = check(stdin=theirs)
        os.close(theirs)
        os.close(ours)
        self.assertEqual((answer.code, answer.out), (2, b""))
        self.assertIn(b"no dump given; try: argo list -A -o json | lastrun check; see lastrun check --help", answer.err)


def read_terminal(descriptor, shown):
    """Until the other side is closed."""
    while True:
        try:
            read = os.read(descriptor, 65536)
        except OSError:  # EIO: closed
            read = b""
        if not read:
            os.close(descriptor)
            return
        shown += read


if __name__ == "__main__":
    sys.exit(unittest.main())
