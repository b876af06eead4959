"""lastrun's rule `newest` by namespace is the pipeline's: the same lines as jq, on recordings and on random dumps.

The dumps are new in each run; LASTRUN_SEED repeats one, LASTRUN_DUMPS makes more of them.
"""

import collections
import gzip
import json
import os
import random
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from program import EXAMPLE, RECORDINGS, body_of, check, run

# The pipeline's own.
FILTER = """group_by(.metadata.namespace) | map(max_by(.metadata.creationTimestamp)) | .[]
| {labels: {namespace_name: .metadata.namespace},
   value: (if .metadata.labels["workflows.argoproj.io/phase"] == "Failed"
           or .metadata.labels["workflows.argoproj.io/phase"] == "Error" then 1 else 0 end)}"""
RULE = ["--group-by", "namespace", "--rule", "newest", "--output", "jsonl"]

DUMPS = int(os.environ.get("LASTRUN_DUMPS", 2200))
SEED = int(os.environ.get("LASTRUN_SEED", time.time_ns() % 2**32))

PHASE = "workflows.argoproj.io/phase"
PHASES = ["Succeeded", "Failed", "Error", "Running", "Pending", "Skipped", "Omitted", "", "failed", "ERROR"]
ODD_NAMESPACES = [
    'quo"te', "back\\slash", "new\nline", "tab\t", "\x7f", "\x1b[31mred\x1b[0m", "nul\0byte", "\x01", "é", "е",
    "😀", "\u2028", "\u202e", "\ufeff", "a/b", " ", "{}", "]", '{"metadata":{"namespace":"x"}}', "ns" * 200, "null", "0",
    "-", "Ω" * 50, "\u0085", "Team-a", "team-a ", "\b\f\r", "\ud7ff\ue000\uffff", "<>&'",
]  # fmt: skip


def jq(filter_text, text):
    result = subprocess.run(["jq", "-c", filter_text], input=text, capture_output=True, check=True)
    return result.stdout.splitlines()


def expected_of(documents):
    """What the pipeline says of each of these dumps, arrays and listings, by one jq for all."""
    each = f'[(if type == "object" then .items // [] else . end) | {FILTER}]'
    lines = jq(each, b"\n".join(documents))
    # One line a dump: an array of the pipeline's lines, which are taken apart as jq wrote them.
    return [jq_members(line) for line in lines]


def jq_members(line):
    text, members = line.decode(), []
    decoder, at = json.JSONDecoder(), 1
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        members.append(text[at:end].encode())
        at = end + (text[end] == ",")
    return members


