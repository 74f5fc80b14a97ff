from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.decision import Verdict, compare, decide
from llamoco_bench.gates.expression import parse_gate
from llamoco_bench.gates.measurements import Measurements, measure_items
from llamoco_bench.scoring import collect_items
from tests.gates.making import MANIFEST, measured, runs

NAN = math.nan


def verdict(now: Measurements, base: Measurements | None, *gates: str, missing_fails: bool = False) -> Verdict:
    return decide([parse_gate(text) for text in gates], now, base, missing_fails=missing_fails)


def results(found: Verdict) -> list[str]:
    return [decision.result for decision in found.decisions]


def noisy(level: float, problems: int = 20, seed: int = 0) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    rows: list[list[float]] = np.clip(level + rng.normal(0, 0.02, (problems, 5)), 0, 1).tolist()
    return rows


@pytest.mark.parametrize(
    ("gate", "result"),
    [
        ("perf>=0.5", "holds"),
        ("perf>=0.51", "violated"),
        ("perf>0.5", "violated"),
        ("err<=0.5", "holds"),
        ("err<0.5", "violated"),
        ("rec<=1", "holds"),
        ("comp<=10", "holds"),  # no tokens at all
        ("feasible>=0", "violated"),  # no constrained problem: not measured
    ],
)
def test_limit_is_held_against_the_value(gate: str, result: str) -> None:
    assert results(verdict(measured([[1.0, NAN], [1.0, NAN]]), None, gate)) == [result]


@pytest.mark.parametrize(
    ("gate", "result"),
    [("perf>=base", "violated"), ("perf>=base-0.1", "holds"), ("perf>=base*0.5", "holds"), ("err<=base", "holds")],
)
def test_relative_limit_moves_with_the_baseline(gate: str, result: str) -> None:
    assert results(verdict(measured([[0.5]]), measured([[0.55]]), gate)) == [result]


def test_equal_runs_pass_every_relative_gate() -> None:
    same = measured(noisy(0.7))
    assert not verdict(same, same, "perf>=base", "err<=base", "reach>=base", "perf:regress(0)").violated


def test_relative_limit_looks_at_shared_problems_only() -> None:
    """The lost problem was an easy one; the model is as good as ever on what is left."""
    found = verdict(measured([[0.5]]), measured([[0.5], [1.0]]), "perf>=base")
    assert results(found) == ["holds"]
    assert "1 problem (p/01) of the baseline are not in this run" in " ".join(found.notes)


def test_absolute_limit_looks_at_all_problems_also_where_the_baseline_has_fewer() -> None:
    found = verdict(measured([[0.5], [1.0]]), measured([[0.5]]), "perf>=0.75", "perf>=base")
    assert [decision.reason for decision in found.decisions] == [
        "perf is 0.75, the limit 0.75",
        "perf is 0.5, the limit 0.5 (baseline 0.5)",
    ]
    assert results(found) == ["holds", "holds"]


@pytest.mark.parametrize(
    ("value", "gate", "result"),
    [
        (0.2499995, "perf>=base*0.5", "holds"),
        (0.249998, "perf>=base*0.5", "violated"),
        (0.2499995, "perf>=0.25", "violated"),
    ],
)
def test_limit_that_rests_on_a_baseline_allows_for_its_rounding(value: float, gate: str, result: str) -> None:
    assert results(verdict(measured([[value]]), measured([[0.5]]), gate)) == [result]


@pytest.mark.parametrize(
    ("now", "then", "note"),
    [
        (5, 1, "s[m]: 4 problems (p/01, p/02, p/03, ...) are not in the baseline run; compared on 1"),
        (4, 1, "s[m]: 3 problems (p/01, p/02, p/03) are not in the baseline run; compared on 1"),
        (1, 5, "s[m]: 4 problems (p/01, p/02, p/03, ...) of the baseline are not in this run; compared on 1"),
    ],
)
def test_problems_that_only_one_side_has_are_named(now: int, then: int, note: str) -> None:
    assert verdict(measured([[0.5]] * now), measured([[0.5]] * then), "perf>=base").notes == (note,)


def test_regression_fires_on_a_loss_beyond_doubt() -> None:
    [decision] = verdict(measured(noisy(0.6, seed=1)), measured(noisy(0.7)), "perf:regress").decisions
    assert decision.result == "violated"
    assert decision.reason.startswith("perf 0.7")
    assert decision.comparison is not None
    assert decision.comparison.change.high < -0.01


def test_regression_keeps_silent_below_the_minimum_effect() -> None:
    base, now = measured(noisy(0.7)), measured([[x - 0.005 for x in row] for row in noisy(0.7)])
    assert results(verdict(now, base, "perf:regress", "perf:regress(0.001)")) == ["holds", "violated"]


@pytest.mark.parametrize(("loss", "result"), [(0.01, "violated"), (0.0099, "holds")])
def test_loss_as_large_as_the_minimum_effect_is_enough(loss: float, result: str) -> None:
    base = noisy(0.7)
    now = measured([[x - loss for x in row] for row in base])
    assert results(verdict(now, measured(base), "perf:regress(0.01)")) == [result]


