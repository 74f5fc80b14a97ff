"""Answer programs as text: a file of this folder, with a configuration written into its constants.

Each optimizer is one plain Python file that follows the contract of generated programs. Its hyper-parameters are the
constants at its top (``FTOL = 1e-6  # meaning``); a configuration replaces their values and nothing else. What is
shown to a language model and what is run for a label are therefore the same text.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from llamoco_bench.errors import UsageError, choose

Value = bool | int | float | str

_CONSTANT: Final = re.compile(r"^([A-Z][A-Z0-9_]*) = (.+?)(?=  #|$)", re.MULTILINE)
_PRAGMA: Final = re.compile(r"^# (?:mypy|ruff): .*\n", re.MULTILINE)


@cache
def template(module: str) -> str:
    """Text of the program in the file `module` of this folder, without the comments that are for our own tools."""
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return _PRAGMA.sub("", text)


@cache
def constants(module: str) -> Mapping[str, Value]:
    """Hyper-parameters of a program with the values in its file, by lower-case name."""
    found = {name.lower(): ast.literal_eval(text) for name, text in _CONSTANT.findall(template(module))}
    return MappingProxyType(found)


def complete(module: str, config: Mapping[str, object] | None) -> dict[str, Value]:
    """Fill up `config` with the defaults of a program.

    Raises
    ------
    UsageError: a name that the program does not have, a value of another type than the default's, or a number that is
        not finite, which cannot be written into a program.
    """
    values = dict(constants(module))
    for name, value in (config or {}).items():
        if name not in values:
            raise choose(f"hyper-parameter of {module.replace('_', '-')}", name, values)
        values[name] = _converted(f"{name} of {module.replace('_', '-')}", value, values[name])
    return values


def _converted(name: str, value: object, default: Value) -> Value:
    """Check `value` against the type of `default`; an int is taken for a float."""
    if isinstance(default, float) and type(value) in (int, float):
        return _finite(name, value, default)
    if isinstance(value, bool | int | float | str) and type(value) is type(default):
        return value
    raise UsageError(f"{name} is {value!r}, but should be of type {type(default).__name__}, like {default!r}")


def _finite(name: str, value: Any, default: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise UsageError(f"{name} is {number}, but should be a finite number, like {default!r}")
    return number


def render(module: str, config: Mapping[str, object] | None = None) -> str:
    """Text of a program with `config` written into its constants; the others keep their defaults."""
    values = complete(module, config)

    def assignment(match: re.Match[str]) -> str:
        return f"{match[1]} = {values[match[1].lower()]!r}"

    return _CONSTANT.sub(assignment, template(module))
