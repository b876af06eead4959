"""Holds the code to the folder table in docs/ARCHITECTURE.md, and to the rules that no compiler checks.

The table has a row for each folder of src/ and test/: what it may include of ours, which third-party headers may appear
in it, what it is. One cell may name several folders that follow the same rule. In the third-party cell an entry such as
`fmt/` allows every header below that name; `spdlog/` in `log.cpp` allows it in that file alone.

Each rule below is a function from a Project to findings. tidy_test.py breaks each of them once.
"""

import argparse
import json
import re
import sys
from collections import namedtuple
from functools import cached_property
from pathlib import Path

Finding = namedtuple("Finding", "path line rule message")
Include = namedtuple("Include", "line name own")  # own: written with quotes
Row = namedtuple("Row", "line may_include third_party about")  # third_party: prefix -> file names, empty for all

TABLE = "docs/ARCHITECTURE.md"
PURE = {"model", "judge"}
TESTING = "testing"  # the folder of fakes: tests may use it, and it may use GoogleTest
TEST_HEADERS = ("gtest/", "gmock/")
MAIN_LIMIT = 60  # lines; what needs more belongs into app
VAGUE_FOLDERS = {"utils", "util", "common", "misc", "helper", "helpers"}

STANDARD = set("""
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg
    cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format
    forward_list fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch
    limits list locale map memory memory_resource mutex new numbers numeric optional ostream queue random ranges
    ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token
    streambuf string string_view syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility valarray variant vector version""".split())
# Headers of C and of the system: no third party's, but nothing for a pure folder either.
SYSTEM = re.compile(
    r"(sys|netinet|net|arpa|linux|asm)/.*|(assert|ctype|dirent|dlfcn|endian|err|errno|fcntl|float|getopt|glob|"
    r"grp|ifaddrs|immintrin|inttypes|langinfo|limits|locale|math|netdb|poll|pthread|pwd|sched|signal|spawn|"
    r"stdarg|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|ucontext|unistd|wchar)\.h"
)

# What a pure folder must not reach, not even through a header of ours.
IMPURE_HEADERS = set(
    """atomic barrier condition_variable csignal cstdio ctime execution filesystem fstream future iostream latch
    mutex random semaphore shared_mutex syncstream thread""".split()
)
IMPURE_CODE = re.compile(
    r"::now\b|\bSystemClock\b|\bsleep_(for|until)\b|\b(get|set|put|unset)env\b|\b(f|fd|p)?open\s*\("
    r"|\bf?(printf|puts|putc|write|read)\s*\(|\bstd::(cin|cout|cerr|clog|rand)\b|\brandom_device\b"
    r"|\b(time|clock|rand|system|socket|connect|fork)\s*\(|\bthread_local\b"
)


class File:
    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.name = path.name
        self.folder = folder_of(self.path)
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()
        self.is_header = path.suffix == ".h"
        self.is_test = path.stem.endswith(("_test", "_fuzz", "_bench")) or self.path.startswith("test/")

    @cached_property
    def includes(self):
        pattern = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
        matches = ((number, pattern.match(line)) for number, line in enumerate(self.lines, 1))
        return [Include(number, match[2], match[1] == '"') for number, match in matches if match]

    @cached_property
    def code(self):
        """The lines without comments and the contents of strings."""
        token = re.compile(
            r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
        )
        return token.sub(lambda match: "\n" * match[0].count("\n") or '""', self.text).splitlines()


class Project:
    """The tree under `root`: its table, its sources, and which of them some target builds."""

    def __init__(self, root, build=None):
        self.root = Path(root)
        self.files = sorted(
            (
                File(self.root, path)
                for top in ("src", "test")
                for suffix in ("*.h", "*.cpp")
                for path in (self.root / top).rglob(suffix)
            ),
            key=lambda file: file.path,
        )
        self.rows, self.table_findings = parse_table(self.root / TABLE)
        self.own = {file.path.removeprefix("src/"): file for file in self.files}
        self.built = built_sources(Path(build)) if build else None

    def resolve(self, file, include):
        """The file of ours that is meant: by path from src/, in test/ also a neighbour. None for any other."""
        sibling = f"{file.folder}/{include.name}" if include.own and file.path.startswith("test/") else None
        return self.own.get(include.name) or self.own.get(sibling)


