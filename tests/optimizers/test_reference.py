"""Results of all optimizers against the quantiles of an earlier version: behaviour is compared, not bits.

Kinds of processors differ in the last bits of sums, after which a stochastic search goes another way: on each, the same
seeds are other draws from the same distribution. So the quantiles are of many runs.

``python tests/optimizers/test_reference.py > tests/optimizers/reference.json`` writes the quantiles anew; only for a
change that is meant, with the reason in the commit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems.problem import Array, Evaluation, Problem

STORED = Path(__file__).with_name("reference.json")
DIM, BUDGET, CONSTRAINED_BUDGET = 6, 600, 5000
REFERENCE_SEEDS = range(100, 164)
SEEDS = range(7)
FLOOR = 1e-12


def _problem(constrained: bool) -> Problem:
    """Rotated Rastrigin; constrained: a rotated ellipsoid on a plane, outside a ball that holds its optimum."""
    rng = np.random.default_rng(3)
    shift = rng.uniform(-2, 2, DIM)
    rotation, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))

    def f(x: Array) -> Array:
        z = (x - shift) @ rotation
        if constrained:
            values: Array = (10 ** np.linspace(0, 2, DIM) * z**2).sum(axis=1)
            return values
        rastrigin: Array = (z**2 - 10 * np.cos(2 * np.pi * z) + 10).sum(axis=1)
        return rastrigin

    def evaluate(x: Array) -> Evaluation:
        g = 1 - ((x - shift) ** 2).sum(axis=1, keepdims=True)
        h = (x - shift).sum(axis=1, keepdims=True)
        return Evaluation(f(x), g, h) if constrained else Evaluation(f(x), g[:, :0], h[:, :0])

    return Problem(
        id="test/reference",
        title="reference",
        lower=np.full(DIM, -5.0),
        upper=np.full(DIM, 4.0),
        budget=CONSTRAINED_BUDGET if constrained else BUDGET,
        n_inequality=int(constrained),
        n_equality=int(constrained),
        evaluator=evaluate,
        describe=lambda: (),
        definition="",
        best_known=0.0,
        best_known_source="",
    )


def _logs(name: str, seeds: range) -> list[float]:
    """Decimal logarithms of the best feasible values, 99 where there is none."""
    problem = _problem(POOL[name].kind == "constrained")
    values = [run_optimizer(name, problem, seed=seed).best_f for seed in seeds]
    return [99.0 if value is None else float(np.log10(max(value, FLOOR))) for value in values]


def _quantiles() -> dict[str, list[float]]:
    """5 % and 95 % quantiles of every optimizer."""
    return {name: np.percentile(_logs(name, REFERENCE_SEEDS), [5, 95]).round(3).tolist() for name in POOL}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(POOL))
def test_the_median_of_a_few_runs_lies_among_the_results_of_an_earlier_version(name: str) -> None:
    low, high = json.loads(STORED.read_text(encoding="utf-8"))[name]
    margin = 0.01  # of a decade, where all runs end alike
    assert low - margin <= np.median(_logs(name, SEEDS)) <= high + margin


def test_there_are_quantiles_for_every_optimizer() -> None:
    assert set(json.loads(STORED.read_text(encoding="utf-8"))) == set(POOL)


if __name__ == "__main__":
    json.dump(_quantiles(), sys.stdout, indent=1)
    sys.stdout.write("\n")
