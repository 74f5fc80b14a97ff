"""Microseconds an evaluation that optimizers take beside the objective: those of the pool and of libraries, in one run.

::

    pip install -r benchmarks/requirements.txt && pip install --no-deps pypop7==0.0.82 metaevobox==2.0.2
    OPENBLAS_NUM_THREADS=1 python benchmarks/optimizer_speed.py > docs/benchmarks/optimizers.md

CPU time of a run on a sphere that costs next to nothing, divided by its evaluations; ours and theirs take turns, and
the median of the runs counts. Figures within a row can be compared; between machines only ratios can.
"""

from __future__ import annotations

import contextlib
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optimizer_peers import ALL_PEERS, Counted, Peer, Solve, Spent, installed
from scipy.optimize import minimize

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems import load_problem

Array = NDArray[np.float64]

DIMENSIONS = (10, 50)
BUDGET, REPEATS = 1_000, 3
PAIRS = ("pso", "deap-de", "samr-ga", "sep-cma-es", "bipop-cma-es", "mmes", "glpso", "sdms-pso", "sa", "nsa")
PROBLEMS = {"unconstrained": "synthetic/u0046", "constrained": "synthetic/c0047"}


@dataclass(frozen=True)
class Entrant:
    """Something to be timed: calls the objective `calls` times at most."""

    name: str
    run: Callable[[Counted, Array, Array, int], object]


def _sphere(x: Array) -> Array:
    values: Array = np.einsum("ij,ij->i", x, x)
    return values


def _ours(name: str, config: dict[str, Any]) -> Entrant:
    namespace: dict[str, Callable[..., object]] = {}
    exec(POOL[name].source(config), namespace)
    return Entrant(name, lambda f, low, up, budget: namespace["solve"](f, low.copy(), up.copy(), budget, 1))


def _theirs(peer: Peer) -> Entrant:
    solve: Solve = peer.solve
    return Entrant(f"{peer.package} {peer.name}", lambda f, low, up, budget: solve(f, low, up, budget, 1))


def _cost(entrant: Entrant, dim: int, budget: int) -> float:
    """CPU microseconds an evaluation."""
    lower, upper = np.full(dim, -4.0), np.full(dim, 5.0)
    objective = Counted(_sphere, lower, upper, budget)
    start = time.thread_time()
    with contextlib.suppress(Spent):
        entrant.run(objective, lower, upper, budget)
    return 1e6 * (time.thread_time() - start) / max(1, objective.used)


def _versus(ours: Entrant, theirs: Entrant, budget: int = BUDGET, repeats: int = REPEATS) -> Iterator[str]:
    """One row: both in all dimensions, in turns."""
    cells = []
    for dim in DIMENSIONS:
        for entrant in (ours, theirs):
            _cost(entrant, dim, min(200, budget // 3))  # imports, compilation
        pairs = [(_cost(ours, dim, budget), _cost(theirs, dim, budget)) for _ in range(repeats)]
        own, other = (median(side) for side in zip(*pairs, strict=True))
        cells += [f"{own:.2g}", f"{other:.3g}", f"{other / own:.1f}"]
    yield f"| {ours.name} | {theirs.name} | {' | '.join(cells)} |"


def _library_differences(objective: Counted, lower: Array, upper: Array, budget: int) -> object:
    """Multi-start L-BFGS-B that leaves the differences to SciPy, which asks for one point at a time."""
    rng = np.random.default_rng(1)
    while objective.used < budget:
        start = rng.uniform(lower, upper)
        minimize(objective, start, method="L-BFGS-B", bounds=list(zip(lower, upper, strict=True)))
    return None


def _runs(kind: str) -> Iterator[str]:
    """Rows of whole runs on synthetic problems at the default settings."""
    problem = load_problem(PROBLEMS[kind])
    for name, optimizer in POOL.items():
        if optimizer.kind != kind:
            continue
        start = time.thread_time()
        run = run_optimizer(name, problem, seed=1)
        spent = time.thread_time() - start
        yield f"| {name} | {spent:.2f} | {run.evaluations:,} | {1e6 * spent / max(1, run.evaluations):.1f} |"


def main() -> None:
    """Print the page."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    packages = ("numpy", "scipy", "pypop7", "cma", "cmaes", "evosax", "metaevobox", "scikit-optimize")
    versions = ", ".join(f"{name} {version(name)}" for name in packages if installed(Peer(name, "", _none, {})))
    print(HEAD.format(python=platform.python_version(), versions=versions, budget=BUDGET))
    for name in PAIRS:
        for peer in ALL_PEERS[name]:
            if installed(peer):
                print(*_versus(_ours(name, peer.config), _theirs(peer)), sep="\n", flush=True)
    bo = ALL_PEERS["bo"][0]
    if installed(bo):
        print(*_versus(_ours("bo", {}), _theirs(bo), budget=30, repeats=1), sep="\n", flush=True)
    print(
        *_versus(_ours("l-bfgs-b", {}), Entrant("scipy L-BFGS-B, its own differences", _library_differences)), sep="\n"
    )
    for kind, name in PROBLEMS.items():
        problem = load_problem(name)
        print(RUNS.format(kind=kind, name=name, dim=problem.dim, budget=problem.budget))
        print(*_runs(kind), sep="\n", flush=True)


def _none(*_: object) -> None:
    """Stand in for a peer that is only asked whether it is installed."""


HEAD = """# What the optimizers cost

Written by `benchmarks/optimizer_speed.py` (Python {python}; {versions}). CPU time; compare within a row only.

## Against libraries

Microseconds an evaluation on a sphere that costs next to nothing, {budget:,} evaluations (30, once,
for Gaussian processes).

| ours | theirs | ours, 10 variables | theirs | ratio | ours, 50 variables | theirs | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- |"""

RUNS = """
## Whole runs, {kind}

Seconds of CPU of a run at the default settings on `{name}` ({dim} variables, budget {budget:,}), the problem included.

| optimizer | s | evaluations | us an evaluation |
| --- | --- | --- | --- |"""


if __name__ == "__main__":
    main()