class Generator:
    """Random dumps; `covered` counts what was in them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.covered = collections.Counter()

    def dump(self):
        """The bytes that lastrun reads, and those that jq reads."""
        pick = self.random
        namespaces = pick.sample(["team-a", "team-b", "cron", "jobs", "a", "b"], pick.randint(1, 4))
        if pick.random() < 0.4:
            namespaces += pick.sample(ODD_NAMESPACES, pick.randint(1, 4))
        times = [self.time() for _ in range(pick.choice([1, 2, 3, 20]))]
        size = pick.choice([0, 1, 2, 3, 5, 8, 13, 40])
        runs = [self.workflow(pick.choice(namespaces), pick.choice(times), number) for number in range(size)]
        self.order(runs)
        if runs and pick.random() < 0.02:
            for run in runs:  # lastrun reads 512 KiB at a time
                run["status"] = {"message": pick.choice(["\\", '"', "x", "{", "é"]) * pick.randint(10_000, 90_000)}
            self.covered["larger than a chunk"] += sum(map(len, map(str, runs))) > 512 * 1024
        if runs and pick.random() < 0.1:
            runs += json.loads(json.dumps(runs[: pick.randint(1, len(runs))]))
            self.covered["runs listed twice"] += 1
        self.count(runs)
        return self.write(runs)

    def time(self):
        pick = self.random
        day = f"2026-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}"
        return f"{day}T{pick.randint(0, 23):02}:{pick.randint(0, 59):02}:{pick.randint(0, 59):02}Z"

    def order(self, runs):
        how = self.random.choice(["newest first", "oldest first", "unordered"])
        if how == "unordered":
            self.random.shuffle(runs)
        else:
            runs.sort(key=lambda run: run["metadata"]["creationTimestamp"], reverse=how == "newest first")

    def workflow(self, namespace, created, number):
        pick = self.random
        metadata = {"name": f"run-{number}", "namespace": namespace, "creationTimestamp": created}
        labels = self.labels()
        if labels is not False:
            metadata["labels"] = labels
        if pick.random() < 0.8:
            metadata["uid"] = f"{pick.getrandbits(32):08x}-0000-4000-8000-{number:012x}"
            metadata["resourceVersion"] = str(pick.randint(1, 10**6))
        if pick.random() < 0.2:
            metadata["ownerReferences"] = [{"kind": "Workflow", "name": "parent", "controller": True}]
        if pick.random() < 0.3:
            metadata["annotations"] = {"note": 'a } and a "quote" and {"metadata":{"namespace":"decoy"}}'}
        run = {"metadata": metadata}
        if pick.random() < 0.7:
            run["kind"] = "Workflow"
        if pick.random() < 0.5:
            run["spec"] = self.decoys()
        if pick.random() < 0.5:
            run["status"] = {"phase": pick.choice(PHASES), "startedAt": created, "nodes": {"x": {"phase": "Failed"}}}
        return self.shuffled_keys(run)

    def labels(self):
        """False: no labels at all."""
        pick = self.random
        kind = pick.random()
        if kind < 0.05:
            return False
        if kind < 0.1:
            return None
        labels = {"team": "x", "workflows.argoproj.io/completed": pick.choice(["true", "false"])}
        if kind > 0.2:
            labels[PHASE] = pick.choice(PHASES)
        if pick.random() < 0.2:
            labels["workflows.argoproj.io/phasex"] = "Failed"
            labels["phase"] = "Error"
        return labels

    def decoys(self):
        self.covered["decoys: metadata inside spec"] += 1
        pick = self.random
        false = {"namespace": "decoy", "creationTimestamp": "2099-01-01T00:00:00Z", "labels": {PHASE: "Failed"}}
        numbers = [0, -1, 1.5, 1e300, -0.0, 2**63 - 1, 2**64 - 1, 5e-324]
        return {
            "metadata": false,
            "items": [{"metadata": false}],
            "kind": "WorkflowList",
            "templates": [{"metadata": false, "script": {"source": 'echo "{[" \\\\ ]}\n'}}],
            "deep": json.loads("[" * 50 + "]" * 50),
            "numbers": pick.sample(numbers, 3),
        }

    def shuffled_keys(self, value):
        if self.random.random() < 0.5:
            return value
        self.covered["keys in any order"] += 1
        return self.shuffled(value)

    def shuffled(self, value):
        if isinstance(value, dict):
            keys = list(value)
            self.random.shuffle(keys)
            return {key: self.shuffled(value[key]) for key in keys}
        return value

    def count(self, runs):
        by_namespace = collections.defaultdict(list)
        for run in runs:
            metadata = run["metadata"]
            by_namespace[metadata["namespace"]].append(metadata["creationTimestamp"])
            labels = metadata.get("labels")
            if labels is None:
                self.covered["no labels"] += 1
            elif PHASE not in labels:
                self.covered["no phase label"] += 1
            else:
                self.covered["phase " + (labels[PHASE] or '""')] += 1
            if metadata["namespace"] in ODD_NAMESPACES:
                self.covered["runs in odd namespaces"] += 1
            if "ownerReferences" in metadata:
                self.covered["owned runs"] += 1
        for times in by_namespace.values():
            if times.count(max(times)) > 1:
                self.covered["equal-time ties for the newest"] += 1
            if times != sorted(times) and times != sorted(times, reverse=True):
                self.covered["unordered listings"] += 1
        if not runs:
            self.covered["empty listings"] += 1

    def write(self, runs):
        pick = self.random
        style = pick.choice([{"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}, {}])
        style = {**style, "ensure_ascii": pick.random() < 0.5}
        self.covered["escaped as ASCII" if style["ensure_ascii"] else "in UTF-8"] += 1
        form = pick.choice(["array", "array", "List", "Argo server's list", "JSON lines", "several arrays"])
        self.covered[form] += 1
        if form == "List":
            value = self.shuffled({"apiVersion": "v1", "items": runs, "kind": "List", "metadata": {"continue": ""}})
            text = json.dumps(value, **style).encode()
            return self.packed(text), text
        if form == "Argo server's list":
            text = json.dumps({"metadata": {"resourceVersion": "7"}, "items": runs or None}, **style).encode()
            return self.packed(text), text
        text = json.dumps(runs, **style).encode()
        if form == "JSON lines" and runs:
            lines = [json.dumps(run, ensure_ascii=style["ensure_ascii"]) for run in runs]
            return self.packed("\n".join(lines).encode()), text
        if form == "several arrays" and runs:
            cut = pick.randint(0, len(runs))
            parts = [json.dumps(part, **style) for part in (runs[:cut], runs[cut:])]
            return self.packed("".join(parts).encode()), text
        return self.packed(text), text

    def packed(self, text):
        if self.random.random() < 0.1:
            self.covered["gzip"] += 1
            return gzip.compress(text, 1)
        return text


class Pipeline(unittest.TestCase):
    maxDiff = 4000

    def assert_lines(self, answer, expected, what):
        self.assertEqual(answer.err, b"", what)
        self.assertEqual(sorted(answer.out.splitlines()), sorted(expected), what)
        failing = any(line.endswith(b'"value":1}') for line in expected)
        self.assertEqual(answer.code, 1 if failing else 0, what)

    def test_recorded_arrays_give_what_the_pipeline_gives(self):
        files = [
            EXAMPLE,
            RECORDINGS / "argo/argo-list-A-o-json-chunk5.json",
            RECORDINGS / "rbac/mon-full.argo-list-via-server.stdout",
            RECORDINGS / "empty/argo-list-A-o-json.stdout",
        ]
        for file in files:
            expected = jq(FILTER, file.read_bytes())
            self.assert_lines(check(*RULE, file), expected, file)
            self.assert_lines(check("--like-the-pipeline", "-o", "jsonl", file), expected, file)

    def test_recorded_listings_give_what_the_pipeline_would(self):
        texts = {
            name: (RECORDINGS / name).read_bytes()
            for name in ("api/list-full.json", "api/kubectl-workflows-A.json", "pods/the-same-workflows.json")
        }
        for name in ("workflows-all", "workflows-fields", "archived-all"):
            texts[name] = body_of(RECORDINGS / f"argoserver/{name}.http")
        texts["empty 1"] = body_of(RECORDINGS / "empty/argoserver-workflows-all.http")
        texts["empty 2"] = body_of(RECORDINGS / "empty/k8s-workflows-list.http")
        for (name, text), expected in zip(texts.items(), expected_of(texts.values()), strict=True):
            answer = check(*RULE, stdin=text)
            if b"continue token" in answer.err:  # pages of a listing are worth a warning
                self.assertIn(b'"continue":"', text)
                answer = answer._replace(err=b"")
            self.assert_lines(answer, expected, name)

    def test_random_dumps_give_what_the_pipeline_gives(self):
        generator = Generator(SEED)
        print(f"seed {SEED}, {DUMPS} dumps", flush=True)
        read, texts = zip(*(generator.dump() for _ in range(DUMPS)), strict=True)
        expected = expected_of(texts)
        self.assertEqual(len(expected), DUMPS)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = pool.map(lambda dump: check(*RULE, stdin=dump), read)
            for number, (answer, lines) in enumerate(zip(answers, expected, strict=True)):
                if answer.err or sorted(answer.out.splitlines()) != sorted(lines):
                    print(f"dump {number} of seed {SEED}: {texts[number].decode()[:2000]}", flush=True)
                self.assert_lines(answer, lines, f"dump {number} of seed {SEED}")
        covered = generator.covered
        covered["namespaces judged"] = sum(map(len, expected))
        covered["failing namespaces"] = sum(line.endswith(b"1}") for lines in expected for line in lines)
        for name, count in sorted(covered.items()):
            print(f"{count:8} {name}")
        wanted = [f"phase {phase}" if phase else 'phase ""' for phase in PHASES]
        wanted += ["equal-time ties for the newest", "no labels", "no phase label", "unordered listings"]
        wanted += ["keys in any order", "runs in odd namespaces", "decoys: metadata inside spec", "empty listings"]
        wanted += ["array", "List", "Argo server's list", "JSON lines", "several arrays", "gzip", "runs listed twice"]
        self.assertGreater(covered["larger than a chunk"], 0)
        wanted += ["owned runs", "in UTF-8", "escaped as ASCII", "failing namespaces"]
        self.assertEqual(
            [name for name in wanted if covered[name] < DUMPS // 100], [], "classes of dumps hardly covered"
        )


if __name__ == "__main__":
    print(
        run("--version").out.decode(),
        subprocess.run(["jq", "--version"], capture_output=True, text=True).stdout,
        end="",
    )
    sys.exit(unittest.main(verbosity=2))
