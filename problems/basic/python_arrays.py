"""Prints formulas as numpy code without loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    n,
    walk,
)
from llamoco_bench.problems.basic.written import written

ANY, FACTOR, SIGNED, BASE, ATOM = range(5)
"""How strongly the printed form of a node binds: sums, products, minus signs, powers, atoms."""

_FUNCTIONS: Final = {"ln": "log", "sgn": "sign"}
_CONSTANTS: Final = {"pi": "np.pi", "e": "np.e"}
_WHOLE_RANGE: Final = (0, 0)


class ArrayPrinter:
    """Prints formulas over whole vectors.

    Parameters
    ----------
    dim: length of the vectors, or None where the code takes any length, `n`.
    called: names in the code of vectors that have others in the formula.
    """

    def __init__(self, dim: int | None = None, called: Mapping[str, str] = MappingProxyType({})) -> None:
        self.dim = dim
        self._called = called
        # What the running index leaves out at the front and, as a negative number, at the end; None outside of sums.
        self._range: tuple[int, int] | None = None
        self._inner = False

    def lines(self, formula: Formula, target: str) -> list[str]:
        """Return statements that assign the value of a formula to `target`, e.g. ``"f1 ="``, or return it."""
        body = [line for d in formula.definitions for line in self._definition(d)]
        return [*self._indices(formula), *body, f"{target} {self.show(formula.value)}"]

    def show(self, node: Node, weakest: int = ANY) -> str:
        """Print a node, in parentheses if it binds weaker than `weakest`."""
        text = self._show(node)
        return f"({text})" if strength(node) < weakest else text

    def _indices(self, formula: Formula) -> list[str]:
        """Arrays of the indices that are used as numbers."""
        nodes = [part for value in formula.values for part in walk(value)]
        last = "n + 1" if self.dim is None else str(self.dim + 1)
        lines = [f"i = np.arange(1, {last})"] if nodes.count(Name("i")) > sum(map(_is_partial, nodes)) else []
        totals = [part for part in nodes if isinstance(part, Total) and part.index == "k"]
        series = {f"k = np.arange({part.first}, {written(_value(part.last) + 1)})" for part in totals}
        return [*lines, *sorted(series)]

    def _definition(self, definition: Definition) -> list[str]:
        self._range = _WHOLE_RANGE if definition.is_vector else None
        line = f"{definition.name} = {self.show(definition.value)}"
        self._range = None
        return [line]

    def _show(self, node: Node) -> str:
        match node:
            case Number(value):
                return written(value)
            case Name(id):
                return self._name(id)
            case Element(vector, index):
                return self._element(vector, index)
            case Sum(terms):
                return sum_text(terms, self.show)
            case Product(factors):
                return " * ".join(self.show(f, FACTOR if place == 0 else SIGNED) for place, f in enumerate(factors))
            case Quotient(top, bottom):
                return f"{self.show(top, FACTOR)} / {self.show(bottom, SIGNED)}"
            case Power(base, exponent):
                return f"{self.show(base, ATOM)} ** {self.show(exponent, ATOM)}"
            case Call(function, argument):
                return f"np.{_FUNCTIONS.get(function, function)}({self.show(argument)})"
            case Total():
                return self._total(node)
            case Least(first, second):
                return f"min({self.show(first)}, {self.show(second)})"
            case Mod(value, divisor):
                return f"{self.show(value, FACTOR)} % {divisor}"
            case Choice(left, right, chosen, otherwise):
                condition = f"{self.show(left)} <= {self.show(right)}"
                return f"np.where({condition}, {self.show(chosen)}, {self.show(otherwise)})"
        raise AssertionError(node)

    def _name(self, id: str) -> str:
        return f"{id}[:, None]" if id == "i" and self._inner else _CONSTANTS.get(id, id.replace("_", ""))

    def _element(self, vector: str, index: Index) -> str:
        vector = self._called.get(vector, vector)
        if index.around:
            return f"np.roll({vector}, -1)"
        if index.name == "n":
            return f"{vector}[-1]"
        if not index.name:
            return f"{vector}[{index.offset - 1}]"
        assert self._range is not None
        start, stop = self._range[0] + index.offset, self._range[1] + index.offset
        piece = f"[{start or ''}:{stop or ''}]" if start or stop else ""
        return f"{vector}{piece}" + ("[:, None]" if self._inner else "")

    def _total(self, node: Total) -> str:
        if node.index == "j":
            assert isinstance(node.body, Element)
            return f"np.cumsum({self._called.get(node.body.vector, node.body.vector)})"
        if node.index == "k":
            return self._series(node)
        self._range = (node.first - 1, self._from_end(node.last))
        text = f"np.{node.kind}({self.show(node.body)})"
        self._range = None
        return text

    def _series(self, node: Total) -> str:
        self._inner = self._range is not None
        text = f"np.sum({self.show(node.body)}{', axis=1' if self._inner else ''})"
        self._inner = False
        return text

    def _from_end(self, last: Node) -> int:
        match last:
            case Number(value):
                assert self.dim is not None
                return int(value) - self.dim
            case Sum(((1, first), (-1, Number(value)))) if first == n:
                return -int(value)
        assert last == n
        return 0


def sum_text(terms: tuple[tuple[int, Node], ...], show: Callable[[Node, int], str]) -> str:
    """Print terms with their signs."""
    (sign, first), *others = terms
    text = ("-" if sign < 0 else "") + show(first, FACTOR if sign < 0 else ANY)
    for sign, term in others:
        text += (" - " if sign < 0 else " + ") + show(term, FACTOR)
    return text


def strength(node: Node) -> int:
    """How strongly the printed form of a node holds together."""
    match node:
        case Sum() | Mod():
            return ANY
        case Product() | Quotient():
            return FACTOR
        case Number(value) if value < 0:
            return SIGNED
        case Power():
            return BASE
    return ATOM


def _is_partial(node: Node) -> bool:
    """Tell whether a node is a sum to i, in which i is no number of its own."""
    return isinstance(node, Total) and node.last == Name("i")


def _value(node: Node) -> float:
    assert isinstance(node, Number)
    return node.value
