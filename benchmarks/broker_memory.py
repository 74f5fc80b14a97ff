"""How much memory the processes of a session hold, by role, when many workers share a local model.

    python benchmarks/broker_memory.py --workers 8

Proportional set sizes (shared pages are split among those who share them), at the moment of the highest sum.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

ROLES: Final = {"serving.server": "broker", "child.main": "sandbox", "execnet": "worker", "-m pytest": "session"}


def pss_mb(pid: str) -> float:
    """Proportional set size of a process in MiB; 0 where it has gone."""
    try:
        rollup = (Path("/proc") / pid / "smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


def role_of(pid: str) -> str:
    """Role by the command line; forked programs look like the sandbox."""
    try:
        line = (Path("/proc") / pid / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
    return next((role for mark, role in ROLES.items() if mark in line), "")


def sample() -> tuple[Counter[str], Counter[str]]:
    """Return MiB and number of processes by role."""
    sizes, numbers = Counter[str](), Counter[str]()
    for entry in Path("/proc").glob("[0-9]*"):
        if role := role_of(entry.name):
            sizes[role] += pss_mb(entry.name)
            numbers[role] += 1
    return sizes, numbers


def main() -> None:
    """Run the smoke suite and print the fullest moment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--model", default="smollm2")
    options = parser.parse_args()
    command = [sys.executable, "-m", "pytest", f"--llamoco-model={options.model}", "--llamoco-suite=cec2020"]
    command += ["--llamoco-problems=RC[01]?", "--llamoco-runs=1", "--llamoco-cache=off", "-n", str(options.workers)]
    fullest = (Counter[str](), Counter[str]())
    with tempfile.TemporaryDirectory() as folder:
        session = subprocess.Popen([*command, "-q", "-p", "no:cacheprovider"], cwd=folder)
        while session.poll() is None:
            now = sample()
            if now[0].total() > fullest[0].total():
                fullest = now
            time.sleep(0.5)
    for role, size in fullest[0].most_common():
        print(f"{role:8} {fullest[1][role]:3} processes {size:8.0f} MiB")


if __name__ == "__main__":
    main()
