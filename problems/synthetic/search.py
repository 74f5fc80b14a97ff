"""Searches for the best feasible values of the constrained instances whose optimum is not known in closed form.

Differential evolution in whole generations finds the region; SLSQP from its best points, from the anchor and from
points around the best one polishes. Run it from where it stopped, or again, with other seeds, for a suite::

    python -m llamoco_bench.problems.synthetic.search [--jobs N] [--evaluations N] [id ...]
    python -m llamoco_bench.problems.synthetic.search --suite synthetic/constrained/test --round 7

Values only ever go down; runs of other optimizers enter by `best_known.improve`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

import numpy as np

from llamoco_bench.errors import choose
from llamoco_bench.problems.problem import Array, Problem, violation
from llamoco_bench.problems.registry import list_problems
from llamoco_bench.problems.synthetic import CONSTRAINED_IDS
from llamoco_bench.problems.synthetic.best_known import improve, read
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.polish import Best, polish
from llamoco_bench.problems.synthetic.split import is_for_evaluation
from llamoco_bench.seeds import derive_seed

EVALUATIONS: Final = 150_000
_IDS: Final = frozenset(CONSTRAINED_IDS)
_TOP: Final = 0.1
_STRICT_FROM: Final = 0.6
"""Share of the generations after which only feasible points count; before, a violation that shrinks is let pass."""
_POLISHED: Final = 2
_HOPS: Final = 8
_MOST_STEPS: Final = 150


def search(instance: Instance, evaluations: int = EVALUATIONS, round_: int = 0) -> float:
    """Return the lowest objective of a feasible point that the search meets; infinite if it meets none."""
    problem = as_problem(instance)
    best = Best(problem)
    best.look(instance.anchor)
    rng = np.random.default_rng(derive_seed("synthetic best known", instance.id, round_))
    population = _evolve(problem, best, rng, evaluations)
    for start in (*population[:_POLISHED], instance.anchor):
        polish(best, start, _MOST_STEPS)
    for _ in range(_HOPS):
        _hop(best, rng)
    return best.f


def _hop(best: Best, rng: np.random.Generator) -> None:
    """Search from the best point, moved at random by a hundredth to a third of the box."""
    if best.x is not None:
        problem = best.problem
        width = 10.0 ** rng.uniform(-2.5, -0.5) * (problem.upper - problem.lower)
        start = np.clip(best.x + width * rng.standard_normal(problem.dim), problem.lower, problem.upper)
        polish(best, start, _MOST_STEPS)


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


def wanted(names: Sequence[str]) -> list[str]:
    """Return those of the named instances, or of all that have no value yet, that need a search.

    Problems that are kept for evaluation come first.
    """
    known = read()
    chosen = names or [name for name in CONSTRAINED_IDS if name not in known]
    needing = (name for name in chosen if name in _IDS and instance_of(name).cuts_off_optimum)
    return sorted(needing, key=lambda name: not is_for_evaluation(name))


def _value_of(name: str, evaluations: int, round_: int) -> tuple[str, float]:
    return name, search(instance_of(name), evaluations, round_)


def main() -> None:
    """Search for all that are not known yet, or for those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="ids; all that are not known yet if none is given")
    parser.add_argument("--suite", help="all of a suite, also those that are known")
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS, help="of differential evolution, per instance")
    parser.add_argument("--round", type=int, default=0, help="another number for another seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    options = parser.parse_args()
    source = f"differential evolution, {options.evaluations} evaluations, round {options.round}, then SLSQP"
    for name in options.ids:
        if name not in _IDS:
            parser.error(str(choose("synthetic problem with constraints", name, CONSTRAINED_IDS)))
    names = [*options.ids, *(list_problems(options.suite) if options.suite else ())]
    one = partial(_value_of, evaluations=options.evaluations, round_=options.round)
    with get_context("spawn").Pool(options.jobs) as pool:
        for name, value in pool.imap_unordered(one, wanted(names)):
            if np.isfinite(value):
                improve({name: (value, source)})


if __name__ == "__main__":
    main()
