"""Optimizers of the pool against independent implementations and known optima, as a page of Markdown.

::

    pip install -r benchmarks/requirements.txt && pip install --no-deps pypop7==0.0.82 metaevobox==2.0.2
    OPENBLAS_NUM_THREADS=1 python benchmarks/optimizer_validation.py > docs/optimizers/validation.md

Same objective, bounds and budget; 25 runs a side; the best values are compared by Mann-Whitney's test.
Names of optimizers as arguments restrict the run to them. Peers that are not installed are left out.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version

import numpy as np
from cec2006 import CEC2006
from numpy.typing import NDArray
from optimizer_peers import ALL_PEERS, Counted, Peer, Spent, installed
from scipy.stats import mannwhitneyu

from llamoco_bench.baselines.optimizers import POOL, run_optimizer

Array = NDArray[np.float64]

DIM, RUNS, BUDGET = 10, 25, 5_000
SMALL = {"bo": (30, 5), "la-mcts": (500, 5)}
"""Budget and runs where the peer takes milliseconds to seconds an evaluation."""
CONSTRAINED = {"heco-de": {"lambda": 40, "size": 12}, "dtpso": {}, "ga-tdx": {}}
CONSTRAINED_RUNS = 3


def _landscape(kind: str) -> Callable[[Array], Array]:
    """Shifted and rotated function of x (n, 10) in [-5, 5]^10; its optimum is 0."""
    rng = np.random.default_rng(7)
    shift = rng.uniform(-3, 3, DIM)
    rotation, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    scale = 10 ** np.linspace(0, 4, DIM)

    def f(x: Array) -> Array:
        z = (x - shift) @ rotation
        if kind == "ellipsoid":
            values: Array = (scale * z**2).sum(axis=1)
        else:
            values = (z**2 - 10 * np.cos(2 * np.pi * z) + 10).sum(axis=1)
        return values

    return f


LANDSCAPES = {kind: _landscape(kind) for kind in ("ellipsoid", "rastrigin")}
LOWER, UPPER = np.full(DIM, -5.0), np.full(DIM, 5.0)


def _ours(name: str, config: dict[str, object], f: Callable[[Array], Array], budget: int, seed: int) -> float:
    objective = Counted(f, LOWER, UPPER, budget)
    namespace: dict[str, Callable[..., object]] = {}
    exec(POOL[name].source(config), namespace)
    return _best(lambda: namespace["solve"](objective, LOWER.copy(), UPPER.copy(), budget, seed), objective)


def _theirs(peer: Peer, f: Callable[[Array], Array], budget: int, seed: int) -> float:
    objective = Counted(f, LOWER, UPPER, budget)
    return _best(lambda: peer.solve(objective, LOWER, UPPER, budget, seed), objective)


def _best(run: Callable[[], object], objective: Counted) -> float:
    with contextlib.suppress(Spent):
        run()
    return float(objective.best)


def _compared(name: str, peer: Peer) -> Iterator[str]:
    """Rows of a pair: medians, quartiles and the test."""
    budget, runs = SMALL.get(name, (BUDGET, RUNS))
    for kind, f in LANDSCAPES.items():
        ours = [_ours(name, peer.config, f, budget, seed) for seed in range(runs)]
        theirs = [_theirs(peer, f, budget, seed) for seed in range(runs)]
        floor = 1e-12  # below it both have solved the problem
        p = mannwhitneyu(np.maximum(ours, floor), np.maximum(theirs, floor)).pvalue
        settings = ", ".join(f"{key} {value}" for key, value in peer.config.items()) or "defaults"
        yield (
            f"| {name} | {settings} | {peer.package} {version(peer.package)} {peer.name} | {kind} | {_spread(ours)} "
            f"| {_spread(theirs)} | {p:.2g} | {_verdict(ours, theirs, p)} |"
        )


def _spread(values: list[float]) -> str:
    low, middle, high = np.percentile(np.maximum(values, 0.0), [25, 50, 75])
    return f"{middle:.2g} ({low:.2g} to {high:.2g})"


def _verdict(ours: list[float], theirs: list[float], p: float) -> str:
    if p >= 0.01:
        return "no difference found"
    return "ours lower" if np.median(ours) < np.median(theirs) else "ours higher"


def _constrained(name: str) -> Iterator[str]:
    """Rows of an optimizer on problems of CEC2006 with the budget of its rules."""
    for problem in CEC2006.values():
        runs = [run_optimizer(name, problem, CONSTRAINED[name], seed) for seed in range(CONSTRAINED_RUNS)]
        best_known = problem.best_known or 0.0
        errors = [run.best_f - best_known for run in runs if run.best_f is not None]
        solved = sum(error <= 1e-4 for error in errors)
        error = f"{np.median(errors):.2g}" if errors else "-"
        shape = f"{problem.dim} variables, {problem.n_inequality} inequalities, {problem.n_equality} equalities"
        yield f"| {name} | {problem.title} | {shape} | {len(errors)}/{len(runs)} | {solved}/{len(runs)} | {error} |"


def main() -> None:
    """Print the page; arguments restrict it to some optimizers."""
    wanted = set(sys.argv[1:]) or set(POOL)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(HEAD.format(runs=RUNS, budget=BUDGET, dim=DIM, python=platform.python_version(), numpy=np.__version__))
    if sys.argv[1:]:
        print(f"\nThis run is restricted to {', '.join(sorted(wanted))}.\n")
    print(TABLE)
    for name, peers in ALL_PEERS.items():
        for peer in peers:
            if name in wanted and installed(peer):
                print(*_compared(name, peer), sep="\n", flush=True)
    notes = (f"* {name} against {p.name}: {p.note}." for name, ps in ALL_PEERS.items() for p in ps if p.note)
    print(NOTES, *notes, sep="\n")
    print(CONSTRAINED_HEAD.format(runs=CONSTRAINED_RUNS))
    for name in CONSTRAINED:
        if name in wanted:
            print(*_constrained(name), sep="\n", flush=True)


HEAD = """# Validation of the optimizers

Written by `benchmarks/optimizer_validation.py` (Python {python}, NumPy {numpy}). Optimizers whose whole
algorithm is SciPy's (`de`, `dual-annealing`, `slsqp`, `trust-constr`, `cobyla`, `l-bfgs-b`) are not in it.
The rows do not depend on each other and were made by several runs of the script, over optimizers by name. A test of
5 runs a side sees only large differences.

## Against independent implementations

Shifted and rotated functions in {dim} dimensions on [-5, 5]; {budget:,} evaluations and {runs} runs a side
(30 and 5 for `bo`, 500 and 5 for `la-mcts`, whose peers are slow). Best value within the bounds: median (quartiles);
the optimum is 0. p: Mann-Whitney, two-sided, values below 1e-12 counted as equal; a difference is named where p < 0.01.
"""

TABLE = """
| optimizer | ours, differing from the defaults | peer | function | ours | peer's | p | |
| --- | --- | --- | --- | --- | --- | --- | --- |"""

NOTES = """
What a peer does otherwise, which a difference may come from:
"""

CONSTRAINED_HEAD = """
## Constrained optimizers on CEC2006

No independent implementation of `heco-de`, `dtpso` and `ga-tdx` can be installed. Here they solve problems of the
CEC2006 competition with 240,000 evaluations and its criterion: feasible with equalities to 1e-4, and within 1e-4 of the
known optimum. {runs} runs; `heco-de` with the settings of its paper (lambda 40, first population 12 dim), the others
with their defaults.

| optimizer | problem | | feasible | solved | median error |
| --- | --- | --- | --- | --- | --- |"""


if __name__ == "__main__":
    main()
