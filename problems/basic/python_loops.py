"""Prints formulas as plain Python with explicit loops; indices run from 0."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Call,
    Choice,
    Definition,
    Element,
    Formula,
    Index,
    Least,
    Mod,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Total,
)
from llamoco_bench.problems.basic.python_arrays import ANY, ATOM, FACTOR, SIGNED, strength, sum_text
from llamoco_bench.problems.basic.written import written

INDENT: Final = "    "
_FUNCTIONS: Final = {"ln": "math.log", "abs": "abs"}
_NAMES: Final = {"pi": "math.pi", "e": "math.e", "i": "i + 1"}
_LESS_ONE: Final = ((1, Name("i")), (-1, Number(1)))
_STARTS: Final = {"sum": "0.0", "prod": "1.0", "max": "-math.inf"}
_STEPS: Final = {"sum": "{name} += {value}", "prod": "{name} *= {value}", "max": "{name} = max({name}, {value})"}


class LoopWriter:
    """Writes statements that work a formula out element by element.

    Parameters
    ----------
    dim: length of the vectors.
    called: names in the code of vectors that have others in the formula.

    Attributes
    ----------
    lines: what was written so far.
    """

    def __init__(self, dim: int, called: Mapping[str, str] = MappingProxyType({})) -> None:
        self.dim = dim
        self._called = called
        self.lines: list[str] = []
        self._depth = 0
        self._count = 0

    def write(self, formula: Formula, target: str) -> None:
        """Assign the value of a formula to `target`, e.g. ``"f1 ="``, or return it."""
        for definition in formula.definitions:
            self.define(definition)
        self.emit(f"{target} {self.show(formula.value)}")

    def emit(self, line: str) -> None:
        """Write one line at the present depth."""
        self.lines.append(INDENT * self._depth + line)

    def show(self, node: Node, weakest: int = ANY) -> str:
        """Print a node, in parentheses if it binds weaker than `weakest`; sums in it are worked out before."""
        text = self._show(node)
        return f"({text})" if _strength(node) < weakest else text

    def define(self, definition: Definition) -> None:
        """Work out a quantity that others stand on."""
        if not definition.is_vector:
            self.emit(f"{definition.name} = {self.show(definition.value)}")
            return
        self.emit(f"{definition.name} = []")
        self.emit(f"for i in range({self.dim}):")
        self._depth += 1
        self.emit(f"{definition.name}.append({self.show(definition.value)})")
        self._depth -= 1

    def _show(self, node: Node) -> str:
        match node:
            case Number(value):
                return written(value)
            case Name(id):
                return _NAMES.get(id, id.replace("_", ""))
            case Element(vector, index, column):
                place = self._index(index) if column is None else f"{self._index(index)}, {self._index(column)}"
                return f"{self._called.get(vector, vector)}[{place}]"
            case Sum(terms) if terms == _LESS_ONE:
                return "i"
            case Sum(terms):
                return sum_text(terms, self.show)
            case Product(factors):
                return " * ".join(self.show(f, FACTOR if place == 0 else SIGNED) for place, f in enumerate(factors))
            case Quotient(top, bottom):
                return f"{self.show(top, FACTOR)} / {self.show(bottom, SIGNED)}"
            case Power(base, exponent):
                return f"{self.show(base, ATOM)} ** {self.show(exponent, ATOM)}"
            case Call("sgn", argument):
                return f"math.copysign(1.0, {self.show(argument)})"
            case Call(function, argument):
                return f"{_FUNCTIONS.get(function, f'math.{function}')}({self.show(argument)})"
            case Total():
                return self._total(node)
            case Least(first, second):
                return f"min({self.show(first)}, {self.show(second)})"
            case Mod(value, divisor):
                return f"{self.show(value, FACTOR)} % {divisor}"
            case Choice(left, right, chosen, otherwise):
                condition = f"{self.show(left)} <= {self.show(right)}"
                return f"{self.show(chosen, FACTOR)} if {condition} else {self.show(otherwise, FACTOR)}"
        raise AssertionError(node)

    def _index(self, index: Index) -> str:
        if index.around:
            return f"({index.name} + 1) % {self.dim}"
        if index.name == "n":
            return str(self.dim - 1)
        if not index.name:
            return str(index.offset - 1)
        return f"{index.name} + {index.offset}" if index.offset else index.name

    def _total(self, node: Total) -> str:
        self._count += 1
        name = f"{node.kind}{self._count}"
        self.emit(f"{name} = {_STARTS[node.kind]}")
        self.emit(f"for {node.index} in {self._range(node)}:")
        self._depth += 1
        value = self.show(node.body)
        self.emit(_STEPS[node.kind].format(name=name, value=value))
        self._depth -= 1
        return name

    def _range(self, node: Total) -> str:
        if node.last == Name("i"):
            return "range(i + 1)"
        assert isinstance(node.last, Number)
        first, stop = node.first - node.over_elements, int(node.last.value) + (not node.over_elements)
        return f"range({first}, {stop})" if first else f"range({stop})"


def _strength(node: Node) -> int:
    if isinstance(node, Sum) and node.terms == _LESS_ONE:
        return ATOM
    return ANY if isinstance(node, Choice) or node == Name("i") else strength(node)