SURE = [0.2, 0.17, 0.18, 0.11, -0.03, 0.09, 0.03]
"""Changes of problems of which 3 of 128 choices of signs are as far from 0 on the same side: p is 0.023, one-sided."""

UNSURE = [0.22, 0.13, -0.01, 0.1, 0.16, -0.02, 0.14]
"""Likewise 4 of 128: p is 0.031. The interval of both keeps clear of 0, and the t test would call both."""


@pytest.mark.parametrize(("changes", "called"), [(SURE, True), (UNSURE, False)])
def test_what_is_called_has_a_one_sided_p_of_at_most_2_and_a_half_percent(changes: list[float], called: bool) -> None:
    low, high = [[0.5 - change] for change in changes], [[0.5]] * 7
    found = verdict(measured(low), measured(high), "perf:regress")
    assert results(found) == ["violated" if called else "holds"]
    [comparison] = [decision.comparison for decision in found.decisions]
    assert comparison is not None
    assert "t test" not in found.decisions[0].reason
    assert comparison.exact
    assert comparison.p == pytest.approx((3 if called else 4) / 128)
    assert comparison.change.high < 0.0
    assert comparison.change.p_t / 2 < 0.02
    assert comparison.verdict == ("worse" if called else "same")
    better = verdict(measured(high), measured(low), "perf:regress")
    assert [c.verdict for c in better.improvements] == ["better"] * called
    assert [c.p for c in better.improvements] == pytest.approx([1 - 3 / 128] * called)


def test_loss_that_one_problem_makes_is_no_proof() -> None:
    """All ten fell, for which the signs alone would call it sure; but nine of them by next to nothing."""
    found = verdict(measured([[0.0]] + [[0.89]] * 9), measured([[0.9]] * 10), "perf:regress")
    [decision] = found.decisions
    assert decision.comparison is not None
    assert decision.comparison.p < 0.01
    assert decision.comparison.change.value < -0.05
    assert decision.result == "holds"


def test_change_of_shares_lies_within_1() -> None:
    [decision] = verdict(measured([[0.0]] * 2), measured([[1.0], [0.4]]), "perf:regress").decisions
    assert decision.comparison is not None
    assert decision.comparison.change.low == -1.0


def test_rise_on_few_problems_is_an_improvement_by_the_t_test() -> None:
    found = verdict(measured([[0.9], [0.8], [1.0], [0.9]]), measured([[0.1]] * 4), "perf:regress")
    assert [(c.verdict, c.exact) for c in found.improvements] == [("better", False)]


def test_nothing_is_said_of_a_baseline_that_no_gate_needs_nor_of_what_did_not_improve() -> None:
    found = verdict(measured([[0.5]] * 2), measured([[0.5]] * 3), "perf>=0.1")
    assert (found.notes, found.improvements) == ((), ())
    same = verdict(measured([[0.5]] * 3), measured([[0.5]] * 3), "perf:regress")
    assert (same.notes, same.improvements) == ((), ())


def tokens(*spent: float | None) -> Measurements:
    """Problems on which a model spends so many tokens; None where nobody counted them."""
    usages = [None if n is None else {"input_tokens": 0, "output_tokens": n} for n in spent]
    common = {"kind": "generation", "suite": "s", "model": "m", "turn": 0, "text": ""}
    asked = [{**common, "problem": f"p/{k:02}", "usage": usage} for k, usage in enumerate(usages)]
    return measure_items(collect_items([*asked, *runs([[1.0]] * len(spent))]), MANIFEST, "run")


def with_tokens(share: float) -> Measurements:
    """Ten problems, on which a model spends that share of 1,000 to 1,900 tokens."""
    return tokens(*(share * (1000 + 100 * k) for k in range(10)))


def test_relative_limit_looks_at_problems_that_have_the_measure_on_both_sides() -> None:
    [decision] = verdict(tokens(90, 5000, None), tokens(100, None, 7000), "comp<=base").decisions
    assert decision.reason == "comp is 90, the limit 100 (baseline 100)"


@pytest.mark.parametrize(("share", "result"), [(1.0099, "holds"), (1.0101, "violated"), (0.5, "holds")])
def test_minimum_effect_on_tokens_is_a_share_of_the_baseline_s(share: float, result: str) -> None:
    found = verdict(with_tokens(share), with_tokens(1.0), "comp:regress(0.01)")
    assert results(found) == [result]
    [decision] = found.decisions
    assert decision.comparison is not None
    assert decision.comparison.effect == pytest.approx(0.01 * 1450)


def test_regression_of_errors_is_a_rise() -> None:
    base, now = measured([[1.0] * 5] * 20), measured([[1.0, 1.0, NAN, NAN, NAN]] * 20)
    assert results(verdict(now, base, "err:regress")) == ["violated"]
    assert results(verdict(base, now, "err:regress")) == ["holds"]


