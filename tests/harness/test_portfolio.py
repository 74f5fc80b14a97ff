from __future__ import annotations

import math

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.portfolio import portfolio

SOLVERS = {"a": {"p": 1.0, "q": 0.2, "r": 0.5}, "b": {"p": 0.4, "q": 0.9, "r": 0.5, "extra": 1.0}}


def test_virtual_best_takes_the_best_solver_of_each_problem() -> None:
    found = portfolio(SOLVERS)
    assert found.single_best == "b"
    assert found.single_best_value == pytest.approx(0.6)
    assert found.virtual_best_value == pytest.approx(0.8)
    assert found.choices == {"p": "a", "q": "b", "r": "a"}


@pytest.mark.parametrize(
    ("model", "closed"),
    [({"p": 0.4, "q": 0.9, "r": 0.5}, 0.0), ({"p": 1.0, "q": 0.9, "r": 0.5}, 1.0), ({"p": 1, "q": 1, "r": 1}, 2.0)],
)
def test_gap_is_0_for_the_single_and_1_for_the_virtual_best(model: dict[str, float], closed: float) -> None:
    assert portfolio(SOLVERS).gap_closed(model) == pytest.approx(closed)


def test_gap_is_undefined_where_there_is_none_or_problems_are_missing() -> None:
    assert math.isnan(portfolio({"a": {"p": 1.0}}).gap_closed({"p": 1.0}))
    assert math.isnan(portfolio(SOLVERS).gap_closed({"p": 1.0}))


@pytest.mark.parametrize("solvers", [{}, {"a": {"p": 1.0}, "b": {"q": 1.0}}])
def test_solvers_that_share_no_problem_make_no_portfolio(solvers: dict[str, dict[str, float]]) -> None:
    with pytest.raises(UsageError, match="same problems"):
        portfolio(solvers)
