"""The language of gates, as in ``--llamoco-fail-on 'cec2020[big]:perf>=base-0.02'``.

::

    gate      = [selector ":"] measure condition
    selector  = suite | "[" model "]" | suite "[" model "]"        globs; all where left out
    measure   = err | rec | perf | reach | comp | feasible | perf_own_start
    condition = operator limit | ":regress" | ":regress(" effect ")"
    operator  = "<=" | "<" | ">=" | ">"
    limit     = number | "base" | "base+" number | "base-" number | "base*" number

A gate states what must hold; ``:regress`` fires where the measure has become worse than the baseline's, by a paired
interval and by more than the minimum effect.
"""

from __future__ import annotations

import fnmatch
import math
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from llamoco_bench.errors import UsageError, choose
from llamoco_bench.scoring import MEASURES

Operator = Literal["<=", "<", ">=", ">"]
Reference = Literal["", "+", "-", "*"]

MINIMUM_EFFECT: Final = 0.01
"""Loss below which ``:regress`` keeps silent, however sure it is; for `comp` a share of the baseline's value."""

FORMS: Final = "err<=0.3, perf>=base-0.02, comp<=base*1.1, perf:regress, reach:regress(0.02), cec2020[MODEL]:err<=0.3"

_NUMBER: Final = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_GATE: Final = re.compile(
    r"(?:(?P<suite>[^\[\]:<>=]*)(?:\[(?P<model>[^\[\]]*)\])?:)?"
    r"(?P<measure>[A-Za-z_]+)"
    r"(?P<condition>[<>:].*)"
)
_LIMIT: Final = re.compile(
    rf"(?P<operator><=|>=|<|>)(?:(?P<base>base)(?:(?P<sign>[+*-])(?P<by>{_NUMBER}))?|"
    rf"(?P<number>-?{_NUMBER}))"
)
_REGRESS: Final = re.compile(rf":regress(?:\((?P<effect>{_NUMBER})\))?")


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that the measure must keep to.

    Attributes
    ----------
    operator: between the measure and the limit.
    number: the limit, or what is added to, taken from or multiplied with the baseline's value.
    reference: how the baseline's value comes in; empty where the limit is `number` itself.
    """

    operator: Operator
    number: float
    reference: Reference = ""

    def against(self, base: float) -> float:
        """Return the limit, given the baseline's value (not looked at where `reference` is empty)."""
        if self.reference == "*":
            return base * self.number
        if not self.reference:
            return self.number
        return base + self.number if self.reference == "+" else base - self.number

    def holds(self, value: float, limit: float, tolerance: float = 0.0) -> bool:
        """Tell whether `value` keeps to `limit`."""
        if self.operator == "<=":
            return value <= limit + tolerance
        if self.operator == "<":
            return value < limit
        return value >= limit - tolerance if self.operator == ">=" else value > limit


@dataclass(frozen=True, slots=True)
class Regression:
    """The measure must not become worse than the baseline's by more than `effect`, beyond doubt."""

    effect: float = MINIMUM_EFFECT


Rule: TypeAlias = Limit | Regression


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Attributes
    ----------
    text: as the user wrote it.
    measure: name of one of `llamoco_bench.scoring.MEASURES`.
    rule: what must hold of it.
    suite, model: globs of the suites and models that it looks at, each by itself.
    """

    text: str
    measure: str
    rule: Rule
    suite: str = "*"
    model: str = "*"

    @property
    def needs_baseline(self) -> bool:
        """Whether it cannot be decided without a baseline."""
        return isinstance(self.rule, Regression) or bool(self.rule.reference)

    def selects(self, suite: str, model: str) -> bool:
        """Tell whether the gate looks at `model` on `suite`."""
        return fnmatch.fnmatchcase(suite, self.suite) and fnmatch.fnmatchcase(model, self.model)


def parse_gate(text: str) -> Gate:
    """Parse one gate; blanks do not matter.

    Raises
    ------
    UsageError: with the measures or forms that are allowed.
    """
    found = _GATE.fullmatch("".join(text.split()))
    if found is None:
        raise UsageError(f"{text!r} is no gate. Allowed forms: {FORMS}; measures: {', '.join(MEASURES)}")
    if found["measure"] not in MEASURES:
        raise choose(f"measure in the gate {text!r}:", found["measure"], MEASURES)
    suite, model = found["suite"] or "*", found["model"] or "*"
    return Gate(text.strip(), found["measure"], _rule(found["condition"], text), suite, model)


def _rule(condition: str, text: str) -> Rule:
    if regress := _REGRESS.fullmatch(condition):
        return Regression() if regress["effect"] is None else Regression(_finite(regress["effect"], text))
    limit = _LIMIT.fullmatch(condition)
    if limit is None:
        raise UsageError(
            f"{text!r} is no gate: behind the measure stands {condition!r}. Allowed: one of "
            f"{', '.join(get_args(Operator))} and a number, "
            "base, base+NUMBER, base-NUMBER or base*NUMBER; or :regress, or :regress(MINIMUM_EFFECT)"
        )
    number = _finite(limit["number"] or limit["by"] or "0", text)
    reference = (limit["sign"] or "+") if limit["base"] else ""
    return Limit(limit["operator"], number, reference)  # type: ignore[arg-type]


def _finite(number: str, text: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise UsageError(f"{text!r} is no gate: {number} is too large a number")
    return value
