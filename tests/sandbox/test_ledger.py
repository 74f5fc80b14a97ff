from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.errors import SandboxError, UsageError
from llamoco_bench.problems.problem import Evaluation
from llamoco_bench.sandbox.evaluator import Evaluator
from llamoco_bench.sandbox.ledger import INEQUALITY, OBJECTIVE, Ledger, thin
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.seeds import derive_seed
from tests.sandbox.toys import Disc, Sphere

VALUES = st.one_of(st.integers(-5, 5).map(float), st.sampled_from([math.nan, math.inf, -math.inf]))
ROW = st.tuples(VALUES, st.booleans(), st.integers(-1, 2).map(float))
BATCHES = st.lists(st.lists(ROW, min_size=1, max_size=5), max_size=12)


def evaluate_rows(rows: list[tuple[float, bool, float]]) -> tuple[np.typing.NDArray[np.float64], Evaluation]:
    """Points in or outside the bounds with given objectives and values of one inequality."""
    points = np.array([[0.0, 0.0] if inside else [9.0, 0.0] for _, inside, _ in rows])
    points[:, 1] = np.linspace(-1, 1, len(rows))
    f = np.array([value for value, _, _ in rows])
    g = np.array([[g] for _, _, g in rows])
    return points, Evaluation(f, g, np.zeros((len(rows), 1)))


@given(BATCHES)
def test_ledger_agrees_with_a_plain_count(batches: list[list[tuple[float, bool, float]]]) -> None:
    ledger = Ledger(Evaluator(Disc(budget=1000)))
    curve: list[tuple[int, float]] = []
    n, best, least = 0, math.inf, math.inf
    for rows in batches:
        points, values = evaluate_rows(rows)
        ledger.record(points, values)
        for f, inside, g in rows:
            n += 1
            if not inside or not math.isfinite(f):
                continue
            violation = max(g, 0.0) / 2
            least = min(least, violation)
            if violation == 0.0 and f < best:
                best = f
                curve.append((n, f))
    assert ledger.evaluations == n
    assert ledger.curve == tuple(curve)
    assert ledger.best_f == (best if curve else None)
    assert curve or ledger.least_violation == least


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400, unique=True), st.integers(1, 50))
def test_thinned_curve_keeps_its_ends_and_stays_strictly_improving(values: list[float], step: int) -> None:
    full = [(1 + i * step, f) for i, f in enumerate(sorted(values, reverse=True))]
    kept = thin(full)
    assert len(kept) <= 60
    assert (kept[0], kept[-1]) == (full[0], full[-1])
    assert set(kept) <= set(full)
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in itertools.pairwise(kept))
    assert len(full) > 60 or list(kept) == full


def test_improvements_at_the_same_number_of_evaluations_show_as_one() -> None:
    ledger = Ledger(Evaluator(Disc()))
    ledger.spend(INEQUALITY, 10)
    for f in (3.0, 2.0, 1.0):
        ledger.record(np.zeros((1, 2)), Evaluation(np.array([f]), np.zeros((1, 1)), np.zeros((1, 1))))
    assert ledger.curve == ((10, 1.0),)
    assert ledger.remaining(OBJECTIVE) == 297


def test_f0_is_the_best_of_fifty_uniform_points() -> None:
    problem = Sphere()
    rng = np.random.default_rng(derive_seed("f0", 3))
    points = rng.uniform(problem.lower, problem.upper, (50, 5))
    assert reference_value(problem, 3) == min(problem.value(x) for x in points)


def test_f0_counts_feasible_points_only_and_is_the_worst_value_where_there_is_none() -> None:
    class Ring(Disc):
        radius = 1.0

        def evaluate(self, x: np.typing.NDArray[np.float64]) -> Evaluation:
            f = x.sum(axis=1)
            f[:2] = [math.nan, math.inf]
            g = (x**2).sum(axis=1, keepdims=True) - self.radius
            return Evaluation(f, g, np.empty((len(x), 0)))

    problem = Ring(n_equality=0)
    x = np.random.default_rng(derive_seed("f0", 0)).uniform(-2, 2, (50, 2))[2:]
    inside = (x**2).sum(axis=1) <= 1.0
    assert reference_value(problem, 0) == x[inside].sum(axis=1).min()
    Ring.radius = 0.0
    assert reference_value(problem, 0) == x.sum(axis=1).max()


def test_f0_of_a_problem_without_any_value_is_not_a_number() -> None:
    class Void(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            return np.full(np.shape(x)[:-1], np.nan)

    assert math.isnan(reference_value(Void(), 0))


def test_problem_that_takes_only_single_points_is_asked_one_by_one() -> None:
    class Single(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            assert x.shape == (5,)
            return float((x**2).sum())

    values = Evaluator(Single())(np.ones((3, 5)))
    assert values.f.tolist() == [5.0, 5.0, 5.0]
    assert (values.g.shape, values.h.shape) == ((3, 0), (3, 0))


def test_large_batches_are_evaluated_in_pieces() -> None:
    largest = 0

    class Watched(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            nonlocal largest
            largest = max(largest, len(x))
            return super().objective(x)

    x = np.random.default_rng(0).uniform(-5, 5, (10_000, 5))
    assert Evaluator(Watched())(x).f.tolist() == [Sphere().value(point) for point in x]
    assert largest <= 4096


def test_point_outside_the_bounds_that_upsets_the_problem_has_no_value() -> None:
    class Touchy(Disc):
        def evaluate(self, x: np.typing.NDArray[np.float64]) -> Evaluation:
            if not (np.abs(x) <= 2).all():
                raise ZeroDivisionError
            return super().evaluate(x)

    values = Evaluator(Touchy())(np.array([[0.0, 0.0], [3.0, 0.0], [math.nan, 0.0]]))
    assert np.isnan(values.f).tolist() == [False, True, True]
    assert Evaluator(Touchy()).violation(values).tolist() == [0.0, math.inf, math.inf]


def test_problem_that_fails_within_the_bounds_is_reported() -> None:
    class Broken(Disc):
        def evaluate(self, x: np.typing.NDArray[np.float64]) -> Evaluation:
            raise ZeroDivisionError("oops")

    with pytest.raises(SandboxError, match=r"toy/disc cannot be evaluated: ZeroDivisionError: oops"):
        Evaluator(Broken())(np.zeros((1, 2)))


def test_problem_that_gives_values_of_a_wrong_shape_is_reported() -> None:
    problem = Disc(n_inequality=2)
    with pytest.raises(SandboxError, match="shapes"):
        Evaluator(problem)(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dim": 4, "optimum": np.zeros(4), "wide": 3}, "shapes"),
        ({"wide": math.inf}, "finite"),
        ({"wide": -6.0}, "lower <= upper"),
        ({"budget": 0}, "budget"),
    ],
)
def test_problem_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    wide = change.pop("wide", 5.0)

    class Odd(Sphere):
        @property
        def upper(self) -> np.typing.NDArray[np.float64]:
            return np.full(5, wide)

    with pytest.raises(UsageError, match=message):
        Evaluator(Odd(**change))  # type: ignore[arg-type]
