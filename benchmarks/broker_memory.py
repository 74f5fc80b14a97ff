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
from contextlib import suppress
from typing import Final

import psutil

ROLES: Final = {
    "serving.server": "broker",
    "child.main": "sandbox",
    "exec(eval(sys.stdin.readline()))": "worker",
    "-m pytest": "session",
}


def sample(session: int) -> tuple[Counter[str], Counter[str]]:
    """Return MiB and number of processes by role, of a session and everything below it."""
    sizes, numbers = Counter[str](), Counter[str]()
    try:
        top = psutil.Process(session)
        processes = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return sizes, numbers
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            line = " ".join(process.cmdline())
            role = next((role for mark, role in ROLES.items() if mark in line), "other")
            sizes[role] += process.memory_full_info().pss / 2**20
            numbers[role] += 1
    return sizes, numbers


def main() -> None:
    """Run a few problems and print the fullest moment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--model", default="smollm2?max_tokens=16")
    parser.add_argument("--problems", default="RC0[1-8]", help="glob on the CEC2020 problems; as many as workers")
    options = parser.parse_args()
    command = [sys.executable, "-m", "pytest", f"--llamoco-model={options.model}", "--llamoco-suite=cec2020"]
    command += [
        f"--llamoco-problems={options.problems}",
        "--llamoco-repairs=0",
        "--llamoco-runs=1",
        "--llamoco-cache=off",
        "-n",
        str(options.workers),
    ]
    fullest = (Counter[str](), Counter[str]())
    with tempfile.TemporaryDirectory() as folder:
        session = subprocess.Popen([*command, "-q", "-p", "no:cacheprovider"], cwd=folder)
        while session.poll() is None:
            now = sample(session.pid)
            if now[0].total() > fullest[0].total():
                fullest = now
            time.sleep(0.5)
    for role, size in fullest[0].most_common():
        print(f"{role:8} {fullest[1][role]:3} processes {size:8.0f} MiB")


if __name__ == "__main__":
    main()