def folder_of(path):
    """src/sink/json/x.cpp -> sink/json; src/main.cpp -> main.cpp; test/fuzz/x.cpp -> test/fuzz."""
    if path.startswith("src/"):
        path = path.removeprefix("src/")
        return path.rpartition("/")[0] or path
    return path.rpartition("/")[0]


def parse_table(path):
    rows, findings = {}, []
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0].lower() == "folder":
            inside = True
        elif inside and not set(line) <= set("|-: "):
            if len(cells) != 4:
                findings.append(Finding(TABLE, number, "table", f"a row has 4 cells, this one {len(cells)}"))
                continue
            third_party = {}
            for entry in cells[2].split(";"):
                allowed, _, where = entry.partition(" in ")
                for prefix in re.findall(r"`([^`]+)`", allowed):
                    third_party[prefix] = set(re.findall(r"`([^`]+)`", where))
            for folder in re.findall(r"`([^`]+)`", cells[0]):
                rows[folder] = Row(number, set(re.findall(r"`([^`]+)`", cells[1])), third_party, cells[3])
    if not rows:
        findings.append(Finding(TABLE, 1, "table", "there is no folder table"))
    return rows, findings


def built_sources(build):
    """The sources that a target compiles, as CMake tells."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return {Path(command["directory"], command["file"]).resolve() for command in commands}


def is_third_party(include):
    return not include.own and include.name not in STANDARD and not SYSTEM.fullmatch(include.name)


# --- Rules ---


def table_matches_the_tree(project):
    yield from project.table_findings
    used = {file.folder for file in project.files}
    for folder in used - project.rows.keys():
        yield Finding(TABLE, 1, "table", f"folder {folder} has no row")
    for folder, row in project.rows.items():
        if folder not in used:
            yield Finding(TABLE, row.line, "table", f"{folder} has no files")
        for other in sorted(row.may_include - project.rows.keys()):
            yield Finding(TABLE, row.line, "table", f"{folder} may include {other}, which has no row")


def table_has_no_cycle(project):
    graph = {folder: row.may_include - {folder} for folder, row in project.rows.items()}
    for cycle in cycles(graph):
        yield Finding(TABLE, project.rows[cycle[0]].line, "cycle", "folders include each other: " + " -> ".join(cycle))


def headers_have_no_cycle(project):
    graph = {
        file.path: {target.path for include in file.includes if (target := project.resolve(file, include))}
        for file in project.files
    }
    for cycle in cycles(graph):
        yield Finding(cycle[0], 1, "cycle", "headers include each other: " + " -> ".join(cycle))


def includes_follow_the_table(project):
    for file in project.files:
        row = project.rows.get(file.folder)
        for include in file.includes:
            target = project.resolve(file, include)
            if target and not include.own:
                yield Finding(file.path, include.line, "include", f'our own header is written "{include.name}"')
            elif include.own and not target:
                yield Finding(file.path, include.line, "include", f"{include.name}: include by path from src/")
            elif target and row and target.folder not in {file.folder, *row.may_include}:
                if not (file.is_test and target.folder == TESTING):
                    yield Finding(
                        file.path, include.line, "include", f"{file.folder} may not include {target.folder} ({TABLE})"
                    )


def third_parties_stay_in_quarantine(project):
    for file in project.files:
        row = project.rows.get(file.folder, Row(0, set(), {"": set()}, ""))
        for include in filter(is_third_party, file.includes):
            for_tests = include.name.startswith(TEST_HEADERS)
            if for_tests:
                allowed = file.is_test or file.folder == TESTING
            else:
                allowed = any(
                    include.name.startswith(prefix) and (not where or file.is_test or file.name in where)
                    for prefix, where in row.third_party.items()
                )
            if not allowed:
                yield Finding(file.path, include.line, "third-party", f"{include.name} is not allowed here ({TABLE})")
            elif file.is_header and not for_tests:
                yield Finding(
                    file.path, include.line, "third-party", f"{include.name} in a header of ours: forward-declare"
                )


def third_party_entries_are_used(project):
    for folder, row in project.rows.items():
        names = {
            (include.name, file.name) for file in project.files if file.folder == folder for include in file.includes
        }
        for prefix, where in row.third_party.items():
            for wanted in where or {""}:
                if not any(name.startswith(prefix) and wanted in ("", file) for name, file in names):
                    yield Finding(TABLE, row.line, "table", f"{folder} does not use {prefix} {wanted}".rstrip())


def pure_folders_are_pure(project):
    for file in project.files:
        if file.folder not in PURE or file.is_test:
            continue
        for number, line in enumerate(file.code, 1):
            if match := IMPURE_CODE.search(line):
                yield Finding(file.path, number, "purity", f"{file.folder} is pure: no {match[0].strip('( ')}")
        for include, chain in reached(project, file):
            if include.name in IMPURE_HEADERS or SYSTEM.fullmatch(include.name):
                way = "".join(f", through {name}" for name in chain)
                yield Finding(file.path, 1, "purity", f"{file.folder} is pure: no <{include.name}>{way}")


def every_source_is_built(project):
    if project.built is None:
        return
    for file in project.files:
        if not file.is_header and (project.root / file.path).resolve() not in project.built:
            yield Finding(file.path, 1, "target", "no target builds it")


def main_is_short(project):
    for file in project.files:
        if file.path == "src/main.cpp" and len(file.lines) >= MAIN_LIMIT:
            yield Finding(
                file.path, MAIN_LIMIT, "main", f"{len(file.lines)} lines: under {MAIN_LIMIT}, the rest belongs into app"
            )


def folders_say_what_they_hold(project):
    for file in project.files:
        for part in set(file.path.split("/")[:-1]) & VAGUE_FOLDERS:
            yield Finding(file.path, 1, "folder", f"a folder called {part} says nothing")


def headers_guard_themselves(project):
    for file in project.files:
        if file.is_header and "#pragma once" not in file.lines:
            yield Finding(file.path, 1, "pragma", "a header needs #pragma once")


def own_header_comes_first(project):
    paths = {file.path for file in project.files}
    for file in project.files:
        subject = re.sub(r"(_test)?\.cpp$", ".h", file.path)
        first = project.resolve(file, file.includes[0]) if file.includes else None
        if not file.is_header and subject in paths and (not first or first.path != subject):
            line = file.includes[0].line if file.includes else 1
            yield Finding(file.path, line, "own-header", f"{subject} comes first: that proves it stands alone")


def skipped_tests_say_why(project):
    for file in project.files:
        for number, line in enumerate(file.code, 1):
            if re.search(r"\bGTEST_SKIP\b(?!\s*\(\s*\)\s*<<)", line):
                yield Finding(file.path, number, "skip", 'GTEST_SKIP() << "why": a skip without a reason is a hole')
            if re.search(r"\bDISABLED_", line):
                yield Finding(file.path, number, "skip", "a disabled test: delete it or mend it")


RULES = [
    table_matches_the_tree,
    table_has_no_cycle,
    headers_have_no_cycle,
    includes_follow_the_table,
    third_parties_stay_in_quarantine,
    third_party_entries_are_used,
    pure_folders_are_pure,
    every_source_is_built,
    main_is_short,
    folders_say_what_they_hold,
    headers_guard_themselves,
    own_header_comes_first,
    skipped_tests_say_why,
]


def reached(project, file):
    """Every include that `file` pulls in from outside of our code, with the headers of ours on the way to it."""
    stack, seen = [(file, ())], set()
    while stack:
        current, chain = stack.pop()
        for include in current.includes:
            target = project.resolve(current, include)
            if not target:
                yield include, chain
            elif target.path not in seen:
                seen.add(target.path)
                stack.append((target, (*chain, include.name)))


def cycles(graph):
    """One list of names for each back edge: the way around, its first name repeated at the end."""
    done, path = set(), []

    def visit(name):
        if name in path:
            yield [*path[path.index(name) :], name]
        elif name not in done:
            path.append(name)
            for other in sorted(graph.get(name, ())):
                yield from visit(other)
            path.pop()
            done.add(name)

    for name in sorted(graph):
        yield from visit(name)


def check(project):
    return sorted({finding for rule in RULES for finding in rule(project)})


def main():
    parser = argparse.ArgumentParser(description="Holds the code to the folder table in docs/ARCHITECTURE.md.")
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2], help="the source tree")
    parser.add_argument("--build", required=True, help="a configured build directory (compile_commands.json)")
    arguments = parser.parse_args()
    project = Project(arguments.root, arguments.build)
    findings = check(project)
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.message} [{finding.rule}]")
    print(
        f"tidy: {len(project.files)} files, {len(project.rows)} folders, {len(RULES)} rules, {len(findings)} findings"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
