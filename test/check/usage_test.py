"""The command line: what is wrong with one is told in a line; help."""

import unittest

from program import EXAMPLE, run

COMMANDS = "check, compare, post, throw, completion, help"

# A command line, and all that standard error says, but for "lastrun: " before it.
WRONG = [
    # Commands
    ("", f"a command is missing: {COMMANDS}; see lastrun --help"),
    ("chekc", "there is no command chekc (did you mean check?); see lastrun --help"),
    ("Check", "there is no command Check (did you mean check?); see lastrun --help"),
    ("verify", "there is no command verify; see lastrun --help"),
    ("help chekc", "there is no command chekc (did you mean check?); see lastrun --help"),
    ("help check post", "unexpected argument post: expected one COMMAND; see lastrun help --help"),
    ("completion", "SHELL is missing; expected bash, zsh or fish; see lastrun completion --help"),
    ("completion tcsh", "SHELL tcsh: expected bash, zsh or fish; see lastrun completion --help"),
    ("completion zsh fish", "unexpected argument fish: expected one SHELL; see lastrun completion --help"),
    # Unknown options, and too many arguments
    ("help --wrong", "unknown option --wrong; see lastrun help --help"),
    ("--wrong", "unknown option --wrong; see lastrun --help"),
    ("--versoin", "unknown option --versoin (did you mean --version?); see lastrun --help"),
    ("check --failing", "unknown option --failing (did you mean --failing-only?); see lastrun check --help"),
    ("check --failed-only", "unknown option --failed-only (did you mean --failing-only?); see lastrun check --help"),
    ("check --outptu json", "unknown option --outptu (did you mean --output?); see lastrun check --help"),
    ("check --outptu=json", "unknown option --outptu (did you mean --output?); see lastrun check --help"),
    ("check -output json", "unknown option -output (did you mean --output?); see lastrun check --help"),
    ("check -x", "unknown option -x; see lastrun check --help"),
    ("check --project p", "unknown option --project; see lastrun check --help"),
    ("check --tolerat 1", "unknown option --tolerat; see lastrun check --help"),
    ("post --metrics m", "unknown option --metrics (did you mean --metric?); see lastrun post --help"),
    ("throw --projekt p", "unknown option --projekt (did you mean --project?); see lastrun throw --help"),
    ("throw -metricname n", "unknown option --metricname (did you mean --metricName?); see lastrun throw --help"),
    ("throw -project p -metricName n lines", "unexpected argument lines: the lines come from standard input; see lastrun throw --help"),
    ("compare --agianst pipeline", "unknown option --agianst (did you mean --against?); see lastrun compare --help"),
    # Missing values
    ("check --output", "--output: a value is missing; expected table, json, jsonl or prometheus; see lastrun check --help"),
    ("check -o", "--output: a value is missing; expected table, json, jsonl or prometheus; see lastrun check --help"),
    ("check --output=", "--output: its value is empty; expected table, json, jsonl or prometheus; see lastrun check --help"),
    ("check --cluster= dump.json", "--cluster: its value is empty; expected NAME; see lastrun check --help"),
    ("check -n --failing-only", "--namespace: a value is missing before --failing-only; expected NAME; see lastrun check --help"),
    ("post --project --metric m", "--project: a value is missing before --metric; expected ID; see lastrun post --help"),
    ("post --label", "--label: a value is missing; expected KEY=PATTERN; see lastrun post --help"),
    ("post --project p", "--metric NAME is missing; see lastrun post --help"),
    ("throw -project", "--project: a value is missing; expected P; see lastrun throw --help"),
    ("throw -project p", "--metricName N is missing; see lastrun throw --help"),
    # Repeated ones
    ("check -o json --output table", "--output is given 2 times; expected once; see lastrun check --help"),
    ("post --metric a --metric b --metric c", "--metric is given 3 times; expected once; see lastrun post --help"),
    # Wrong values
    ("throw -dry-run=maybe", "--dry-run=maybe: expected no value, true or false; see lastrun throw --help"),
    ("check -o xml", "--output xml: expected table, json, jsonl or prometheus; see lastrun check --help"),
    ("check --rule last", "--rule last: expected newest-finished, newest, any or last-finished-pod; see lastrun check --help"),
    (
        "check --group-by team",
        "--group-by team: expected owner, namespace or a pattern such as {namespace}/{label:team}; see lastrun check --help",
    ),
    ("check --now today", "--now today: expected a time such as 2026-11-22T11:57:31Z; see lastrun check --help"),
    ("check --stopped x", "--stopped x: expected fail or ignore; see lastrun check --help"),
    ("check --max-batches many", "--max-batches many: expected 1 to 1000000; see lastrun check --help"),
    ("check --max-batches 0", "--max-batches 0: expected 1 to 1000000; see lastrun check --help"),
    ("check --max-batches=-1", "--max-batches -1: expected 1 to 1000000; see lastrun check --help"),
    ("check --max-batches 10x", "--max-batches 10x: expected 1 to 1000000; see lastrun check --help"),
    ("check --max-batches 99999999999999999999", "--max-batches 99999999999999999999: expected 1 to 1000000; see lastrun check --help"),
    ("check --failing-only=maybe", "--failing-only=maybe: expected no value, true or false; see lastrun check --help"),
    ("compare --against jq", "--against jq: expected pipeline or predecessor; see lastrun compare --help"),
    ("post --metric m --reduce min", "--reduce min: expected max; see lastrun post --help"),
    ("post --metric m --resource-label x", "--resource-label x: expected KEY=VALUE; see lastrun post --help"),
]  # fmt: skip

