"""`lastrun completion`: what bash really offers; the other shells' scripts where these are installed."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import run

COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
[[ $(complete -p lastrun) == 'complete -F _lastrun lastrun' ]] || exit 9
_lastrun
((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def setUp(self):
        self.dir = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lastrun-completion-")))

    def script(self, shell):
        answer = run("completion", shell)
        self.assertEqual((answer.code, answer.err), (0, b""))
        path = self.dir / f"completion.{shell}"
        path.write_bytes(answer.out)
        return path

    def offered(self, *words):
        """What bash offers for the last of `words`."""
        files = self.dir / "files"
        files.mkdir(exist_ok=True)
        command = ["bash", "--norc", "-u", "-c", COMPLETE, "-", self.script("bash"), *words]
        answer = subprocess.run(command, capture_output=True, cwd=files, timeout=10)
        self.assertEqual((answer.returncode, answer.stderr), (0, b""))
        return answer.stdout.decode().splitlines()

    def test_bash_offers_what_the_help_lists(self):
        top = run("--help").out.decode()
        listed = top[top.index("Subcommands:") : top.index("\n\nlastrun COMMAND")]
        commands = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)
        self.assertIn("check", commands)
        self.assertEqual(self.offered("lastrun", ""), commands)
        for command in commands:
            text = run(command, "--help").out.decode()
            options = {f"--{name}" for name in re.findall(r"^  (?:-\w,)?--([\w-]+)", text, re.MULTILINE)} | {"--help"}
            self.assertEqual(set(self.offered("lastrun", command, "--")), options, command)

    def test_bash_offers_what_may_follow(self):
        (self.dir / "files").mkdir()
        for name in ("dump one.json", "dump.json", "--dump"):
            (self.dir / "files" / name).touch()
        shells = ["bash", "zsh", "fish"]
        for words, offered in (
            ("c", ["check", "compare", "completion"]),
            ("--v", ["--version"]),
            ("check --fail", ["--failing-only"]),
            ("check --output ", ["table", "json", "jsonl", "prometheus"]),
            ("check -o js", ["json", "jsonl"]),
            ("check --output = js", ["json", "jsonl"]),  # as bash cuts --output=js
            ("check --output =", ["table", "json", "jsonl", "prometheus"]),
            ("compare --output ", ["table", "json"]),
            ("check --group-by ", ["owner", "namespace"]),
            ("check --failing-only --rule n", ["newest-finished", "newest"]),
            ("check --namespace ", []),
            ("post --reduce ", ["max"]),
            ("check dump", ["dump one.json", "dump.json"]),
            ("check --failing-only dump.", ["dump.json"]),
            ("post --credentials dump.", ["dump.json"]),
            ("throw --metric", ["--metricName"]),
            ("throw --ca-file dump.", ["dump.json"]),
            ("throw ", []),
            ("completion ", shells),
            ("help che", ["check"]),
            ("nonsense ", []),
        ):
            with self.subTest(words):
                self.assertEqual(sorted(self.offered("lastrun", *words.split(" "))), sorted(offered))

    def test_an_option_known_only_to_be_refused_is_not_offered(self):
        self.assertEqual(self.offered("lastrun", "check", "--tol"), [])

    def test_every_shell_can_read_its_script(self):
        for shell in ("bash", "zsh", "fish"):
            answer = subprocess.run([shell, "-n", self.script(shell)], capture_output=True, timeout=10)
            self.assertEqual((answer.returncode, answer.stderr), (0, b""), shell)

    def test_fish_offers_the_same_values(self):
        command = f"source {self.script('fish')}; complete --do-complete='lastrun check --output js'"
        answer = subprocess.run(["fish", "--no-config", "-c", command], capture_output=True, timeout=10, cwd=self.dir)
        self.assertEqual([line.split(b"\t")[0] for line in answer.stdout.splitlines()], [b"json", b"jsonl"])

    def test_the_help_says_how_to_install_it(self):
        text = run("completion", "--help").out.decode()
        for shell in ("bash", "zsh", "fish"):
            self.assertIn(f"lastrun completion {shell} > ", text)


if __name__ == "__main__":
    unittest.main()
