from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench import metrics

finite = st.floats(-1e12, 1e12, allow_nan=False)


def test_error_rate_counts_every_status_but_ok() -> None:
    assert metrics.error_rate(["ok", "timeout", "ok", "syntax"]) == 0.5


def test_error_rate_leaves_out_failures_of_the_harness() -> None:
    assert metrics.error_rate(["ok", "infra", "runtime", "infra"]) == 0.5


def test_error_rate_of_nothing_is_undefined() -> None:
    assert math.isnan(metrics.error_rate(["infra"]))


@pytest.mark.parametrize(
    ("before", "after", "cost"),
    [
        ("a\nb\nc\nd", "a\nb\nc\nd", 0.0),
        ("a\nb\nc\nd", "a\nX\nc\nd", 0.25),
        ("a\nb\nc\nd", "a\nX\nY\nZ\nc\nd", 0.75),  # one line replaced by three counts the longer side
        ("a\nb\nc\nd", "a\nX\nd", 0.5),  # two lines replaced by one
        ("a\nb\nc\nd", "a\nd", 0.5),  # a deletion counts its lines
        ("a\nb\nc\nd", "a\nb\nnew\nc\nd", 0.25),  # an insertion counts its lines
        ("a\nb", "1\n2\n3\n4\n5", 1.0),  # at most 1
        ("a  \nb\n", "a\nb", 0.0),  # blanks at the end of a line are no change
        ("a\nb", None, 1.0),
        ("", "a\nb", 1.0),
    ],
)
def test_recovery_cost_is_the_share_of_lines_that_a_repair_touches(before: str, after: str | None, cost: float) -> None:
    assert metrics.recovery_cost(before, after) == cost


def test_lines_that_a_long_program_repeats_are_compared_as_all_others() -> None:
    """A line diff that leaves out what occurs often in 200 lines, as difflib's own does, would count most of them."""
    head, tail = [f"x{k} = {k}" for k in range(150)], ["    x += 1"] * 30
    before, after = ("\n".join([*head, *tail, line, *tail]) for line in ("y = z", "y = x"))
    assert metrics.recovery_cost(before, after) == 1 / 211


@given(st.text(alphabet="ab\n", max_size=40), st.text(alphabet="ab\n", max_size=40))
def test_recovery_cost_lies_between_0_and_1(before: str, after: str) -> None:
    assert 0.0 <= metrics.recovery_cost(before, after) <= 1.0


@pytest.mark.parametrize(
    ("best", "known", "start", "w"),
    [
        (10.0, 0.0, 10.0, 0.0),
        (0.0, 0.0, 10.0, 1.0),
        (2.5, 0.0, 10.0, 0.75),
        (-5.0, 0.0, 10.0, 1.0),  # a new best counts 1
        (20.0, 0.0, 10.0, 0.0),  # worse than the start
        (None, 0.0, 10.0, 0.0),  # nothing feasible
        (math.nan, 0.0, 10.0, 0.0),
        (3.0, 3.0, 3.0, 1.0),  # no way to go: reached
        (3.5, 3.0, 3.0, 0.0),  # no way to go: not reached
        (5.0, 0.0, math.inf, 1.0),
        (None, None, 1.0, 0.0),
    ],
)
def test_performance_is_the_share_of_the_way_from_start_to_best_known(
    best: float | None, known: float | None, start: float, w: float
) -> None:
    assert metrics.optimization_performance(best, known, start) == w


def test_performance_is_undefined_where_nothing_is_known() -> None:
    assert math.isnan(metrics.optimization_performance(1.0, None, 2.0))
    assert math.isnan(metrics.reach(1.0, None, 2.0))


@given(finite, finite, finite)
def test_performance_and_reach_lie_between_0_and_1(best: float, known: float, start: float) -> None:
    assert 0.0 <= metrics.optimization_performance(best, known, start) <= 1.0
    assert 0.0 <= metrics.reach(best, known, start) <= 1.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_reach_never_falls_when_the_result_gets_better(a: float, b: float) -> None:
    better, worse = sorted((a, b))
    assert metrics.reach(better, 0.0, 1.0) >= metrics.reach(worse, 0.0, 1.0)


@pytest.mark.parametrize(
    ("left", "share"), [(1.0, 1 / 51), (1.5, 0.0), (0.0, 1.0), (1e-9, 1.0), (1.01e-4, 25 / 51), (0.99e-4, 26 / 51)]
)
def test_reach_counts_log_spaced_targets(left: float, share: float) -> None:
    assert metrics.reach(left, 0.0, 1.0) == pytest.approx(share)


def test_targets_run_from_the_start_to_a_hundred_millionth_of_it() -> None:
    targets = metrics.relative_targets()
    assert (len(targets), targets[0]) == (51, 1.0)
    assert targets[-1] == pytest.approx(1e-8)


def test_overhead_is_the_mean_of_tokens_a_problem() -> None:
    assert metrics.computational_overhead([(100, 50), (300, 150)]) == 300.0
    assert math.isnan(metrics.computational_overhead([]))


def test_violation_of_a_model_is_the_mean_over_runs_that_evaluated_something() -> None:
    assert metrics.mean_violation([0.0, 3.0, math.inf, 0.0]) == 1.0
    assert math.isnan(metrics.mean_violation([math.inf]))


@pytest.mark.parametrize(
    ("best", "known", "start", "share"),
    [
        (None, 0.0, 10.0, 0.0),
        (math.nan, 0.0, 10.0, 0.0),
        (12.0, 2.0, 12.0, 1 / 51),  # the start itself is the first target
        (12.5, 2.0, 12.0, 0.0),
        (2.0 + 10.0 * 10 ** (-8 * 25.5 / 50), 2.0, 12.0, 26 / 51),
        (2.0 + 1.01e-7, 2.0, 12.0, 50 / 51),
        (2.0 + 0.99e-7, 2.0, 12.0, 1.0),
        (2.0, 2.0, 12.0, 1.0),
        (1.0, 2.0, 12.0, 1.0),  # a new best
        (3.0, 3.0, 3.0, 1.0),  # no way to go: reached
        (4.0, 3.0, 3.0, 0.0),  # or not
        (4.0, 3.0, 2.0, 0.0),
    ],
)
def test_reach_is_the_share_of_targets_that_were_reached(
    best: float | None, known: float | None, start: float, share: float
) -> None:
    assert metrics.reach(best, known, start) == pytest.approx(share)


def test_targets_are_spaced_evenly_in_the_logarithm() -> None:
    targets = metrics.relative_targets()
    assert (len(targets), targets[0]) == (51, 1.0)
    assert targets[-1] == pytest.approx(1e-8)
    assert all(b / a == pytest.approx(10 ** (-8 / 50)) for a, b in pairwise(targets))


@pytest.mark.parametrize(("best", "known", "start", "w"), [(4.0, 2.0, 12.0, 0.8), (2.25, 2.0, 2.5, 0.5)])
def test_performance_is_measured_from_the_best_known_value(best: float, known: float, start: float, w: float) -> None:
    assert metrics.optimization_performance(best, known, start) == pytest.approx(w)
