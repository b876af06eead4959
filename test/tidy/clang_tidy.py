"""Runs clang-tidy over our sources, several at a time, and only over those that changed since they were last clean.

A source is unchanged while its text, that of our headers it reaches, its compile command, .clang-tidy, this file and
clang-tidy itself are: their hash names an empty file in the cache. Findings are never cached.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import tidy

CLANG_TIDY = "clang-tidy-19"


def key_of(project, file, command, common):
    """The hash of everything that the findings in `file` depend on."""
    stack, seen = [file], {}
    while stack:
        current = stack.pop()
        seen[current.path] = current.text
        headers = (project.resolve(current, include) for include in current.includes)
        stack += [header for header in headers if header and header.path not in seen]
    return hashlib.sha256("\0".join([common, command, *sorted(seen.values())]).encode()).hexdigest()


def findings_in(root, result):
    """The findings of one run, each with its notes, of those that are ours: the analyzer also walks into the headers of
    libraries and finds fault there. A file that does not compile, or a crash of clang-tidy, is always a finding."""
    blocks = re.split(r"^(?=/[^:\n]+:\d+:\d+: (?:error|warning): )", result.stdout, flags=re.MULTILINE)
    ours = re.compile(rf"{re.escape(str(root))}/(src|test)/|[^\n]*\[clang-diagnostic-error\]")
    found = [block.strip() for block in blocks if ours.match(block)]
    if result.returncode != 0 and len(blocks) < 2:
        found.append(result.stderr.strip())
    return found


def main():
    parser = argparse.ArgumentParser(description="Runs clang-tidy over what changed.")
    parser.add_argument("--build", required=True, type=Path, help="a build directory configured with clang")
    parser.add_argument("--cache", required=True, type=Path, help="where clean sources are remembered")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()

    root = Path(__file__).resolve().parents[2]
    project = tidy.Project(root)
    files = {(root / file.path).resolve(): file for file in project.files}
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    common = version + (root / ".clang-tidy").read_text(encoding="utf-8") + Path(__file__).read_text(encoding="utf-8")
    arguments.cache.mkdir(parents=True, exist_ok=True)

    wanted, current = {}, set()
    for entry in json.loads((arguments.build / "compile_commands.json").read_text(encoding="utf-8")):
        path = Path(entry["directory"], entry["file"]).resolve()
        if path not in files or path in wanted:
            continue
        key = key_of(project, files[path], entry["command"], common)
        current.add(key)
        if not (arguments.cache / key).exists():
            wanted[path] = key
    for stamp in arguments.cache.iterdir():
        if stamp.name not in current:
            stamp.unlink()

    def run(path):
        # GoogleTest's macros cost the analyzer more than all of src/, and tests own nothing that could leak for long.
        without = ["--checks=-clang-analyzer-*"] if files[path].is_test else []
        command = [CLANG_TIDY, "--quiet", "-p", str(arguments.build), *without, str(path)]
        return path, subprocess.run(command, capture_output=True, text=True, check=False)

    began, failed, shown = time.monotonic(), 0, set()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for done, future in enumerate(as_completed([pool.submit(run, path) for path in wanted]), 1):
            path, result = future.result()
            found = findings_in(root, result)
            if not found:
                (arguments.cache / wanted[path]).touch()
            failed += bool(found)
            for finding in found:
                if finding not in shown:  # one in a header comes with every source that includes it
                    print(finding, flush=True)
                shown.add(finding)
            if sys.stderr.isatty():
                print(f"\rclang-tidy: {done}/{len(wanted)}", end="\n" if done == len(wanted) else "", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"clang-tidy: {len(current)} sources, {len(wanted)} changed, {failed} with findings, {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