# Longer ones: what the message has.
ALSO_WRONG = [
    ("check --group-by {team}", "--group-by: unknown placeholder {team} in a pattern; allowed are"),
    ("check --group-by {namespace", "--group-by: a '{' in the pattern is not closed: {namespace"),
    ("check -l =a", '--selector: cannot read the label selector at "=a"; expected key=value'),
    ("check --tolerate 2", "--tolerate counts failures in a row, which needs memory"),
    ("check --like-the-pipeline --rule any", "--like-the-pipeline says how to group and which run decides"),
]


class WrongCommandLines(unittest.TestCase):
    maxDiff = 2000

    def refused(self, *arguments):
        answer = run(*arguments, stdin=EXAMPLE.read_bytes())
        self.assertEqual((answer.code, answer.out), (2, b""), arguments)
        text = answer.err.decode()
        self.assertEqual(text.count("\n"), 1, text)
        self.assertRegex(text, r"; see lastrun( [a-z]+)? --help\n$")
        return text.removeprefix("lastrun: ").rstrip("\n")

    def test_each_is_told_with_what_is_allowed(self):
        for line, message in WRONG:
            with self.subTest(line):
                self.assertEqual(self.refused(*line.split()), message)
        for line, message in ALSO_WRONG:
            with self.subTest(line):
                self.assertIn(message, self.refused(*line.split()))

    def test_an_empty_command_and_odd_bytes(self):
        self.assertIn("a command is missing: ", self.refused(""))
        self.assertIn("there is no command \\x1b[2J;", self.refused("\x1b[2J"))
        for arguments in (["x" * 100_000], ["check", "--" + "x" * 100_000], ["check", "-o", "x" * 100_000]):
            self.assertLess(len(self.refused(*arguments)), 300)

    def test_what_looks_wrong_but_is_not(self):
        for arguments in (
            ["-n", "team-b", "--failing-only=false"],
            ["--failing-only=true", "--failing-only"],
            ["-n", "team-a", "-n", "team-b", "--namespace=team-c"],
            ["-ojson", "-nteam-a"],
            ["--cluster", ""],
            ["--", EXAMPLE],
            ["-n", "team-a", EXAMPLE],
        ):
            answer = run("check", *arguments, stdin=EXAMPLE.read_bytes())
            self.assertEqual(answer.err, b"", arguments)
            self.assertIn(answer.code, (0, 1), arguments)
        self.assertIn(b"--output: cannot open: No such file", run("check", "--", "--output").err)


class Help(unittest.TestCase):
    def test_help_lists_the_commands(self):
        top = run("--help")
        self.assertEqual((top.code, top.err), (0, b""))
        for word in (*COMMANDS.split(", "), "argo list -A -o json | lastrun check"):
            self.assertIn(word, top.out.decode())

    def test_help_of_a_command_names_its_options_and_their_values(self):
        text = run("check", "--help").out.decode()
        for word in ("--group-by owner|namespace|PATTERN", "--rule newest-finished|newest|any|last-finished-pod",
                     "--like-the-pipeline", "--namespace", "--selector", "--output table|json|jsonl|prometheus",
                     "--failing-only", "--cluster", "--stopped fail|ignore", "--include-owned", "--max-batches", "--now",
                     "Exit code: 0 all fine, 1", "Examples:"):  # fmt: skip
            self.assertIn(word, text)
        self.assertNotIn("--tolerate", text)

    def test_the_command_help_is_the_option_help(self):
        self.assertEqual(run("help")[:3], run("--help")[:3])
        for command in COMMANDS.split(", "):
            answer = run("help", command)
            self.assertEqual((answer.code, answer.err), (0, b""))
            self.assertEqual(answer.out, run(command, "--help").out)
        self.assertIn(b"--metricName", run("help", "throw").out)

    def test_version(self):
        self.assertRegex(run("--version").out.decode(), r"^lastrun \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
