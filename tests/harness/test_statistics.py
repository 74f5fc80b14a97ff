from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from llamoco_bench.statistics import (
    Array,
    Difference,
    can_be_significant,
    clustered_ratio,
    deciding_p,
    holm,
    paired_difference,
)


def test_value_is_the_ratio_of_sums() -> None:
    assert clustered_ratio([1, 2, 3], [5, 5, 5]).value == pytest.approx(6 / 15)


def test_interval_holds_the_value() -> None:
    estimate = clustered_ratio([0, 1, 5, 3, 2], [5] * 5)
    assert estimate.low <= estimate.value <= estimate.high


def test_no_spread_between_problems_gives_no_width() -> None:
    assert clustered_ratio([2, 2, 2], [5, 5, 5]) == (0.4, 0.4, 0.4)


def test_no_spread_of_a_share_does_not_make_three_problems_sure() -> None:
    estimate = clustered_ratio([2, 2, 2], [5, 5, 5], unit=True)
    assert estimate.low < 0.2
    assert estimate.high > 0.6


def test_one_problem_has_no_interval() -> None:
    estimate = clustered_ratio([2], [5])
    assert (estimate.value, math.isnan(estimate.low), math.isnan(estimate.high)) == (0.4, True, True)


def test_problems_without_runs_do_not_count() -> None:
    assert clustered_ratio([2, 0, 1], [5, 0, 5]) == clustered_ratio([2, 1], [5, 5])


def test_nothing_gives_nothing() -> None:
    assert math.isnan(clustered_ratio([], []).value)


def test_same_input_gives_the_same_interval() -> None:
    assert clustered_ratio([1, 2, 4], [5, 5, 5]) == clustered_ratio([1, 2, 4], [5, 5, 5])


def test_interval_of_a_symmetric_quantity_is_students() -> None:
    values = [8.0, 9.0, 10.0, 11.0, 12.0]
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert clustered_ratio(values, [1] * 5)[1:] == pytest.approx((expected.low, expected.high))


def test_interval_of_a_skewed_quantity_is_longer_on_the_side_of_the_tail() -> None:
    estimate = clustered_ratio([100, 110, 120, 130, 140, 300], [1] * 6)
    assert estimate.high - estimate.value > 1.5 * (estimate.value - estimate.low)
    assert estimate.low > 0.0


def test_interval_of_a_skewed_quantity_never_leaves_the_numbers_that_there_are() -> None:
    assert clustered_ratio([0, 0, 0, 0, 50], [1] * 5).low == 0.0


