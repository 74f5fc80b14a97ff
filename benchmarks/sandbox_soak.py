"""Run very many programs in one sandbox, and fail if anything grows: memory, descriptors, processes, files.

    python benchmarks/sandbox_soak.py [--runs 20000] [--write]

``--write`` puts the table into docs/benchmarks/sandbox.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import circumstances, put_section, table

from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.sandbox.children import sample
from llamoco_bench.sandbox.evaluator import Array

HEAD = "def solve(objective, lower, upper, budget, seed):\n"
# A program, and how it must end. Most runs are of the first kind, as in life.
PROGRAMS = (
    ("    for _ in range(20):\n        objective(lower)\n    return lower\n", "ok"),
    ("    while True:\n        objective([lower] * 50)\n", "ok"),
    ("    raise ValueError(objective(lower))\n", "runtime"),
    ("    import os\n    os._exit(0)\n", "crash"),
    ("    open('left behind', 'w').write('x' * 10_000)\n    return lower\n", "ok"),
    (
        "    import threading, time\n    threading.Thread(target=time.sleep, args=(9,)).start()\n    return lower\n",
        "ok",
    ),
    ("    import os\n    os.fork()\n", "security"),
    ("    import ctypes\n    ctypes.CDLL(None).unshare(0)\n", "security"),
    ("    return bytearray(1 << 40)\n", "memory"),
    ("    print('x' * 3_000_000)\n    return lower\n", "output"),
    ("    while True: pass\n", "timeout"),
)
RARE_EVERY = 10
LOOKS = 10
HEADS = ("runs", "s", "harness, MiB", "zygote, MiB", "descriptors", "children of the zygote", "zombies", "folders")
GROWTH_MB = 20.0


class Problem:
    """A sphere."""

    id = "soak/sphere"
    dim = 5
    lower = np.full(5, -5.0)
    upper = np.full(5, 5.0)
    budget = 200

    def objective(self, x: Array) -> float | Array:
        """Sum of squares."""
        values: float | Array = (np.asarray(x) ** 2).sum(axis=-1)
        return values


class Use(NamedTuple):
    """What the harness and its zygote hold."""

    harness_mb: float
    zygote_mb: float
    descriptors: int
    zygote_children: int
    zombies: int
    folders: int


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def use_of(sandbox: Sandbox) -> Use:
    (zygote,) = sandbox.zygote_pids()
    (folder,) = sandbox.folders()
    harness_use, zygote_use = sample(os.getpid()), sample(zygote)
    assert harness_use is not None
    assert zygote_use is not None
    return Use(
        harness_use.rss_bytes / 2**20,
        zygote_use.rss_bytes / 2**20,
        len(os.listdir("/proc/self/fd")),
        len(children(zygote)),
        sum(is_zombie(pid) for pid in children(os.getpid())),
        len(list(Path(folder).parent.glob("llamoco-sandbox-*"))),
    )


def run_one(sandbox: Sandbox, i: int) -> str:
    body, expected = PROGRAMS[i // RARE_EVERY % len(PROGRAMS)] if i % RARE_EVERY == 0 else PROGRAMS[0]
    result = sandbox.run(HEAD + body, Problem(), seed=i, limits=Limits(wall_s=2.0, cpu_s=0.2, memory_mb=256))
    if result.status != expected:
        sys.exit(f"run {i}: {result.status} instead of {expected}: {result.error}")
    return result.status


def check(before: Use, after: Use) -> None:
    grown = after.harness_mb - before.harness_mb, after.zygote_mb - before.zygote_mb
    if max(grown) > GROWTH_MB or after[2:] != before[2:]:
        sys.exit(f"something grows: {before} -> {after}")


def row(runs: int, seconds: float, use: Use) -> list[str]:
    return [f"{runs:,}", f"{seconds:.0f}", f"{use.harness_mb:.1f}", f"{use.zygote_mb:.1f}", *map(str, use[2:])]


def soak(runs: int) -> str:
    """Return the table of what was held on the way, and what the runs came to."""
    statuses: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as tempfile.tempdir, Sandbox() as sandbox:
        for i in range(2 * RARE_EVERY * len(PROGRAMS)):  # each kind has been seen before the first look
            run_one(sandbox, i)
        before, start = use_of(sandbox), time.monotonic()
        rows = [row(0, 0.0, before)]
        for i in range(runs):
            statuses[run_one(sandbox, i)] += 1
            if (i + 1) % max(1, runs // LOOKS) == 0:
                rows.append(row(i + 1, time.monotonic() - start, use_of(sandbox)))
                print(*rows[-1], flush=True)
        check(before, use_of(sandbox))
    ends = ", ".join(f"{n:,} {status}" for status, n in statuses.most_common())
    return f"{table(HEADS, rows)}\n\nEach ended as it must: {ends}."


def main() -> None:
    """Soak, and print what is held at ten points on the way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks/sandbox.md")
    options = parser.parse_args()
    begin = circumstances()
    text = f"{begin}\n\n{soak(options.runs)}"
    print(text)
    if options.write:
        put_section("sandbox.md", "soak", text)


if __name__ == "__main__":
    main()
