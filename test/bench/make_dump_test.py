"""The dump generator makes what the bench says it makes: make_dump_test.py MAKE_DUMP SCAN_DUMP."""

import collections
import json
import subprocess
import sys
import tempfile
import unittest

MAKE_DUMP, SCAN_DUMP = sys.argv[1:3]


def dump(*arguments):
    return subprocess.run([MAKE_DUMP, *map(str, arguments)], capture_output=True, check=True).stdout


class MakeDump(unittest.TestCase):
    def test_it_is_a_pretty_printed_array_of_workflows(self):
        text = dump(300)
        runs = json.loads(text)
        self.assertEqual(len(runs), 300)
        self.assertEqual({run["kind"] for run in runs}, {"Workflow"})
        self.assertEqual(text.decode(), json.dumps(runs, indent=2) + "\n")
        self.assertEqual(dump(0), b"[\n]\n")

    def test_the_same_seed_gives_the_same_bytes(self):
        self.assertEqual(dump(50, 7), dump(50, 7))
        self.assertNotEqual(dump(50, 7), dump(50, 8))

    def test_sizes_phases_and_names_are_as_promised(self):
        text = dump(5000)
        runs = json.loads(text)
        self.assertAlmostEqual(len(text) / 5000, 15_500, delta=500)
        phases = collections.Counter(run["status"]["phase"] for run in runs)
        self.assertEqual(set(phases), {"Succeeded", "Failed", "Error", "Running", "Pending"})
        self.assertEqual(len({run["metadata"]["uid"] for run in runs}), 5000)
        self.assertEqual(len({(run["metadata"]["namespace"], run["metadata"]["name"]) for run in runs}), 5000)
        self.assertEqual(len({run["metadata"]["namespace"] for run in runs}), 200)
        created = [run["metadata"]["creationTimestamp"] for run in runs]
        self.assertEqual(created, sorted(created, reverse=True))
        for run in runs:
            self.assertEqual(run["metadata"]["labels"]["workflows.argoproj.io/phase"], run["status"]["phase"])
            if run["status"]["finishedAt"]:
                self.assertEqual(run["metadata"]["managedFields"][-1]["time"], run["status"]["finishedAt"])

    def test_the_bare_passes_read_it(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(dump(100))
            file.flush()
            for scan, answer in (("utf8", b"2 chunks whole"), ("stage1", b"0 elements"), ("dom", b"100 elements")):
                result = subprocess.run([SCAN_DUMP, scan, file.name], capture_output=True, check=True)
                self.assertIn(answer, result.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