@pytest.mark.parametrize(
    "values", [[0.0, 0.0, 9.0], [0.1, 0.2, 0.2, 0.3, 0.4, 2.5], [3.0, -1.0, -1.5, -1.2, -0.9, -1.1]]
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_bound_on_the_side_of_the_tail_is_halls_and_the_other_students(values: list[float], sign: float) -> None:
    """Hall's transformation of the studentized mean T, T + a T^2 + a^2 T^3 / 3 + a / 2, reaches Student's quantile."""
    n, mirrored = len(values), [sign * value for value in values]
    a = stats.skew(mirrored, bias=False) / (3.0 * math.sqrt(n))
    quantile, error = stats.t.ppf(0.975, n - 1), stats.sem(mirrored)

    def transformed(t: float) -> float:
        return float(t + a * t**2 + a**2 * t**3 / 3 + a / 2 + sign * quantile)

    tail = np.mean(mirrored) - brentq(transformed, -1e4, 1e4) * error
    other = np.mean(mirrored) - sign * quantile * error
    found = paired_difference({i: [0.0] for i in range(n)}, {i: [value] for i, value in enumerate(mirrored)})
    assert (found.low, found.high) == pytest.approx(sorted((tail, other)), rel=1e-6)


def test_interval_of_two_problems_is_students_since_two_have_no_skewness() -> None:
    expected = stats.ttest_1samp([3.0, 4.0], 0.0).confidence_interval(0.95)
    found = paired_difference({0: [0.0], 1: [0.0]}, {0: [3.0], 1: [4.0]})
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_bounds_of_a_share_solve_the_equation_of_the_score_interval() -> None:
    """A bound is as many standard errors from the share as Student's quantile, by the error that it would have itself.

    The error stands on the dispersion: the variance between problems over that of problems which fail as a whole.
    """
    shares = np.array([0.0, 0.2, 0.2, 1.0, 0.0, 0.6, 0.0, 0.0])
    n, value = len(shares), shares.mean()
    dispersion = (n * shares.var(ddof=1) / (value * (1 - value)) + 0.5) / (n + 0.5)
    found = clustered_ratio((5 * shares).tolist(), [5] * n, unit=True)
    for bound in (found.low, found.high):
        error = math.sqrt(bound * (1 - bound) * dispersion / n)
        assert abs(bound - value) == pytest.approx(stats.t.ppf(0.975, n - 1) * error)


def test_interval_of_all_or_nothing_problems_is_wilsons() -> None:
    """With so many problems Student's quantile is the normal one, and half a problem does not matter."""
    expected = stats.binomtest(800, 4000).proportion_ci(0.95, method="wilson")
    found = clustered_ratio([5] * 800 + [0] * 3200, [5] * 4000, unit=True)
    assert found[1:] == pytest.approx((expected.low, expected.high), rel=1e-3)


def test_runs_of_a_problem_are_kept_together() -> None:
    """Five equal runs on each of 20 problems carry no more information than one run on each."""
    values = np.random.default_rng(1).uniform(size=20)
    one = clustered_ratio(values.tolist(), [1.0] * 20)
    five = clustered_ratio((5 * values).tolist(), [5.0] * 20)
    assert five.high - five.low == pytest.approx(one.high - one.low)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_agreement_of_all_problems_leaves_the_uncertainty_of_their_number(value: float) -> None:
    """No failure on 4 problems says little, none on 4,000 much."""
    few, many = (clustered_ratio([5 * value] * n, [5] * n, unit=True) for n in (4, 4000))
    assert few.value == many.value == value
    assert few.high - few.low > 0.6
    expected = stats.binomtest(round(value * 4000), 4000).proportion_ci(0.95, method="wilson")
    assert many[1:] == pytest.approx((expected.low, expected.high), abs=1e-5)


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=5), min_size=2, max_size=12))
def test_interval_of_a_share_holds_it_and_lies_between_0_and_1(runs: list[list[float]]) -> None:
    found = clustered_ratio([sum(row) for row in runs], [len(row) for row in runs], unit=True)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0 + 1e-12


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


def test_p_value_for_many_problems_is_that_of_scipys_test() -> None:
    differences = np.random.default_rng(4).normal(0.2, 1.0, 80)
    found = paired_difference({i: [0.0] for i in range(80)}, {i: [d] for i, d in enumerate(differences.tolist())})
    expected = stats.permutation_test((differences,), np.mean, permutation_type="samples", rng=1)
    assert found.p == pytest.approx(expected.pvalue, abs=0.015)  # three standard errors of 9,999 draws


@pytest.mark.parametrize("problems", [20, 200])
def test_p_value_for_many_problems_counts_the_observed_signs_among_the_permutations(problems: int) -> None:
    """So it is never 0, and it is 1 where no permutation is less extreme; 200 problems take more than one batch."""
    nothing, one = {i: [0.0] for i in range(problems)}, {i: [1.0] for i in range(problems)}
    assert paired_difference(nothing, one).p == 1 / 10_000
    assert paired_difference(nothing, nothing).p == 1.0


def test_t_test_is_scipys_and_the_interval_holds_students() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.random((2, 12))
    found = paired_difference(*({i: [x] for i, x in enumerate(values.tolist())} for values in (first, second)))
    expected = stats.ttest_rel(second, first)
    interval = expected.confidence_interval(0.95)
    assert found.p_t == pytest.approx(expected.pvalue)
    assert found.low <= interval.low + 1e-12
    assert found.high >= interval.high - 1e-12


