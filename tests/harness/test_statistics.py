from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from llamoco_bench.statistics import _interval, _resamples, can_be_significant, clustered_ratio, holm, paired_difference


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


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_agreement_of_all_problems_leaves_the_uncertainty_of_their_number(value: float) -> None:
    """No failure on 4 problems says little, none on 60 much (rule of three)."""
    few, many = (clustered_ratio([5 * value] * n, [5] * n, unit=True) for n in (4, 60))
    assert few.value == many.value == value
    for estimate, n in ((few, 4), (many, 60)):
        exact = stats.binomtest(round(value * n), n).proportion_ci(0.95, method="exact")
        assert estimate[1:] == pytest.approx((exact.low, exact.high))


def test_quantity_without_bounds_has_no_such_interval() -> None:
    assert clustered_ratio([5.0] * 4, [5] * 4) == (1.0, 1.0, 1.0)


def test_difference_is_paired_by_problem() -> None:
    first = {"a": [0.1, 0.3], "b": [0.9], "c": [0.5], "only": [0.0]}
    second = {"c": [0.6, 0.6], "b": [1.0, 1.0], "a": [0.3], "other": [1.0], "empty": []}
    found = paired_difference(first, second)
    assert found.n == 3
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))
    assert found.p == 0.25  # all three of the same sign: 2 of 2**3


def test_p_value_is_that_of_the_exact_test() -> None:
    differences = np.random.default_rng(3).normal(0.5, 1.0, 10)
    found = paired_difference({i: [0.0] for i in range(10)}, {i: [d] for i, d in enumerate(differences.tolist())})
    signs = np.array(list(itertools.product((-1, 1), repeat=10)))
    sums = signs @ differences
    assert found.p == pytest.approx(np.mean(np.abs(sums) >= abs(differences.sum()) - 1e-12))


def test_equal_models_differ_by_nothing() -> None:
    values = {i: [0.1 * i] for i in range(8)}
    assert paired_difference(values, values) == (0.0, 0.0, 0.0, 1.0, 8)


def test_models_that_share_no_problem_cannot_be_compared() -> None:
    found = paired_difference({"a": [1.0]}, {"b": [1.0]})
    assert math.isnan(found.value)
    assert math.isnan(found.p)
    assert found.n == 0


def test_holm_is_stepwise_monotonic_and_keeps_the_order() -> None:
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005, "none": math.nan})
    assert list(adjusted) == ["a", "b", "c", "d", "none"]
    assert [adjusted[name] for name in "abcd"] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert math.isnan(adjusted["none"])
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def performances(rng: np.random.Generator, problems: int) -> np.ndarray:
    """Five runs on each problem: half of the problems nearly solved, some not at all, the others in between."""
    kind = rng.random(problems)
    level = np.where(kind < 0.5, 1 - rng.beta(0.3, 8, problems), np.where(kind < 0.6, 0, rng.beta(2, 2, problems)))
    runs: np.ndarray = np.clip(level[:, None] + rng.normal(0, 0.08, (problems, 5)), 0, 1)
    return runs


@pytest.mark.slow
@pytest.mark.parametrize("problems", [10, 57, 129])
def test_intervals_hold_the_truth_in_95_percent_of_simulations(problems: int) -> None:
    rng = np.random.default_rng(problems)
    truth = performances(rng, 400_000).mean()
    samples = (performances(rng, problems) for _ in range(2000))
    intervals = (clustered_ratio(runs.sum(axis=1), [5] * problems, unit=True) for runs in samples)
    covered = np.mean([low <= truth <= high for _, low, high in intervals])
    assert 0.93 <= covered <= 0.97


@pytest.mark.slow
def test_intervals_of_differences_hold_the_truth_and_p_is_at_its_level() -> None:
    rng = np.random.default_rng(5)
    covered, alarms = [], []
    for _ in range(1000):
        first, second = performances(rng, 57), performances(rng, 57)  # two models alike: the true difference is 0
        found = paired_difference(dict(enumerate(first.tolist())), dict(enumerate(second.tolist())))
        covered.append(found.low <= 0.0 <= found.high)
        alarms.append(found.p < 0.05)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert 0.03 <= np.mean(alarms) <= 0.07


@pytest.mark.parametrize(
    ("problems", "comparisons", "can"),
    [(5, 1, False), (6, 1, True), (6, 2, False), (7, 2, True), (9, 12, True), (8, 12, False)],
)
def test_significance_needs_enough_problems_for_the_number_of_comparisons(
    problems: int, comparisons: int, can: bool
) -> None:
    assert can_be_significant(problems, comparisons) == can


def test_one_comparison_is_what_is_taken_without_a_word() -> None:
    assert [can_be_significant(problems) for problems in (5, 6)] == [False, True]


@pytest.mark.parametrize(("n", "tail"), [(2, 1.7e-72), (10, 0.0085507), (1000, 0.0248043)])
def test_percentiles_are_those_of_hesterberg(n: int, tail: float) -> None:
    """From the 2.5 % points of Student's t with n - 1 degrees of freedom: -12.7062, -2.2622, -1.9623."""
    low, high = _interval(np.linspace(0.0, 1.0, 100_001), n)
    assert low == pytest.approx(tail, abs=2e-6)
    assert high == pytest.approx(1.0 - tail, abs=2e-6)


def test_two_problems_have_an_interval_and_one_has_none() -> None:
    two = paired_difference({"a": [0.0], "b": [0.0]}, {"a": [1.0], "b": [3.0]})
    assert (two.value, two.low, two.high, two.n) == (2.0, 1.0, 3.0, 2)
    one = paired_difference({"a": [0.0]}, {"a": [1.0]})
    assert (one.value, one.n) == (1.0, 1)
    assert math.isnan(one.low)
    assert math.isnan(one.p)


def test_draws_that_all_metrics_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _resamples(3, 0)[0, 0] = 0.0
