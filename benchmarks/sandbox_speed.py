"""How fast programs run in the sandbox, beside a fresh interpreter and EvalPlus's checker, in one run.

    python benchmarks/sandbox_speed.py [--rounds 5] [--cores 1]

EvalPlus's checker is measured where ``evalplus`` is installed. It forks from its caller and isolates nothing; its
caller here is a process of its own that has no library loaded but what the checker needs itself.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from llamoco_bench.problems.problem import Array, Evaluation, Problem
from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.sandbox.watch import sample

SOLVE = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"
PROGRAMS = {
    "trivial": SOLVE,
    "imports scipy.optimize": "import scipy.optimize\n" + SOLVE,
    "imports skopt": "import skopt\n" + SOLVE,
}
DIM = 10
CALLS = 20_000

EVALPLUS = """
import sys, time
from evalplus.eval import untrusted_check
code, n = sys.argv[1], int(sys.argv[2])
call = lambda: untrusted_check("humaneval", code, [[None, 0, 0, 0, 0]], "solve", [0], 0, [10.0], min_time_limit=10.0)
assert call()[0] == "pass", call()
start = time.perf_counter()
for _ in range(n):
    call()
print(n / (time.perf_counter() - start))
"""


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


def per_second(action: Callable[[], object], seconds: float) -> float:
    """Return how often `action` can be done in a second."""
    action()
    start, n = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        action()
        n += 1
    return n / (time.perf_counter() - start)


def fresh_interpreter(program: str) -> None:
    """Run a program as ``python -c`` does."""
    subprocess.run([sys.executable, "-c", program + "solve(None, 0, 0, 0, 0)"], check=True)


def evalplus_per_second(program: str, n: int) -> float | None:
    """Return the rate of EvalPlus's checker; None where it is not installed."""
    command = [sys.executable, "-c", EVALPLUS, program, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of processor time a run: of the harness, the zygote and the child."""

    harness: float
    zygote: float
    child: float

    @property
    def total(self) -> float:
        return self.harness + self.zygote + self.child


def costs_of_a_run(sandbox: Sandbox, program: str, n: int = 100) -> Costs:
    """Return the processor time that a run takes."""
    problem = sphere(10)
    sandbox.run(program, problem)
    before = [use.cpu_s for pid in sandbox.zygote_pids() if (use := sample(pid)) is not None]
    harness = time.process_time()
    child = sum(sandbox.run(program, problem).cpu_s for _ in range(n))
    harness = time.process_time() - harness
    after = [use.cpu_s for pid in sandbox.zygote_pids() if (use := sample(pid)) is not None]
    return Costs(1e3 * harness / n, 1e3 * (sum(after) - sum(before)) / n, 1e3 * child / n)


def show_rates(sandbox: Sandbox, rounds: int) -> None:
    """Print programs a second by executor."""
    print(f"{'program':24s} {'sandbox':>10s} {'fresh':>10s} {'EvalPlus':>10s}   programs a second")
    problem = sphere(10)
    for name, program in PROGRAMS.items():
        rates: dict[str, list[float]] = {"sandbox": [], "fresh": [], "EvalPlus": []}
        for _ in range(rounds):
            rates["sandbox"].append(per_second(lambda p=program: sandbox.run(p, problem), 1.5))  # type: ignore[misc]
            rates["fresh"].append(per_second(lambda p=program: fresh_interpreter(p), 1.5))  # type: ignore[misc]
            rates["EvalPlus"] += [r for r in [evalplus_per_second(program.replace("lower\n", "0\n"), 10)] if r]
        shown = [f"{statistics.median(values):10.1f}" if values else f"{'-':>10s}" for values in rates.values()]
        print(f"{name:24s} {' '.join(shown)}")


def show_costs(sandbox: Sandbox) -> None:
    """Print the processor time of a run."""
    print(
        f"\n{'program':24s} {'total':>10s} {'harness':>10s} {'zygote':>10s} {'child':>10s}   ms of processor time a run"
    )
    for name, program in PROGRAMS.items():
        costs = costs_of_a_run(sandbox, program)
        print(f"{name:24s} {costs.total:10.1f} {costs.harness:10.1f} {costs.zygote:10.1f} {costs.child:10.1f}")


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


def show_evaluations(sandbox: Sandbox, rounds: int) -> None:
    """Print what an evaluation costs beyond the evaluator's own time."""
    print(f"\n{'points a call':24s} {'in all':>10s} {'own':>10s} {'over':>10s}   us a point ({DIM}-D)")
    for rows in (1, 10, 100, 1000):
        results = [sandbox.run(asking(rows), sphere(CALLS), limits=Limits(wall_s=60)) for _ in range(rounds)]
        total = statistics.median(1e6 * (result.wall_s + result.evaluator_s) / CALLS for result in results)
        own = statistics.median(own_us(rows) for _ in range(rounds))
        print(f"{rows:<24d} {total:10.2f} {own:10.2f} {total - own:10.2f}")


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median is shown")
    parser.add_argument("--cores", type=int, default=0, help="processors to use, all by default")
    options = parser.parse_args()
    if options.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    print(
        f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.2f}, Python {sys.version.split()[0]}\n"
    )
    with Sandbox() as sandbox:
        show_rates(sandbox, options.rounds)
        show_costs(sandbox)
        show_evaluations(sandbox, options.rounds)


if __name__ == "__main__":
    main()
