"""./dev cluster up|down|status|env: a control plane that outlives the command that started it, in .cache/cluster/run."""

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from cluster import CACHE, PROGRAMS, Cluster, ClusterError

RUN = CACHE / "run"
READY = RUN / "ready.json"  # there once a start has succeeded: what `status` tells


def running(program):
    """The process id of the one that was started in RUN, None if it has ended. Its command line names the directory, so
    that nobody else's process, come to that number since, is taken for it."""
    try:
        pid = int((RUN / f"{program}.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(f"={RUN}/") in command else None


def up():
    if all(map(running, PROGRAMS)) and READY.exists():
        print(f"a cluster runs already: KUBECONFIG={RUN}/kubeconfig", file=sys.stderr)
        return 0
    if RUN.exists():
        print("what is left of an earlier cluster is removed", file=sys.stderr)
        down()
    began = time.monotonic()
    cluster = Cluster(RUN, outlive=True)
    cluster.start()
    ports = {"etcd": cluster.port("etcd"), "kube-apiserver": cluster.port("api")}
    READY.write_text(json.dumps({"programs": str(cluster.programs), "ports": ports}))
    print(f"ready after {time.monotonic() - began:.1f} s: KUBECONFIG={cluster.kubeconfig}", file=sys.stderr)
    return 0


def down():
    """Ends what runs, the API server first, and removes everything, also when they have died or never came up."""
    for program in reversed(PROGRAMS):
        if pid := running(program):
            os.kill(pid, signal.SIGKILL)
        while running(program):
            time.sleep(0.02)
    shutil.rmtree(RUN, ignore_errors=True)
    return 0


def status():
    """Versions, ports and process ids; exit code 1 unless both run."""
    if not RUN.exists():
        print("no cluster runs")
        return 1
    ready = json.loads(READY.read_text()) if READY.exists() else None
    pids = {program: running(program) for program in PROGRAMS}
    for program, pid in pids.items():
        if ready and pid:
            version = version_of(Path(ready["programs"]) / program)
            print(f"{program:15} {version:8} process {pid}, 127.0.0.1:{ready['ports'][program]}")
        else:
            print(f"{program:15} {'never was ready' if pid else 'has ended'}, its log: {RUN}/{program}.log")
    return 0 if ready and all(pids.values()) else 1


def version_of(program):
    """The first word with dots and digits: "Kubernetes v1.36.3" and "etcd Version: 3.6.8" alike."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()
    return next((word.lstrip("v") for word in told if word.lstrip("v")[:1].isdigit()), "?")


def env():
    if not all(map(running, PROGRAMS)):
        raise ClusterError("no cluster runs: ./dev cluster up")
    print(f"KUBECONFIG={RUN}/kubeconfig")
    return 0


def main():
    commands = {"up": up, "down": down, "status": status, "env": env}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=commands)
    command = parser.parse_args().command
    try:
        if command not in ("up", "down"):
            return commands[command]()
        CACHE.mkdir(parents=True, exist_ok=True)
        with open(CACHE / "lock", "w") as lock:  # two at a time would end each other's servers
            fcntl.flock(lock, fcntl.LOCK_EX)
            return commands[command]()
    except ClusterError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
