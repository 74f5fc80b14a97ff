"""What a kind of model is, and what its options are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from llamoco_bench.errors import UsageError, choose

Value = bool | int | float | str

_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EXPECTED: Final = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind.

    Attributes
    ----------
    default: None where the adapter decides; `shown` then says how.
    help: what it does, for errors and documentation.
    least: smallest value allowed.
    choices: the only values allowed, if there are any.
    """

    name: str
    type: Literal["int", "float", "bool", "str"]
    default: Value | None
    help: str
    least: float | None = None
    choices: tuple[str, ...] = ()
    shown: str = ""

    def parse(self, text: str) -> Value:
        """Turn the text of a spec into a value.

        Raises
        ------
        UsageError: for a value of the wrong type or outside what is allowed.
        """
        if self.choices and text not in self.choices:
            raise choose(f"value of {self.name}", text, self.choices)
        if not text:
            raise self._refusal(text)
        try:
            value = _convert(text, self.type)
        except (ValueError, KeyError):
            raise self._refusal(text) from None
        if self.least is not None and (isinstance(value, str) or not self.least <= value < math.inf):
            raise self._refusal(text)
        return value

    def _refusal(self, text: str) -> UsageError:
        at_least = "" if self.least is None else f", at least {self.least:g}"
        return UsageError(f"Option {self.name} is {text!r}, expected {_EXPECTED[self.type]}{at_least} ({self.help})")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model.

    Attributes
    ----------
    argument: what stands behind the colon; empty for a kind that takes no name.
    module: where its ``make(spec)`` and ``prepare(spec, say)`` are.
    extra: the extra of this distribution that brings the packages it needs; empty if it needs none.
    open_options: any option is let through, as true/false, number or text; the adapter checks it.
    brokered: holds weights or connections, so that all workers of a session share one process of it.
    wraps: stands over another model, whose spec is its name; ``wrap(spec, inner)`` of its module gives the adapter.
    proposes_points: answers with points to be evaluated, not with a program.
    fixed: does not read what it is asked, so that nothing can stand over it.
    """

    name: str
    argument: str
    summary: str
    module: str
    options: tuple[Option, ...] = ()
    extra: str = ""
    open_options: bool = False
    brokered: bool = False
    wraps: bool = False
    proposes_points: bool = False
    fixed: bool = False

    def defaults(self) -> dict[str, Value | None]:
        """Every option with its default."""
        return {option.name: option.default for option in self.options}

    def parse_option(self, name: str, text: str) -> Value:
        """Turn one ``name=text`` of a spec into a value. Raises `UsageError`."""
        if self.open_options:
            return guess(text)
        for option in self.options:
            if option.name == name:
                return option.parse(text)
        if not self.options:
            raise UsageError(f"Models of kind {self.name} take no options, got {name}={text}")
        raise choose(f"option of {self.name}", name, [option.name for option in self.options])


def guess(text: str) -> Value:
    """Read a value whose type nobody declared: true/false, a number, else text."""
    if text in ("true", "false"):
        return text == "true"
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def _convert(text: str, kind: Literal["int", "float", "bool", "str"]) -> Value:
    if kind == "int":
        return int(text)
    if kind == "bool":
        return _WORDS[text.lower()]
    if kind == "float":
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return value
    return text