def test_improvement_is_reported_and_never_fails() -> None:
    found = verdict(measured(noisy(0.8, seed=1)), measured(noisy(0.7)), "perf:regress")
    assert not found.violated
    [improved] = found.improvements
    assert (improved.measure, improved.verdict) == ("perf", "better")


def test_few_changed_problems_are_no_proof() -> None:
    """Four of 57 problems fell a little: an interval alone would call that sure."""
    rows = [[1.0]] * 57
    now = measured([[0.5]] * 4 + [[1.0]] * 53)
    found = verdict(now, measured(rows), "perf:regress")
    [decision] = found.decisions
    assert decision.comparison is not None
    assert decision.comparison.change.high < 0.0
    assert decision.result == "holds"


def test_collapse_on_few_problems_fires_and_says_by_which_test() -> None:
    found = verdict(measured([[0.1]] * 4), measured([[0.9], [0.8], [1.0], [0.9]]), "perf:regress")
    assert results(found) == ["violated"]
    assert "of a t test" in found.decisions[0].reason


def test_single_problem_decides_nothing() -> None:
    found = verdict(measured([[0.1]]), measured([[0.9]]), "perf:regress")
    assert results(found) == ["undecided"]
    assert found.decisions[0].reason == "1 problem with perf in both; two are needed"


def test_holm_corrects_over_all_comparisons_of_the_session() -> None:
    """A loss that one gate alone would call is not called among many models that did not change."""
    rng = np.random.default_rng(8)
    shift = rng.normal(-0.02, 0.04, (25, 1))
    base_rows = np.full((25, 1), 0.6)
    alone = verdict(measured((base_rows + shift).tolist()), measured(base_rows.tolist()), "perf:regress")
    assert results(alone) == ["violated"]
    others = [f"n{k}" for k in range(20)]

    def with_others(rows: Sequence[Sequence[float]]) -> Measurements:
        unchanged = [record for name in others for record in runs(base_rows.tolist(), name)]
        return measure_items(collect_items([*runs(rows), *unchanged]), MANIFEST, "run")

    among = verdict(with_others((base_rows + shift).tolist()), with_others(base_rows.tolist()), "perf:regress")
    assert results(among) == ["holds"] * 21


@pytest.mark.parametrize(("missing_fails", "result"), [(False, "undecided"), (True, "violated")])
def test_missing_baseline_is_undecided_or_fails_as_asked(missing_fails: bool, result: str) -> None:
    gates = ("perf>=0.1", "perf>=base", "perf:regress")
    found = verdict(measured([[0.5]] * 3), None, *gates, missing_fails=missing_fails)
    assert results(found) == ["holds", result, result]


def test_only_model_of_the_baseline_is_compared_whatever_its_label() -> None:
    found = verdict(measured([[0.5]] * 3, "new"), measured([[0.9]] * 3, "old"), "perf>=base")
    assert results(found) == ["violated"]
    assert "compared with old" in " ".join(found.notes)


def test_problem_of_another_definition_is_left_out_and_reported() -> None:
    base = measured([[0.9]] * 3, definition="old")
    found = verdict(measured([[0.5]] * 3), base, "perf>=base", missing_fails=True)
    assert results(found) == ["violated"]
    assert "no baseline" in found.decisions[0].reason
    records = [*runs([[0.5]] * 2), *runs([[0.9]] * 3)[2:]]
    records[2]["definition"] = "other"
    found = verdict(measure_items(collect_items(records), MANIFEST, "run"), measured([[0.5]] * 3), "perf>=base")
    assert results(found) == ["holds"]
    assert "stale: 1 problem (p/02)" in " ".join(found.notes)


def test_gate_that_looks_at_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"s\[m\]"):
        verdict(measured([[0.5]]), None, "cec2020:perf>=1")


def test_gate_is_decided_for_every_model_and_suite_that_it_selects() -> None:
    records = [*runs([[0.5]] * 2, "a"), *runs([[0.9]] * 2, "b"), *runs([[0.9]] * 2, "a", "t")]
    now = measure_items(collect_items(records), MANIFEST, "run")
    found = verdict(now, None, "s:perf>=0.8", "[a]:perf>=0.6", "perf>=0.4")
    where = [(d.gate.text, d.suite, d.model, d.result) for d in found.decisions]
    assert where == [
        ("s:perf>=0.8", "s", "a", "violated"),
        ("s:perf>=0.8", "s", "b", "holds"),
        ("[a]:perf>=0.6", "s", "a", "violated"),
        ("[a]:perf>=0.6", "t", "a", "holds"),
        ("perf>=0.4", "s", "a", "holds"),
        ("perf>=0.4", "s", "b", "holds"),
        ("perf>=0.4", "t", "a", "holds"),
    ]


def test_comparison_covers_every_measure_that_both_sides_have() -> None:
    found = compare(measured(noisy(0.6, seed=1)), measured(noisy(0.7)))
    assert {c.measure: c.verdict for c in found if c.change.n} == {
        "err": "same",
        "perf": "worse",
        "reach": "worse",
        "perf_own_start": "worse",
    }