def test_interval_of_symmetric_differences_is_students() -> None:
    found = paired_difference({i: [0.0] for i in range(5)}, {i: [0.1 * i] for i in range(5)})
    interval = stats.ttest_1samp([0.0, 0.1, 0.2, 0.3, 0.4], 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_difference_of_shares_is_at_most_1() -> None:
    first, second = {"a": [0.0], "b": [0.5]}, {"a": [1.0], "b": [0.5]}
    assert paired_difference(first, second, unit=True)[1:3] == (-1.0, 1.0)
    assert paired_difference(first, second).high > 1.0


def test_equal_models_differ_by_nothing() -> None:
    values = {i: [0.1 * i] for i in range(8)}
    assert paired_difference(values, values) == (0.0, 0.0, 0.0, 1.0, 1.0, 8)


def test_t_test_decides_where_the_signs_are_too_few() -> None:
    def collapse(problems: int) -> Difference:
        return paired_difference({i: [0.9 + 0.01 * i] for i in range(problems)}, {i: [0.1] for i in range(problems)})

    few, enough = collapse(4), collapse(6)
    assert few.p == 0.125
    assert deciding_p({"few": few}) == {"few": few.p_t}
    assert deciding_p({"enough": enough}) == {"enough": enough.p}
    assert deciding_p({"enough": enough, "other": enough})["enough"] == enough.p_t  # 2 comparisons: 1 / 32 is too large


def test_comparisons_that_were_not_possible_do_not_count_as_ones() -> None:
    """Six problems can decide one comparison, not two."""
    able = paired_difference({i: [0.9] for i in range(6)}, {i: [0.1 * i] for i in range(6)})
    impossible = paired_difference({"a": [1.0]}, {"b": [1.0]})
    assert deciding_p({"able": able, "impossible": impossible})["able"] == able.p != able.p_t


def test_one_problem_tells_a_difference_without_an_interval() -> None:
    found = paired_difference({"a": [0.25], "b": [1.0]}, {"a": [1.0]})
    assert (found.value, found.n) == (0.75, 1)
    assert all(map(math.isnan, (found.low, found.high, found.p, found.p_t)))


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


Draw = Callable[[np.random.Generator, int], Array]


def performances(rng: np.random.Generator, problems: int) -> Array:
    """Perf: half of the problems nearly solved, some not at all, the others in between."""
    kind = rng.random(problems)
    level = np.where(kind < 0.5, 1 - rng.beta(0.3, 8, problems), np.where(kind < 0.6, 0, rng.beta(2, 2, problems)))
    return np.clip(level[:, None] + rng.normal(0, 0.08, (problems, 5)), 0, 1)


def errors(rng: np.random.Generator, problems: int) -> Array:
    """Err of a model whose programs mostly fail as a whole or not at all."""
    return (rng.random((problems, 5)) < rng.beta(0.15, 0.6, problems)[:, None]).astype(np.float64)


def tokens(rng: np.random.Generator, problems: int) -> Array:
    """Comp, log-normal."""
    return np.exp(rng.normal(7.5, 0.6, (problems, 1)))


@pytest.mark.parametrize("problems", [10, 20, 57, 129])
@pytest.mark.parametrize(("draw", "unit"), [(performances, True), (errors, True), (tokens, False)])
def test_intervals_hold_the_truth_in_95_percent_of_simulations(draw: Draw, unit: bool, problems: int) -> None:
    rng = np.random.default_rng(problems)
    truth = draw(rng, 400_000).mean()
    samples = (draw(rng, problems) for _ in range(2500))
    intervals = (clustered_ratio(runs.sum(axis=1), [runs.shape[1]] * problems, unit=unit) for runs in samples)
    covered = np.mean([low <= truth <= high for _, low, high in intervals])
    assert 0.93 <= covered <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("problems", [10, 57])
def test_intervals_of_differences_hold_the_truth_and_p_is_at_its_level(problems: int) -> None:
    rng = np.random.default_rng(5)
    covered, alarms = [], []
    for _ in range(1000):
        # two models alike: the true difference is 0
        first, second = performances(rng, problems), performances(rng, problems)
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
