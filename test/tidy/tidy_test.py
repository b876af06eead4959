"""Breaks each rule of tidy.py once: on a small tree that is clean, one change, one finding."""

import json
import tempfile
import unittest
from pathlib import Path

import tidy

TABLE = """
| Folder | May include | Third-party headers | What it is |
|---|---|---|---|
| `base` | – | `fmt/`; `spdlog/` in `log.cpp` | the ground |
| `model` | `base` | – | nouns |
| `judge` | `base`, `model` | – | rules |
| `http` | `base` | `curl/` | client |
| `testing` | `base`, `http` | – | fakes |
| `sink/json`, `sink/jsonl` | `base`, `model` | – | outputs |
| `app` | `base`, `judge`, `sink/json` | – | wiring |
| `main.cpp` | `app` | – | the program |
| `test/bench` | – | – | measuring |
"""

CLEAN = {
    "docs/ARCHITECTURE.md": TABLE,
    "src/main.cpp": '#include "app/app.h"\nint main() {}\n',
    "src/base/time.h": "#pragma once\n#include <chrono>\n",
    "src/base/time.cpp": '#include "base/time.h"\n#include <fmt/format.h>\n#include <thread>\n// std::cout\n',
    "src/base/log.cpp": "#include <spdlog/spdlog.h>\n#include <unistd.h>\n",
    "src/model/run.h": '#pragma once\n#include "base/time.h"\n',
    "src/judge/judge.h": '#pragma once\n#include "model/run.h"\n',
    "src/judge/judge.cpp": '#include "judge/judge.h"\n#include <vector>\nauto text = "printf(";  // getenv\n',
    "src/judge/judge_test.cpp": '#include "judge/judge.h"\n#include <gtest/gtest.h>\n#include <fstream>\n'
    '#include "testing/fake.h"\n',
    "src/http/client.h": "#pragma once\n",
    "src/http/client.cpp": '#include "http/client.h"\n#include <curl/curl.h>\n',
    "src/testing/fake.h": '#pragma once\n#include <gtest/gtest.h>\n#include "http/client.h"\n',
    "src/sink/json/json.h": '#pragma once\n#include "model/run.h"\n',
    "src/sink/jsonl/jsonl.h": "#pragma once\n",
    "src/app/app.h": '#pragma once\n#include "judge/judge.h"\n#include "sink/json/json.h"\n',
    "test/bench/dump.cpp": "#include <cstdio>\nint main() {}\n",
}


