"""lastrun check beside jq, gojq, cat and simdjson on one dump, in one run, and ten times that dump through a pipe.

Wall times are medians of rounds in which the programs take turns, so that a slow minute of the machine hits all alike.
Peak memory is what GNU time says. Nothing here is a test: it prints figures, and fails only where the answers differ.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

# The pipeline that lastrun replaces: the newest run of each namespace, failing or not.
FILTER = """group_by(.metadata.namespace) | map(max_by(.metadata.creationTimestamp)) | .[]
| {labels: {namespace_name: .metadata.namespace},
   value: (if .metadata.labels["workflows.argoproj.io/phase"] == "Failed"
           or .metadata.labels["workflows.argoproj.io/phase"] == "Error" then 1 else 0 end)}"""
PIPELINE_RULE = ["--group-by", "namespace", "--rule", "newest", "--output", "jsonl"]
ACCEPTED = (0, 1)  # 1 of lastrun check: a batch fails, as it should


class Program:
    def __init__(self, name, command):
        self.name, self.command = name, [str(part) for part in command]
        self.seconds, self.peak_kb, self.output = [], 0, b""

    def run(self, work, stdin=None):
        """One run; its wall time and peak memory are kept, its output too."""
        usage = work / "usage"
        began = time.perf_counter()
        # --quiet: else an exit code of 1 adds a line to the figure.
        result = subprocess.run(
            ["/usr/bin/time", "--quiet", "-f", "%M", "-o", usage, *self.command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        self.seconds.append(time.perf_counter() - began)
        if result.returncode not in ACCEPTED:
            sys.exit(f"{self.name} ended with {result.returncode}: {result.stderr.decode(errors='replace')[-500:]}")
        self.peak_kb = max(self.peak_kb, int(usage.read_text().split()[-1]))
        self.output = result.stdout

    @property
    def median(self):
        return statistics.median(self.seconds)


def make(path, command):
    """The file that `command` prints; made again when the generator is newer."""
    if path.exists() and path.stat().st_mtime > Path(command[0]).stat().st_mtime:
        return
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
    part.rename(path)


def print_table(programs, size, reference):
    width = max(len(program.name) for program in programs)
    print(f"{'':{width}}  {'seconds':>8} {'fastest':>8} {'GB/s':>6} {'x jq':>7} {'peak MB':>8}")
    for program in programs:
        print(
            f"{program.name:{width}}  {program.median:8.3f} {min(program.seconds):8.3f}"
            f" {size / program.median / 1e9:6.2f}"
            f" {reference.median / program.median:7.1f} {program.peak_kb / 1024:8.1f}"
        )


def through_a_pipe(lastrun, generator, runs, work):
    """Peak KB and seconds of lastrun on `runs` runs that never touch a disk."""
    program = Program("lastrun, pipe", [lastrun, "check", *PIPELINE_RULE, "-"])
    with subprocess.Popen([generator, str(runs)], stdout=subprocess.PIPE) as source:
        program.run(work, stdin=source.stdout)
        source.stdout.close()
    return program.peak_kb, program.median


def main():
    parser = argparse.ArgumentParser(description="lastrun check beside jq, gojq, cat and simdjson on one dump.")
    parser.add_argument(
        "--build", required=True, type=Path, help="a build directory: lastrun and the tools of test/bench"
    )
    parser.add_argument("--work", required=True, type=Path, help="where the dump and figures are kept")
    parser.add_argument("--runs", type=int, default=20_000, help="Workflows in the dump (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--without-slow", action="store_true", help="jq once, gojq not at all")
    arguments = parser.parse_args()
    work, tools = arguments.work, arguments.build / "test/bench"
    work.mkdir(parents=True, exist_ok=True)

    lastrun, generator, scan = arguments.build / "lastrun", tools / "make_dump", tools / "scan_dump"
    dump = work / f"dump-{arguments.runs}.json"
    make(dump, [str(generator), str(arguments.runs)])
    size = dump.stat().st_size

    pipeline = Program("lastrun check, the pipeline's rule", [lastrun, "check", *PIPELINE_RULE, dump])
    table = Program("lastrun check, owner batches, table", [lastrun, "check", dump])
    jq = Program("jq", ["jq", "-c", FILTER, dump])
    gojq = Program("gojq", ["gojq", "-c", FILTER, dump])
    floor = [
        Program("cat >/dev/null", ["sh", "-c", 'cat "$0" >/dev/null', dump]),
        Program("simdjson, UTF-8 only, chunks", [scan, "utf8", dump]),
        Program("simdjson, first stage, whole file", [scan, "stage1", dump]),
        Program("simdjson, tree, whole file", [scan, "dom", dump]),
    ]
    slow = [jq] if arguments.without_slow else [jq, gojq]

    print(
        f"{arguments.runs} Workflows, {size / 1e6:.1f} MB; {platform.machine()}, {os.cpu_count()} CPUs;"
        f" load {os.getloadavg()[0]:.1f} before; {arguments.rounds} rounds;"
        f" jq: {version('jq')}; gojq: {version('gojq')}",
        flush=True,
    )
    dump.read_bytes()  # into the page cache: all of them read from there
    for turn in range(arguments.rounds):
        for program in [pipeline, table, *floor, *(slow if turn == 0 or not arguments.without_slow else [])]:
            program.run(work)
            if sys.stderr.isatty():
                print(f"\r\033[Kround {turn + 1}: {program.name} {program.seconds[-1]:.3f} s", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print_table([pipeline, table, *slow, *floor], size, jq)
    print(
        f"lastrun is {jq.median / pipeline.median:.1f} x jq (wanted: 40),"
        f" {size / pipeline.median / 1e9:.2f} GB/s beside {size / floor[1].median / 1e9:.2f} GB/s of one SIMD pass"
    )

    peak_once, _ = through_a_pipe(lastrun, generator, arguments.runs, work)
    peak_ten, seconds = through_a_pipe(lastrun, generator, arguments.runs * 10, work)
    a_run = (peak_ten - peak_once) * 1024 / (arguments.runs * 9)
    print(
        f"through a pipe: {arguments.runs} runs {peak_once / 1024:.1f} MB,"
        f" {arguments.runs * 10} runs {peak_ten / 1024:.1f} MB"
        f" in {seconds:.1f} s: {a_run:.1f} bytes for each further run (wanted: 32 MB, then 40 bytes a run)"
    )

    same = sorted(pipeline.output.splitlines()) == sorted(jq.output.splitlines())
    print(f"answers: {len(jq.output.splitlines())} lines of jq, lastrun's are {'the same' if same else 'DIFFERENT'}")
    return 0 if same else 1


def version(program):
    result = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return result.stdout.strip() or result.stderr.strip()


if __name__ == "__main__":
    sys.exit(main())
