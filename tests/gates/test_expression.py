from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.expression import MINIMUM_EFFECT, Gate, Limit, Regression, Rule, parse_gate
from llamoco_bench.scoring import MEASURES

ACCEPTED: dict[str, tuple[str, Rule, str, str]] = {
    "err<=0.3": ("err", Limit("<=", 0.3), "*", "*"),
    " err <= 0.3 ": ("err", Limit("<=", 0.3), "*", "*"),
    "perf>.5": ("perf", Limit(">", 0.5), "*", "*"),
    "comp<1e4": ("comp", Limit("<", 1e4), "*", "*"),
    "perf>=base": ("perf", Limit(">=", 0.0, "+"), "*", "*"),
    "perf>=base-0.02": ("perf", Limit(">=", 0.02, "-"), "*", "*"),
    "err<=base+0.05": ("err", Limit("<=", 0.05, "+"), "*", "*"),
    "comp<=base*1.1": ("comp", Limit("<=", 1.1, "*"), "*", "*"),
    "perf:regress": ("perf", Regression(MINIMUM_EFFECT), "*", "*"),
    "reach:regress(0.05)": ("reach", Regression(0.05), "*", "*"),
    "cec2020:perf:regress": ("perf", Regression(), "cec2020", "*"),
    "[pool:slsqp]:perf>=0.5": ("perf", Limit(">=", 0.5), "*", "pool:slsqp"),
    "synthetic/unconstrained[hf:./a/b]:rec<=1": ("rec", Limit("<=", 1.0), "synthetic/unconstrained", "hf:./a/b"),
    "cec*[pool:*]:feasible>=0.9": ("feasible", Limit(">=", 0.9), "cec*", "pool:*"),
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_gate_is_read(text: str) -> None:
    measure, rule, suite, model = ACCEPTED[text]
    assert parse_gate(text) == Gate(text.strip(), measure, rule, suite, model)


REFUSED = {
    "": "err<=0.3",
    "perf": "err<=0.3",
    "perf=0.3": "err<=0.3",
    "prf<=0.3": "Did you mean 'perf'",
    "speed<=3": "comp",
    "perf>=": "base-NUMBER",
    "perf>=good": "base-NUMBER",
    "perf>=base-": "base-NUMBER",
    "perf>=base/2": "base-NUMBER",
    "perf==0.3": "err<=0.3",
    "perf>=0.3.1": "base-NUMBER",
    "perf>=nan": "base-NUMBER",
    "perf>=1e999": "too large",
    "perf:regres": ":regress",
    "perf:regress(": "MINIMUM_EFFECT",
    "perf:regress(-1)": "MINIMUM_EFFECT",
    "perf:regress(1e999)": "too large",
    "cec2020[m:perf>=1": "err<=0.3",
    "cec2020/perf>=1": "err<=0.3",
}


@pytest.mark.parametrize("text", REFUSED)
def test_wrong_gate_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_gate(text)
    assert REFUSED[text] in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        gate = parse_gate(text)
    except UsageError:
        return
    assert gate.measure in MEASURES


@given(
    st.sampled_from(sorted(MEASURES)),
    st.sampled_from(["<=", "<", ">=", ">"]),
    st.floats(0, 1e6, allow_nan=False),
    st.sampled_from(["", "base", "base+", "base-", "base*"]),
)
def test_limit_is_what_was_written(measure: str, operator: str, number: float, base: str) -> None:
    shown = "" if base == "base" else repr(number)
    rule = parse_gate(f"{measure}{operator}{base}{shown}").rule
    assert isinstance(rule, Limit)
    expected = {"": number, "base": 2.0, "base+": 2.0 + number, "base-": 2.0 - number, "base*": 2.0 * number}
    assert rule.against(2.0) == expected[base]


@pytest.mark.parametrize(
    ("suite", "model", "selected"), [("cec2020", "a", True), ("cec2020", "b", False), ("smoke", "a", False)]
)
def test_selector_limits_a_gate_to_suite_and_model(suite: str, model: str, selected: bool) -> None:
    assert parse_gate("cec2020[a]:perf>=1").selects(suite, model) == selected


def test_only_what_speaks_of_the_baseline_needs_one() -> None:
    needs = {text: parse_gate(text).needs_baseline for text in ("err<=0.3", "perf>=base", "perf:regress")}
    assert needs == {"err<=0.3": False, "perf>=base": True, "perf:regress": True}