class Tidy(unittest.TestCase):
    def findings(self, changes, unbuilt=()):
        """The findings of the clean tree with `changes` applied (path -> text), as "rule path" strings."""
        with tempfile.TemporaryDirectory() as directory:
            root, tree = Path(directory), CLEAN | changes
            for path, text in tree.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            built = [
                {"directory": directory, "file": path} for path in tree if path.endswith(".cpp") and path not in unbuilt
            ]
            (root / "compile_commands.json").write_text(json.dumps(built), encoding="utf-8")
            return [f"{finding.rule} {finding.path}" for finding in tidy.check(tidy.Project(root, root))]

    def expect(self, finding, changes, **options):
        self.assertEqual(self.findings(changes, **options), [finding])

    def appended(self, path, text):
        return {path: CLEAN[path] + text}

    def test_a_clean_tree_has_no_finding(self):
        self.assertEqual(self.findings({}), [])

    def test_an_include_against_the_table(self):
        self.expect("include src/model/run.h", self.appended("src/model/run.h", '#include "http/client.h"\n'))
        self.expect(
            "include src/sink/jsonl/jsonl.h", self.appended("src/sink/jsonl/jsonl.h", '#include "sink/json/json.h"\n')
        )
        self.expect("include src/main.cpp", self.appended("src/main.cpp", '#include "judge/judge.h"\n'))

    def test_only_tests_include_fakes(self):
        self.expect("include src/judge/judge.cpp", self.appended("src/judge/judge.cpp", '#include "testing/fake.h"\n'))

    def test_an_include_that_is_not_a_path_from_src(self):
        self.expect("include src/http/client.cpp", self.appended("src/http/client.cpp", '#include "client.h"\n'))
        self.assertIn(
            "include src/http/client.cpp",
            self.findings(self.appended("src/http/client.cpp", "#include <base/time.h>\n")),
        )

    def test_code_in_test_may_include_its_neighbour(self):
        tree = {"test/bench/clock.h": "#pragma once\n"} | self.appended("test/bench/dump.cpp", '#include "clock.h"\n')
        self.assertEqual(self.findings(tree), [])

    def test_a_third_party_where_the_table_names_none(self):
        self.expect("third-party src/judge/judge.cpp", self.appended("src/judge/judge.cpp", "#include <fmt/core.h>\n"))
        self.expect("third-party src/http/client.cpp", self.appended("src/http/client.cpp", "#include <zlib.h>\n"))
        self.expect("third-party test/bench/dump.cpp", self.appended("test/bench/dump.cpp", "#include <simdjson.h>\n"))

    def test_a_third_party_in_another_file_than_the_table_names(self):
        self.expect("third-party src/base/time.cpp", self.appended("src/base/time.cpp", "#include <spdlog/spdlog.h>\n"))

    def test_a_third_party_in_our_header(self):
        self.expect("third-party src/http/client.h", self.appended("src/http/client.h", "#include <curl/curl.h>\n"))

    def test_googletest_outside_of_tests(self):
        self.expect(
            "third-party src/http/client.cpp", self.appended("src/http/client.cpp", "#include <gtest/gtest.h>\n")
        )

    def test_a_pure_folder_that_names_the_world(self):
        for code in (
            "auto t = std::chrono::system_clock::now();",
            'auto v = getenv("X");',
            "std::cout << 1;",
            "printf(text);",
            'FILE* f = fopen("x", "r");',
            "std::random_device device;",
            "SystemClock clock;",
            "auto t = time(nullptr);",
        ):
            with self.subTest(code):
                self.expect("purity src/judge/judge.cpp", self.appended("src/judge/judge.cpp", code + "\n"))

    def test_a_pure_folder_that_includes_the_world(self):
        for header in (
            "thread",
            "mutex",
            "atomic",
            "fstream",
            "iostream",
            "filesystem",
            "condition_variable",
            "sys/socket.h",
            "unistd.h",
        ):
            with self.subTest(header):
                self.expect(
                    "purity src/judge/judge.cpp", self.appended("src/judge/judge.cpp", f"#include <{header}>\n")
                )

    def test_a_pure_folder_that_reaches_the_world_through_a_header(self):
        self.assertEqual(
            set(self.findings(self.appended("src/base/time.h", "#include <mutex>\n"))),
            {"purity src/judge/judge.cpp", "purity src/judge/judge.h", "purity src/model/run.h"},
        )

    def test_a_source_that_no_target_builds(self):
        for path in ("src/judge/judge.cpp", "src/judge/judge_test.cpp", "test/bench/dump.cpp"):
            self.expect(f"target {path}", {}, unbuilt=[path])

    def test_folders_that_include_each_other(self):
        table = TABLE.replace("| `model` | `base` |", "| `model` | `base`, `judge` |")
        self.expect("cycle docs/ARCHITECTURE.md", {"docs/ARCHITECTURE.md": table})

    def test_headers_that_include_each_other(self):
        self.expect(
            "cycle src/model/run.h",
            self.appended("src/model/run.h", '#include "model/batch.h"\n')
            | {"src/model/batch.h": '#pragma once\n#include "model/run.h"\n'},
        )

    def test_a_folder_without_a_row(self):
        self.expect("table docs/ARCHITECTURE.md", {"src/store/store.h": "#pragma once\n"})

    def test_a_row_without_a_folder(self):
        self.expect("table docs/ARCHITECTURE.md", {"docs/ARCHITECTURE.md": TABLE + "| `web` | – | – | pages |\n"})

    def test_a_row_that_names_an_unknown_folder(self):
        self.expect(
            "table docs/ARCHITECTURE.md",
            {"docs/ARCHITECTURE.md": TABLE.replace("`base`, `http`", "`base`, `http`, `web`")},
        )

    def test_an_allowance_that_nobody_uses(self):
        self.expect(
            "table docs/ARCHITECTURE.md", {"docs/ARCHITECTURE.md": TABLE.replace("`curl/`", "`curl/`; `zlib.h`")}
        )

    def test_a_document_without_the_table(self):
        self.assertIn("table docs/ARCHITECTURE.md", self.findings({"docs/ARCHITECTURE.md": "# Architecture\n"}))

    def test_a_row_with_too_few_cells(self):
        self.expect("table docs/ARCHITECTURE.md", {"docs/ARCHITECTURE.md": TABLE + "| `web` | – |\n"})

    def test_a_long_main(self):
        self.expect("main src/main.cpp", self.appended("src/main.cpp", "\n" * 58))
        self.assertEqual(self.findings(self.appended("src/main.cpp", "\n" * 57)), [])

    def test_a_folder_whose_name_says_nothing(self):
        table = TABLE.replace("`test/bench`", "`test/utils`")
        tree = {"docs/ARCHITECTURE.md": table, "test/utils/x.cpp": ""}
        self.assertIn("folder test/utils/x.cpp", self.findings(tree))

    def test_a_header_without_a_guard(self):
        self.expect("pragma src/http/client.h", {"src/http/client.h": "// contract\n"})

    def test_a_source_whose_own_header_comes_later(self):
        self.expect(
            "own-header src/http/client.cpp",
            {"src/http/client.cpp": '#include <curl/curl.h>\n#include "http/client.h"\n'},
        )
        self.expect(
            "own-header src/judge/judge_test.cpp",
            {"src/judge/judge_test.cpp": '#include <gtest/gtest.h>\n#include "judge/judge.h"\n'},
        )

        tree = {"test/bench/dump.h": "#pragma once\n"}
        self.expect(
            "own-header test/bench/dump.cpp", tree | self.appended("test/bench/dump.cpp", '#include "dump.h"\n')
        )

    def test_a_skip_without_a_reason(self):
        self.expect("skip src/judge/judge_test.cpp", self.appended("src/judge/judge_test.cpp", "GTEST_SKIP();\n"))
        self.assertEqual(self.findings(self.appended("src/judge/judge_test.cpp", 'GTEST_SKIP() << "no disk";\n')), [])

    def test_a_disabled_test(self):
        self.expect(
            "skip src/judge/judge_test.cpp", self.appended("src/judge/judge_test.cpp", "TEST(A, DISABLED_B) {}\n")
        )


if __name__ == "__main__":
    unittest.main()
