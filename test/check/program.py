"""The built program as the tests of this folder run it: its answer, and what it used."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path

PROGRAM = os.environ["LASTRUN_PROGRAM"]
SANITIZED = bool(os.environ.get("LASTRUN_SANITIZE"))  # which sanitizers it was built with, if any
ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "test/recordings"
EXAMPLE = ROOT / "examples/argo-list.json"

# What the outside world sets that would change an answer.
_FOREIGN = ("KUBERNETES_SERVICE_HOST", "NO_COLOR", "TERM", "COLUMNS")

Answer = namedtuple("Answer", "code out err seconds peak_mb")


def environment(**more):
    clean = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**clean, **more}


# A process counts the memory of the one that started it as its own peak: so a small one starts it, and writes down what
# its child used.
_LAUNCHER = """
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code if code >= 0 else 128 - code)
"""


def run(*arguments, stdin=b"", env=None, limit=60, measure=False, program=PROGRAM, **more):
    """One run to its end, of at most `limit` seconds. `stdin`: bytes, an open file, or a function that gets the pipe.
    Its peak memory is there with `measure` only."""
    piped = isinstance(stdin, bytes) or callable(stdin)
    command = [str(program), *map(str, arguments)]
    if measure:
        peak = tempfile.NamedTemporaryFile(prefix="lastrun-peak-")
        command = [sys.executable, "-S", "-c", _LAUNCHER, peak.name, *command]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if piped else stdin,
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        env=env or environment(),
        **more,
    )
    outputs = {}
    threads = [
        threading.Thread(target=lambda name, pipe: outputs.update({name: pipe.read()}), args=(name, pipe))
        for name, pipe in (("out", process.stdout), ("err", process.stderr))
        if pipe
    ]
    if piped:
        write = stdin if callable(stdin) else lambda pipe: pipe.write(stdin)
        threads.append(threading.Thread(target=_feed, args=(process.stdin, write)))
    for thread in threads:
        thread.start()
    killer = threading.Timer(limit, process.kill)
    killer.start()
    try:
        process.wait()
    finally:
        killer.cancel()
    seconds = time.monotonic() - began
    for thread in threads:
        thread.join()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    peak_mb = None
    if measure:
        with peak:
            peak_mb = int(peak.read()) / 1024
    return Answer(process.returncode, outputs.get("out", b""), outputs.get("err", b""), seconds, peak_mb)


def _feed(pipe, write):
    try:
        write(pipe)
    except BrokenPipeError:
        pass  # it stopped reading: what it made of that, the test sees
    finally:
        try:
            pipe.close()
        except BrokenPipeError:
            pass


def check(*arguments, **more):
    return run("check", *arguments, **more)


def body_of(path):
    """The body of a recorded HTTP answer."""
    return path.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n", 1)[1]


def workflow(name="w", namespace="team", created="2026-11-22T11:00:00Z", phase="Succeeded", **metadata):
    labels = {"workflows.argoproj.io/phase": phase, "workflows.argoproj.io/completed": "true"}
    return {
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": created,
            "labels": labels,
            **metadata,
        },
    }


def dumps(value):
    return json.dumps(value).encode()
