"""What is no dump, or not all of one: told with file, byte, line and what was expected; exit code 2, nothing judged."""

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from program import EXAMPLE, PROGRAM, RECORDINGS, SANITIZED, check, dumps, environment, run, workflow

GOOD = dumps(workflow())


def zstd(text):
    return subprocess.run(["zstd", "-q", "-c"], input=text, capture_output=True, check=True).stdout


class BadInput(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="lastrun-bad-input-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, content, name="dump.json"):
        path = self.dir / name
        path.write_bytes(content)
        return path

    def assert_refused(self, answer, what=""):
        self.assertEqual((answer.code, answer.out), (2, b""), what)
        self.assertEqual(answer.err.count(b"\n"), 1, answer.err[:500])
        self.assertLess(len(answer.err), 1000)
        self.assertNotRegex(answer.err[:-1], rb"[\x00-\x1f\x7f]")
        answer.err.decode()  # is UTF-8

    def assert_memory(self, answer, most_mb):
        if not SANITIZED:  # a sanitizer needs several times as much
            self.assertLess(answer.peak_mb, most_mb)

    def refused(self, content, *arguments, **more):
        """The message, without the program's and the file's name."""
        path = self.write(content)
        answer = check(path, *arguments, **more)
        self.assert_refused(answer, content[:200])
        head = f"lastrun: {path}: "
        self.assertTrue(answer.err.decode().startswith(head), answer.err)
        return answer.err.decode().removeprefix(head).rstrip("\n")

    # --- Contents ---

    def test_empty(self):
        for content in (b"", b"\n", b" \t\r\n ", b"\xef\xbb\xbf"):
            self.assertEqual(self.refused(content), 'is empty; expected JSON (an empty listing is "[]")')
        self.assertIn("standard input: is empty", check(stdin=b"").err.decode())
        self.assertEqual(check(stdin=b"[]").code, 0)

    def test_the_answer_to_an_account_without_rights(self):
        self.assertIn("is empty", self.refused((RECORDINGS / "rbac/mon-none.argo-list.stdout").read_bytes()))

    def test_a_refusal_of_the_api_server(self):
        body = (RECORDINGS / "errors/410-list-continue-expired.http").read_bytes()
        body = body[body.index(b"{") :]
        self.assertRegex(
            self.refused(body), r"^byte 0 \(line 1\): is an API server's refusal, not a listing: The provided continue "
        )

    def test_not_json(self):
        for content, found in (
            (b"NAMESPACE   NAME\n", "'N'"),
            (b"- apiVersion: v1\n", "'-'"),
            (b"null\n", "'n'"),
            (b'"x"', "'\"'"),
            (b"\x00\x01\x02\x03", "the byte 0x00"),
            (b"\x7fELF\x02\x01", "the byte 0x7f"),
            (b"PK\x03\x04", "'P'"),
            (bytes(range(256)), "the byte 0x00"),
        ):
            self.assertEqual(self.refused(content), f"byte 0 (line 1): expected JSON: '[' or '{{', found {found}")

    def test_utf_16(self):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            text = self.refused(GOOD.decode().encode(encoding))
            self.assertRegex(
                text, r"^byte [01] \(line 1\): (UTF-16 text; expected JSON in UTF-8|.*found the byte 0x00)"
            )

    def test_wrong_shape(self):
        for content, message in (
            (b"[7]", "byte 1 (line 1): expected an object ('{') or ']', found '7'"),
            (b"[[]]", "byte 1 (line 1): expected an object ('{') or ']', found '['"),
            (b'[\n"x"]', "byte 2 (line 2): expected an object ('{') or ']', found '\"'"),
            (b"{}", "byte 0 (line 1): metadata is missing"),
            (b'{"items":7}', "byte 0 (line 1): items is wrong: expected an array"),
            (b'{"items":[7]}', "byte 10 (line 1): expected an object ('{') or ']', found '7'"),
            (b'{"kind":"Workflow","metadata":[]}', "byte 0 (line 1): metadata is wrong: expected an object"),
            (b"[" + GOOD + b"] x", f"byte {len(GOOD) + 3} (line 1): expected JSON: '[' or '{{', found 'x'"),
            (
                b"[" + GOOD + b",]",
                f"byte {len(GOOD) + 2} (line 1): expected an object ('{{') behind the comma, found ']'",
            ),
        ):
            self.assertEqual(self.refused(content), message)

    def test_other_kinds_are_named_and_counted_and_fatal_only_alone(self):
        others = [{"kind": "ConfigMap"}, {"kind": "Secret"}, {"kind": "ConfigMap"}]
        text = self.refused(dumps({"kind": "List", "items": others}))
        self.assertEqual(
            text, "nothing to judge: 2 ConfigMap, 1 Secret; expected Workflows, Jobs, CronWorkflows or CronJobs"
        )
        answer = check(self.write(dumps([*others, workflow()])))
        self.assertEqual((answer.code, answer.err), (0, b""))
        self.assertIn(b"note: not judged: 2 ConfigMap, 1 Secret\n", answer.out)
        table = (RECORDINGS / "api/list-table-includeObject-None.json").read_bytes()
        self.assertIn("nothing to judge: 1 Table", self.refused(table))

    def test_pods_alone_are_nothing_to_judge(self):
        pods = (RECORDINGS / "pods/kubectl-get-pods-team-b.json").read_bytes()
        text = self.refused(pods)
        self.assertRegex(text, r"^nothing to judge: \d+ Pod\(s\); --rule last-finished-pod judges pods$")
        self.assertIn(check(self.write(pods), "--rule", "last-finished-pod").code, (0, 1))

    def test_names_of_very_many_other_kinds_do_not_flood(self):
        kinds = [{"kind": f"Kind{number}" + "x" * 1000} for number in range(2000)]
        self.assertIn("nothing to judge: 1 Kind0xx", self.refused(dumps(kinds)))
        answer = check(self.write(dumps([*kinds, workflow()])))
        self.assertEqual(answer.code, 0)
        self.assertLess(len(answer.out), 5000)

    def test_missing_and_malformed_fields(self):
        def changed(**fields):
            one = workflow()
            for name, value in fields.items():
                one["metadata"][name] = value
                if value is ...:
                    del one["metadata"][name]
            return b"[" + GOOD + b",\n" + dumps(one) + b"]"

        at = f"byte {len(GOOD) + 3} (line 2): "
        wrong_time = "Workflow team/w: metadata.creationTimestamp is wrong: expected a time such as 2026-11-22T11:57:00Z, found "
        for content, message in (
            (changed(namespace=...), "Workflow w: metadata.namespace is missing"),
            (changed(namespace=None), "Workflow w: metadata.namespace is missing"),
            (changed(namespace=""), "Workflow w: metadata.namespace is missing"),
            (changed(namespace=7), "Workflow w: metadata.namespace is wrong: expected a string"),
            (changed(creationTimestamp=...), "Workflow w: metadata.creationTimestamp is missing"),
            (changed(creationTimestamp=None), "Workflow w: metadata.creationTimestamp is missing"),
            (changed(creationTimestamp=""), "Workflow w: metadata.creationTimestamp is missing"),
            (changed(creationTimestamp="22 Nov 2026"), wrong_time + '"22 Nov 2026"'),
            (changed(creationTimestamp="2026-11-22T25:00:00Z"), wrong_time + '"2026-11-22T25:00:00Z"'),
            (changed(creationTimestamp=1795348620), "Workflow team/w: metadata.creationTimestamp is wrong: expected a string"),
            (changed(name=...), "metadata.name is missing"),
            (changed(labels=["x"]), "Workflow team/w: metadata.labels is wrong: expected an object"),
            (changed(labels={"a": 1}), "Workflow team/w: a label's value in metadata.labels is wrong: expected a string"),
        ):
            self.assertEqual(self.refused(content), at + message)

    def test_invalid_utf_8(self):
        for bad, offset in (
            (b"\xff", 0),
            (b"\xc3(", 1),
            (b"\xed\xa0\x80", 1),
            (b"\xf4\x90\x80\x80", 1),
            (b"\xc0\xaf", 0),
        ):
            content = b'[{"x": "\xc3\xa9' + bad + b'"}]'
            self.assertRegex(self.refused(content), rf"^byte {10 + offset} \(line 1\): .*ill-formed UTF-8 byte")
        self.assertRegex(self.refused(b'{"x\xff":7}'), r"^byte 3 \(line 1\): .*ill-formed UTF-8 byte")

    def test_a_byte_order_mark_is_no_mistake(self):
        self.assertEqual(check(self.write(b"\xef\xbb\xbf" + GOOD)).code, 0)
        self.assertRegex(self.refused(b"\xef\xbb\xbf[\nx]"), r"^byte 5 \(line 2\): expected an object")

    def test_nan_and_infinity(self):
        for word in (b"NaN", b"nan", b"Infinity", b"-Infinity", b"1e999", b"0x10", b"01", b".5", b"tru"):
            content = b"[" + GOOD + b',\n{"metadata":{},"x":' + word + b"}]"
            self.assertRegex(self.refused(content), r"^byte \d+ \(line 2\): ", word)
        at = len(GOOD) + 3
        self.assertRegex(self.refused(b"[" + GOOD + b',\n{"x":NaN}]'), rf"^byte {at + 5} \(line 2\): .*invalid literal")

    def test_nesting_of_100000(self):
        deep = b"[" * 100_000 + b"]" * 100_000
        self.assertRegex(self.refused(deep), r"^byte 1 \(line 1\): expected an object")
        for content in (b'[{"x":' + deep + b"}]", b'{"x":' + deep + b"}", b'{"items":[],"x":' + deep + b"}"):
            self.assertRegex(self.refused(content), r"^byte \d \(line 1\): .*nested deeper than the 1024 levels")
        for content in (b'{"x":' * 100_000 + b"7" + b"}" * 100_000, b'[{"x":' * 100_000 + b"7" + b"}]" * 100_000):
            self.assertRegex(self.refused(content), r"^byte \d \(line 1\): .*nested deeper than the 1024 levels")
        self.assertRegex(self.refused(b'[{"x":' + b"[" * 100_000), r"^byte 100006 \(line 1\): the input ends inside")

    def test_a_string_of_100_mb(self):
        path = self.write(b'[\n{"metadata":{"name":"' + b"x" * 100_000_000 + b'"}}]')
        for inputs in ({"stdin": path.read_bytes()}, {"stdin": gzip.compress(path.read_bytes(), 1)}):
            answer = check(**inputs, measure=True)
            self.assert_refused(answer)
            self.assertIn(b"byte 2 (line 2): an object of more than 64 MiB begins here", answer.err)
            self.assert_memory(answer, 300)
            self.assertLess(answer.seconds, 20)

    def test_a_string_of_100_mb_elsewhere(self):
        filler = b"x" * 100_000_000
        for content, message in (
            (b'{"' + filler + b'":7}', b"byte 0 (line 1): an object of more than 64 MiB begins here"),
            (b'{"items":[],"x":"' + filler + b'"}', b"64 MiB"),
            (b'["' + filler + b'"]', b"byte 1 (line 1): expected an object"),
            (filler, b"byte 0 (line 1): expected JSON"),
            (b'{"x":' + b"1" * 100_000_000 + b"}", b"64 MiB"),
        ):
            answer = check(stdin=content, measure=True)
            self.assert_refused(answer)
            self.assertIn(message, answer.err)
            self.assert_memory(answer, 300)

    def test_white_space_of_100_mb_is_no_matter(self):
        answer = check(stdin=b" " * 100_000_000 + b"[" + b"\n" * 1_000_000 + GOOD + b"]", measure=True)
        self.assertEqual(answer.code, 0)
        self.assert_memory(answer, 32)

    def test_a_large_string_below_the_limit_is_read(self):
        one = workflow(annotations={"x": "y" * 30_000_000})
        answer = check(stdin=dumps([one, one]), measure=True)
        self.assertEqual(answer.code, 0)
        self.assert_memory(answer, 600)

    def test_duplicate_keys(self):
        text = GOOD.decode()
        for old, new, message in (
            ('"name": "w"', '"name": "w", "name": "v"', "Workflow team/w: metadata.name stands there twice; expected once"),
            ('"kind": "Workflow"', '"kind": "Workflow", "kind": "Job"', "kind stands there twice; expected once"),
            ('"metadata"', '"metadata": {}, "metadata"', "metadata stands there twice; expected once"),
            (
                '"workflows.argoproj.io/phase"',
                '"workflows.argoproj.io/phase": "Failed", "workflows.argoproj.io/phase"',
                "Workflow team/w: workflows.argoproj.io/phase stands there twice; expected once",
            ),
        ):
            self.assertEqual(self.refused(text.replace(old, new, 1).encode()), "byte 0 (line 1): " + message)

    def test_a_wrong_string_is_not_repeated_at_length(self):
        for content in (b'[{"x":"' + b"y" * 5_000_000 + b'\n"}]', b'{"' + b"k" * 5_000_000 + b'" 7}'):
            self.assertLess(len(self.refused(content)), 300)
        name = "n" * 5_000_000
        self.assertLess(len(self.refused(dumps({"metadata": {"name": name, "namespace": "x"}}))), 500)
        self.assertLess(len(self.refused(dumps({"kind": "Status", "message": name}))), 500)

    # --- Control characters ---

    def test_terminal_escapes_in_names_reach_no_terminal(self):
        evil = "\x1b[2J\x1b]0;owned\x07\r\nok\x08\x7f\u009b31m\u202e"
        run_ = workflow(evil, evil, phase="Failed")
        run_["status"] = {"message": evil, "nodes": {"n": {"name": evil, "phase": "Failed", "type": "Pod", "id": evil}}}
        other = {"kind": evil}
        raw = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
        path = self.write(dumps([run_, other]))
        for arguments in ([], ["--group-by", "namespace"], ["-o", "prometheus"], ["--rule", "newest"]):
            answer = check(path, *arguments)
            self.assertEqual((answer.code, answer.err), (1, b""), arguments)
            if "prometheus" not in arguments:
                self.assertNotRegex(answer.out.decode(), raw)
                self.assertIn("\\x1b[2J", answer.out.decode())
        for output in ("json", "jsonl"):
            answer = check(path, "--group-by", "namespace", "-o", output)
            self.assertNotRegex(answer.out.decode(), re.compile(r"[\x00-\x09\x0b-\x1f]"))
            if output == "jsonl":
                self.assertEqual(json.loads(answer.out)["labels"]["namespace_name"], evil)
            else:
                self.assertEqual(json.loads(answer.out)["batches"][0]["run"]["name"], evil)

    def test_terminal_escapes_in_messages_and_file_names_are_shown_escaped(self):
        evil = "\x1b]0;owned\x07"
        for content in (
            dumps({"kind": evil, "metadata": {}}),
            dumps({"kind": "Status", "message": evil}),
            dumps({"metadata": {"name": evil}}),
            dumps(workflow(created=evil)),
            f'{{"{evil}" 7}}'.encode(),
        ):
            answer = check(stdin=content)
            self.assert_refused(answer)
        answer = check(self.dir / (evil + "missing"))
        self.assert_refused(answer)
        self.assertIn(b"\\x1b]0;owned\\x07missing: cannot open: No such file or directory", answer.err)

    def test_in_a_container_the_message_is_one_json_line(self):
        answer = check(stdin=b"[\n7", env=environment(KUBERNETES_SERVICE_HOST="10.0.0.1"))
        self.assertEqual((answer.code, answer.out), (2, b""))
        line = json.loads(answer.err)
        self.assertEqual(line["severity"], "ERROR")
        self.assertEqual(line["message"], "standard input: byte 2 (line 2): expected an object ('{') or ']', found '7'")
        self.assertEqual(set(line), {"severity", "time", "message"})

    # --- Cut short ---

    def cuts_refused(self, pieces):
        def refuse(piece):
            return check(stdin=piece)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for piece, answer in zip(pieces, pool.map(refuse, pieces), strict=True):
                self.assert_refused(answer, f"{len(piece)} bytes")
                yield piece, answer.err.decode()

    def test_a_listing_cut_short_at_any_byte_is_never_judged(self):
        text = EXAMPLE.read_bytes()
        first = text.index(b'"spec"')  # past all of the first run's metadata
        self.assertGreater(first, 1000)
        lengths = [*range(1, first), *random.Random(1).sample(range(first, len(text) - 2), 150), len(text) - 2]
        for piece, message in self.cuts_refused([text[:length] for length in lengths]):
            line = piece.count(b"\n") + 1
            self.assertIn(f"standard input: byte {len(piece)} (line {line}): the input ends inside the ", message)
        self.assertEqual(check(stdin=text[:-1]).code, 1)  # all but the last line break

    def test_a_kubectl_listing_cut_short_is_never_judged(self):
        text = (RECORDINGS / "api/kubectl-workflows-A.json").read_bytes()
        tail = len(text) - text.rindex(b"]")
        lengths = [*range(len(text) - tail - 5, len(text) - 1), *random.Random(2).sample(range(1, len(text) - 2), 60)]
        for _, message in self.cuts_refused([text[:length] for length in lengths]):
            self.assertIn("the input ends inside the ", message)

    def test_a_packed_listing_cut_short_at_any_byte_is_never_judged(self):
        small = b"[" + b",".join(dumps(workflow(f"w{number}")) for number in range(3)) + b"]"
        for name, pack in (("gzip", lambda text: gzip.compress(text, 9)), ("zstd", zstd)):
            packed = pack(small)
            large = pack(EXAMPLE.read_bytes())
            pieces = [packed[:length] for length in range(4, len(packed))]
            pieces += [large[:length] for length in random.Random(3).sample(range(4, len(large)), 60)]
            for piece, message in self.cuts_refused(pieces):
                self.assertIn(
                    f"standard input: byte {len(piece)} of the packed data: the {name} data is cut short", message
                )
            for length in (1, 2, 3):
                self.assert_refused(check(stdin=packed[:length]))
            self.assertEqual(check(stdin=packed).code, 0)

    def test_damaged_packed_data(self):
        for pack in (gzip.compress, zstd):
            packed = bytearray(pack(EXAMPLE.read_bytes()))
            packed[len(packed) // 2] ^= 0x55
            self.assertRegex(
                self.refused(bytes(packed)), r"^byte \d+ of the packed data: the (gzip|zstd) data is damaged: "
            )
            self.assertRegex(self.refused(pack(b"[]") + b"[]"), r"data is damaged: ")

    # --- Files ---

    def test_a_missing_file_a_directory_and_one_that_cannot_be_read(self):
        answer = check(self.dir / "missing.json")
        self.assert_refused(answer)
        self.assertIn(b"missing.json: cannot open: No such file or directory", answer.err)
        answer = check(self.dir)
        self.assert_refused(answer)
        self.assertIn(b": is a directory; expected a file of JSON (argo list -A -o json > FILE)", answer.err)
        with tempfile.TemporaryFile() as file:
            self.assertIn(b"standard input: is empty", check(stdin=file).err)
        descriptor = os.open(self.dir, os.O_RDONLY)
        self.assertIn(b"standard input: is a directory", check(stdin=descriptor).err)
        os.close(descriptor)

    def test_a_file_without_permission(self):
        path = self.write(GOOD)
        path.chmod(0)
        nobody = {}
        if os.geteuid() == 0:  # whom no permission stops; then it runs as someone else, from where everyone may enter
            self.dir.chmod(0o755)
            program = shutil.copy(PROGRAM, self.dir)
            nobody = {"program": program, "user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
        answer = check(path, **nobody)
        self.assert_refused(answer)
        self.assertIn(b"dump.json: cannot open: Permission denied", answer.err)

    def test_a_file_that_fails_while_it_is_read(self):
        answer = check("/proc/self/mem")  # its first page is never mapped
        self.assert_refused(answer)
        self.assertIn(b"/proc/self/mem: cannot read: Input/output error", answer.err)

    def test_of_several_files_one_bad_one_spoils_all(self):
        good, bad = self.write(GOOD, "good.json"), self.write(b"[" + GOOD, "bad.json")
        for files in ([good, bad], [bad, good], [good, self.dir / "missing"], [good, good, bad]):
            answer = check(*files)
            self.assert_refused(answer)
            self.assertIn(b"bad.json: byte" if bad in files else b"missing: cannot open", answer.err)

    # --- Pipes and disks ---

    def test_a_writer_that_goes_away_half_way(self):
        def half(pipe):
            pipe.write(b"[" + GOOD + b",\n" + GOOD[:50])

        answer = check(stdin=half)
        self.assert_refused(answer)
        at = len(GOOD) + 3
        self.assertIn(
            f"byte {at + 50} (line 2): the input ends inside the object that begins at byte {at} (line 2)",
            answer.err.decode(),
        )

    def test_a_writer_that_is_killed(self):
        command = ["sh", "-c", 'cat "$0"; echo ,; kill -9 $$', str(self.write(b"[" + GOOD))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            answer = check(stdin=writer.stdout)
        self.assert_refused(answer)

    def test_bad_input_is_told_while_the_writer_still_writes(self):
        """And who writes on is not waited for."""
        process = subprocess.Popen(
            [PROGRAM, "check"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        try:
            process.stdin.write(b"[" + GOOD + b"," + b"7" + b" " * 3_000_000)
            process.stdin.flush()
        except BrokenPipeError:
            pass
        try:
            self.assertEqual(process.wait(20), 2)
            self.assertIn(b"expected an object ('{') behind the comma", process.stderr.read())
        finally:
            process.kill()
            process.wait()
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass

    def test_a_reader_that_went_away(self):
        for output in ("table", "json", "jsonl", "prometheus"):
            read_end, write_end = os.pipe()
            os.close(read_end)
            answer = check(EXAMPLE, "-o", output, stdout=write_end)
            os.close(write_end)
            self.assertEqual(answer.code, 2)
            self.assertEqual(answer.err, b"lastrun: cannot write to standard output: Broken pipe\n")

    def test_a_reader_that_goes_away_half_way(self):
        runs = [workflow(f"w{number}") for number in range(900)]
        read_end, write_end = os.pipe()
        reader = subprocess.Popen(["head", "-c", "1000"], stdin=read_end, stdout=subprocess.DEVNULL)
        os.close(read_end)
        answer = check("-o", "json", stdin=dumps(runs), stdout=write_end)
        os.close(write_end)
        self.assertEqual(reader.wait(10), 0)
        self.assertEqual(answer.code, 2)
        self.assertIn(b"Broken pipe", answer.err)

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            for arguments in (
                ["check", EXAMPLE],
                ["check", EXAMPLE, "-o", "json"],
                ["--help"],
                ["check", "--help"],
                ["--version"],
            ):
                answer = run(*arguments, stdout=full)
                self.assertEqual(answer.code, 2, arguments)
                self.assertEqual(answer.err, b"lastrun: cannot write to standard output: No space left on device\n")

    def test_closed_standard_streams(self):
        command = 'exec "$0" check "$1" <&- 2>&1'
        result = subprocess.run(
            ["sh", "-c", command, PROGRAM, EXAMPLE], capture_output=True, env=environment(), check=False
        )
        self.assertEqual(result.returncode, 1)
        command = 'exec "$0" check <&-'
        result = subprocess.run(["sh", "-c", command, PROGRAM], capture_output=True, env=environment(), check=False)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertIn(b"standard input: cannot read: Bad file descriptor", result.stderr)
        command = 'exec "$0" check "$1" >&-'
        result = subprocess.run(
            ["sh", "-c", command, PROGRAM, EXAMPLE], capture_output=True, env=environment(), check=False
        )
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"cannot write to standard output", result.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
