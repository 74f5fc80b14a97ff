"""Evaluates expressions node by node, with the arithmetic of IEEE doubles.

Slow, and the plainest statement of what the notation means: constants are worked out by it, and tests hold the
compiled evaluators against it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from llamoco_bench.problems.describe.program import Program, used
from llamoco_bench.problems.describe.runtime import maximum_point, pick_point, round_half_away
from llamoco_bench.problems.describe.tree import (
    Binary,
    Call,
    Choice,
    Condition,
    Expression,
    Family,
    Item,
    Listing,
    Name,
    Negation,
    Number,
    Quantity,
    Scalar,
    Sum,
)

Value = float | tuple[float, ...]

BINARY: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}
)
_RELATIONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
)
CALLS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "exp": np.exp,
        "ln": np.log,
        "log10": np.log10,
        "sqrt": np.sqrt,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "abs": np.abs,
        "round": round_half_away,
        "mod": np.mod,
        "max": maximum_point,
    }
)


def value_of(expression: Expression, scope: Mapping[str, Value]) -> float:
    """Return the value of an expression, given those of the names and vectors in it; 1-based indices."""
    with np.errstate(all="ignore"):
        return float(_value(expression, scope))


def _value(node: Expression, scope: Mapping[str, Value]) -> np.float64:
    """Evaluate on numpy scalars, whose arithmetic does not raise."""
    match node:
        case Number():
            return np.float64(node.value)
        case Name("pi"):
            return np.float64(math.pi)
        case Name(id):
            return np.float64(scope[id])  # type: ignore[arg-type]
        case Item(vector, index):
            elements = scope[vector]
            assert isinstance(elements, tuple)
            return np.float64(pick_point(elements, float(_value(index, scope))))
        case Negation(operand):
            return -_value(operand, scope)
        case Binary(sign, left, right):
            return np.float64(BINARY[sign](_value(left, scope), _value(right, scope)))
        case Call(function, arguments):
            return np.float64(CALLS[function](*(_value(argument, scope) for argument in arguments)))
        case Choice(Condition(relation, left, right), chosen, otherwise):
            holds = _RELATIONS[relation](_value(left, scope), _value(right, scope))
            return _value(chosen if holds else otherwise, scope)
        case Sum(span, body):
            terms = (_value(body, {**scope, span.index: float(i)}) for i in span)
            return sum(terms, start=np.float64(0.0))


def quantity_value(quantity: Quantity, scope: Mapping[str, Value]) -> Value:
    """Return the value of a quantity, a tuple for a list or family."""
    match quantity:
        case Scalar(_, value):
            return value_of(value, scope)
        case Listing(_, elements):
            return tuple(value_of(element, scope) for element in elements)
        case Family(_, span, value):
            return tuple(value_of(value, {**scope, span.index: float(i)}) for i in span)


def constants(program: Program) -> dict[str, Value]:
    """Return the values of all tables and of all quantities that do not depend on the point."""
    known: dict[str, Value] = dict(program.tables)
    for quantity in program.quantities:
        if used(quantity) <= known.keys() | {"pi"}:
            known[quantity.name] = quantity_value(quantity, known)
    return known
