"""What a program costs in a fresh interpreter, where no zygote can be, beside a fork, in one run.

    python benchmarks/sandbox_fresh.py [--rounds 5] [--write]

On this Linux, with what macOS has not taken away from the harness. Processor time counts all processes that take part,
``ps`` among them. ``--write`` puts the table into docs/benchmarks/sandbox.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import pytest
from page import circumstances, put_section, table
from sandbox_peers import processor_s
from sandbox_speed import PROGRAMS, Price, in_sandbox, sphere

from llamoco_bench.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.sandbox.poor_system import take_away

FORKS, FRESH = 50, 3
CALLS = 5000
ASKING = f"""\
def solve(objective, lower, upper, budget, seed):
    for _ in range({CALLS}):
        objective(lower)
    return lower
"""


def in_fresh(program: str) -> Price:
    """Return what a program costs where there is no zygote."""
    with pytest.MonkeyPatch.context() as patch:
        take_away(patch, waitid=True)
        with Sandbox(allow_weak=True) as sandbox:
            wall, cpu = time.perf_counter(), processor_s()
            for _ in range(FRESH):
                result = sandbox.run(program, sphere(10))
                if result.status != "ok":
                    raise SystemExit(f"{result.status}: {result.error}")
            return Price((time.perf_counter() - wall) / FRESH, (processor_s() - cpu) / FRESH)


def call_s(*, poor: bool) -> float:
    """Return the seconds of a single evaluation, that of the problem included."""
    with pytest.MonkeyPatch.context() as patch:
        if poor:
            take_away(patch, waitid=True)
        with Sandbox(allow_weak=poor) as sandbox:
            sandbox.run(ASKING, sphere(CALLS + 1))
            return sandbox.run(ASKING, sphere(CALLS + 1)).wall_s / CALLS


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = []
    with Sandbox() as sandbox:
        fork = in_sandbox(sandbox)
        for name, program in PROGRAMS.items():
            forks, fresh = [], []
            for _ in range(arguments.rounds):
                forks.append(fork(program, FORKS))
                fresh.append(in_fresh(program))
            rows.append(_row(name, forks, fresh))
    calls = [(call_s(poor=False), call_s(poor=True)) for _ in range(arguments.rounds)]
    forked_us, fresh_us = (1e6 * statistics.median(values) for values in zip(*calls, strict=True))
    head = [
        "program",
        "fork, ms of processor time",
        "fresh interpreter",
        "times as much",
        "fresh interpreter, ms of wall",
    ]
    text = f"{circumstances()} Medians of {arguments.rounds} rounds.\n\n{table(head, rows)}\n\n"
    text += f"A single evaluation: {forked_us:.0f} us in a fork, {fresh_us:.0f} us in a fresh interpreter."
    print(text)
    if arguments.write:
        put_section("sandbox.md", "fresh", text)


def _row(name: str, forks: list[Price], fresh: list[Price]) -> list[str]:
    fork_ms, fresh_ms = (1e3 * statistics.median(price.cpu_s for price in prices) for prices in (forks, fresh))
    wall_ms = 1e3 * statistics.median(price.wall_s for price in fresh)
    return [name, f"{fork_ms:.1f}", f"{fresh_ms:.0f}", f"{fresh_ms / fork_ms:.0f}", f"{wall_ms:.0f}"]


if __name__ == "__main__":
    main()
