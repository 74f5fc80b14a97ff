from __future__ import annotations

import math

import numpy as np
import pytest

from llamoco_bench.statistics import clustered_ratio


def test_value_is_the_ratio_of_sums() -> None:
    assert clustered_ratio([1, 2, 3], [5, 5, 5]).value == pytest.approx(6 / 15)


def test_interval_holds_the_value() -> None:
    estimate = clustered_ratio([0, 1, 5, 3, 2], [5] * 5)
    assert estimate.low <= estimate.value <= estimate.high


def test_no_spread_between_problems_gives_no_width() -> None:
    assert clustered_ratio([2, 2, 2], [5, 5, 5]) == (0.4, 0.4, 0.4)


def test_one_problem_has_no_interval() -> None:
    estimate = clustered_ratio([2], [5])
    assert (estimate.value, math.isnan(estimate.low), math.isnan(estimate.high)) == (0.4, True, True)


def test_problems_without_runs_do_not_count() -> None:
    assert clustered_ratio([2, 0, 1], [5, 0, 5]) == clustered_ratio([2, 1], [5, 5])


def test_nothing_gives_nothing() -> None:
    assert math.isnan(clustered_ratio([], []).value)


def test_same_input_gives_the_same_interval() -> None:
    assert clustered_ratio([1, 2, 4], [5, 5, 5]) == clustered_ratio([1, 2, 4], [5, 5, 5])


def test_interval_of_a_mean_agrees_with_the_normal_one_on_many_problems() -> None:
    values = np.random.default_rng(0).normal(10, 2, 400)
    estimate = clustered_ratio(values.tolist(), [1.0] * 400)
    half = 1.96 * values.std(ddof=1) / 20
    assert estimate.high - estimate.value == pytest.approx(half, rel=0.1)
    assert estimate.value - estimate.low == pytest.approx(half, rel=0.1)


def test_runs_of_a_problem_are_kept_together() -> None:
    """Five equal runs on each of 20 problems carry no more information than one run on each."""
    values = np.random.default_rng(1).uniform(size=20)
    one = clustered_ratio(values.tolist(), [1.0] * 20)
    five = clustered_ratio((5 * values).tolist(), [5.0] * 20)
    assert five.high - five.low == pytest.approx(one.high - one.low)
