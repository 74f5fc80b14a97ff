"""Searches for the best feasible values of the constrained instances whose optimum is not known in closed form.

Differential evolution in whole generations finds the region, SLSQP from its best points and from the anchor polishes.
Run it from where it stopped::

    python -m llamoco_bench.problems.synthetic.search [--evaluations N] [id ...]

Values only ever go down; runs of other optimizers enter by `best_known.improve`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize

from llamoco_bench.problems.problem import Array, Evaluation, Problem, violation
from llamoco_bench.problems.synthetic import CONSTRAINED_IDS
from llamoco_bench.problems.synthetic.best_known import improve, read
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.seeds import derive_seed

EVALUATIONS: Final = 300_000
_TOP: Final = 0.1
_STRICT_FROM: Final = 0.6
"""Share of the generations after which only feasible points count; before, a violation that shrinks is let pass."""
_POLISHED: Final = 6
_MOST_STEPS: Final = 300


class Best:
    """The best feasible point so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.f = np.inf
        self.x: Array | None = None

    def see(self, points: Array, values: Evaluation, amounts: Array) -> None:
        """Look at evaluated points, (n, dim), and their violations, (n,)."""
        f = np.where((amounts == 0.0) & np.isfinite(values.f), values.f, np.inf)
        i = int(np.argmin(f))
        if f[i] < self.f:
            self.f, self.x = float(f[i]), points[i].copy()

    def look(self, point: Array) -> None:
        """Evaluate a point and look at it."""
        points = np.clip(point, self.problem.lower, self.problem.upper)[np.newaxis]
        values = self.problem.evaluate(points)
        self.see(points, values, violation(values))


def search(instance: Instance, evaluations: int = EVALUATIONS, round_: int = 0) -> float:
    """Return the lowest objective of a feasible point that the search meets."""
    problem = as_problem(instance)
    best = Best(problem)
    best.look(instance.anchor)
    rng = np.random.default_rng(derive_seed("synthetic best known", instance.id, round_))
    population = _evolve(problem, best, rng, evaluations)
    for start in (*population[:_POLISHED], instance.anchor):
        _polish(problem, best, start)
    if best.x is not None:
        _polish(problem, best, best.x)
    return best.f


def _evolve(problem: Problem, best: Best, rng: np.random.Generator, evaluations: int) -> Array:
    """Return the sorted population of a differential evolution, current to p-best, with decreasing tolerance."""
    n = min(200, max(40, 4 * problem.dim))
    x = rng.uniform(problem.lower, problem.upper, (n, problem.dim))
    values = problem.evaluate(x)
    f, amounts = values.f, violation(values)
    best.see(x, values, amounts)
    first, generations = float(np.median(amounts)), evaluations // n
    for generation in range(generations):
        tolerance = first * max(0.0, 1.0 - generation / (_STRICT_FROM * generations)) ** 4
        order = np.lexsort((f, np.where(amounts <= tolerance, 0.0, amounts)))
        trial = _trials(problem, x, order, rng)
        values = problem.evaluate(trial)
        trial_amounts = violation(values)
        best.see(trial, values, trial_amounts)
        better = _is_better(values.f, trial_amounts, f, amounts, tolerance)
        x[better], f[better], amounts[better] = trial[better], values.f[better], trial_amounts[better]
    sorted_: Array = x[np.lexsort((f, amounts))]
    return sorted_


def _trials(problem: Problem, x: Array, order: Any, rng: np.random.Generator) -> Array:
    n, dim = x.shape
    leaders = x[order[rng.integers(0, max(2, int(_TOP * n)), n)]]
    a, b = x[rng.permutation(n)], x[rng.permutation(n)]
    factor = rng.uniform(0.3, 0.9, (n, 1))
    mutant = x + factor * (leaders - x) + factor * (a - b)
    crossed = rng.random((n, dim)) < rng.choice([0.1, 0.5, 0.9], (n, 1))
    crossed[np.arange(n), rng.integers(0, dim, n)] = True
    trial = np.where(crossed, mutant, x)
    outside = (trial < problem.lower) | (trial > problem.upper)
    within: Array = np.where(outside, 0.5 * (np.clip(trial, problem.lower, problem.upper) + x), trial)
    return within


def _is_better(f: Array, amounts: Array, old_f: Array, old_amounts: Array, tolerance: float) -> Any:
    both_pass = (amounts <= tolerance) & (old_amounts <= tolerance)
    same = amounts == old_amounts
    return np.where(both_pass | same, f <= old_f, amounts < old_amounts)


def _polish(problem: Problem, best: Best, start: Array) -> None:
    width = problem.upper - problem.lower

    def at(u: Array) -> Array:
        point: Array = problem.lower + width * u
        return point

    def value(u: Array) -> float:
        return float(problem.objective(at(u)))

    constraints: list[Any] = []
    if problem.n_inequality:
        constraints.append({"type": "ineq", "fun": lambda u: -problem.inequality(at(u))})
    if problem.n_equality:
        constraints.append({"type": "eq", "fun": lambda u: problem.equality(at(u))})
    u0 = (start - problem.lower) / width
    bounds = [(0.0, 1.0)] * problem.dim
    options: Any = {"maxiter": _MOST_STEPS, "ftol": 1e-12}
    found = minimize(value, u0, method="SLSQP", bounds=bounds, constraints=constraints, options=options)
    if np.isfinite(found.x).all():
        best.look(at(found.x))


def _wanted(names: list[str]) -> Iterator[Instance]:
    known = read()
    for name in names or [name for name in CONSTRAINED_IDS if name not in known]:
        instance = instance_of(name)
        if instance.cuts_off_optimum:
            yield instance


def main() -> None:
    """Search for all that are not known yet, or for those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="ids; all that are not known yet if none is given")
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS, help="of differential evolution, per instance")
    parser.add_argument("--round", type=int, default=0, help="another number for another seed")
    options = parser.parse_args()
    source = f"differential evolution, {options.evaluations} evaluations, round {options.round}, polished by SLSQP"
    for instance in _wanted(options.ids):
        value = search(instance, options.evaluations, options.round)
        if np.isfinite(value):
            improve({instance.id: (value, source)})


if __name__ == "__main__":
    main()
