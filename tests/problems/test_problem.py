from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llamoco_bench.problems.problem import Array, Evaluation, Problem, quiet, violation


@quiet
def _values(x: Array) -> Evaluation:
    return Evaluation(1.0 / x[:, 0], x - 1.0, x[:, :1] + x[:, 1:])


@pytest.fixture
def problem() -> Problem:
    return Problem(
        id="test/one",
        title="One",
        lower=np.zeros(2),
        upper=np.ones(2),
        budget=10,
        n_inequality=2,
        n_equality=1,
        evaluator=_values,
        describe=tuple,
        definition="1/x",
        best_known=1.0,
        best_known_source="by hand",
    )


def test_one_point_gives_a_number_and_vectors(problem: Problem) -> None:
    x = [0.5, 2.0]
    assert problem.objective(x) == 2.0
    assert isinstance(problem.objective(x), float)
    np.testing.assert_array_equal(problem.inequality(x), [-0.5, 1.0])
    np.testing.assert_array_equal(problem.equality(x), [2.5])
    assert problem.violation(x) == pytest.approx((1.0 + 2.5) / 3)


def test_many_points_give_a_row_each(problem: Problem) -> None:
    x = np.array([[0.5, 2.0], [1.0, -1.0], [2.0, 2.0]])
    np.testing.assert_array_equal(problem.objective(x), [2.0, 1.0, 0.5])
    assert problem.inequality(x).shape == (3, 2)
    assert problem.equality(x).shape == (3, 1)
    np.testing.assert_allclose(problem.violation(x), [3.5 / 3, 0.0, (1 + 1 + 4) / 3])


@pytest.mark.parametrize("shape", [(), (1,), (3,), (4, 3), (2, 2, 2), (0,)])
def test_points_of_another_shape_are_refused_with_both_shapes(problem: Problem, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"test/one expects points of shape \(n, 2\), got"):
        problem.evaluate(np.zeros(shape))


def test_infinite_values_come_without_a_warning(problem: Problem) -> None:
    assert problem.objective([0.0, 1.0]) == np.inf


def test_an_equality_counts_in_full_beyond_the_tolerance_and_not_at_all_within() -> None:
    h = np.array([[1e-4], [-1e-4], [1.1e-4], [-2.0]])
    values = Evaluation(np.zeros(4), np.empty((4, 0)), h)
    np.testing.assert_array_equal(violation(values), [0.0, 0.0, 1.1e-4, 2.0])


def test_a_constraint_that_is_no_number_is_violated_infinitely() -> None:
    nan = np.array([[np.nan]])
    assert violation(Evaluation(np.zeros(1), nan, np.zeros((1, 1))))[0] == np.inf
    assert violation(Evaluation(np.zeros(1), np.zeros((1, 1)), nan))[0] == np.inf


def test_without_constraints_every_point_is_feasible() -> None:
    np.testing.assert_array_equal(violation(Evaluation(np.ones(2), np.empty((2, 0)), np.empty((2, 0)))), [0.0, 0.0])


def test_the_hash_changes_with_whatever_changes_the_task(problem: Problem) -> None:
    others = [
        replace(problem, id="test/two"),
        replace(problem, upper=np.full(2, 2.0)),
        replace(problem, budget=11),
        replace(problem, best_known=None),
        replace(problem, definition="2/x"),
    ]
    assert len({p.definition_hash for p in [problem, *others]}) == 6
    assert replace(problem, notes=("a note",), title="Two").definition_hash == problem.definition_hash
