r"""Prints formulas as LaTeX.

Several formulas stand in one text, so that the names of each carry a number: ``z[i]`` of the second one is
``z_{2,i}``. Names that bring a number, ``f_2``, keep it; those that all share, x, y, o and M, go without.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Call,
    Choice,
    Element,
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
from llamoco_bench.problems.basic.written import written

SHARED: Final = frozenset("xyoM")

_ANY, _TERM, _SIGNED, _FACTOR, _BASE = range(5)
_SYMBOLS: Final = {"pi": r"\pi", "mu": r"\mu"}
_UNNUMBERED: Final = frozenset({"pi", "e", "i", "j", "k"})


class LatexPrinter:
    """Prints the formulas of one part of a problem.

    Parameters
    ----------
    number: what the names of the part carry, e.g. ``"2"``; "" for none.
    dim: length of its vectors.
    called: names in the text of vectors that have others in the formula.
    """

    def __init__(self, number: str, dim: int, called: Mapping[str, str] = MappingProxyType({})) -> None:
        self.number = number
        self.dim = dim
        self._called = called

    def show(self, node: Node, weakest: int = _ANY) -> str:
        """Print a formula, in parentheses if it binds weaker than `weakest`."""
        text = self._show(node)
        return rf"\left({text}\right)" if _strength(node) < weakest else text

    def name(self, identifier: str, index: str = "") -> str:
        """Print a name with its number and an index."""
        base, _, own = self._called.get(identifier, identifier).partition("_")
        number = own or ("" if base in SHARED else self.number)
        subscripts = ",".join(part for part in (number, index) if part)
        return _SYMBOLS.get(base, base) + (f"_{{{subscripts}}}" if subscripts else "")

    def _show(self, node: Node) -> str:
        match node:
            case Number(value):
                return number_text(value)
            case Name(id):
                return _SYMBOLS.get(id, id) if id in _UNNUMBERED else self.name(id)
            case Element(vector, index, column):
                place = self._index(index) if column is None else f"{self._index(index)},{self._index(column)}"
                return self.name(vector, place)
            case Sum(terms):
                return self._sum(terms)
            case Product(factors):
                return self._product(factors)
            case Quotient(top, bottom):
                return rf"\frac{{{self.show(top)}}}{{{self.show(bottom)}}}"
            case Power(Call("sin" | "cos" as function, argument), exponent):
                return rf"\{function}^{{{self.show(exponent)}}}\left({self.show(argument)}\right)"
            case Power(base, exponent):
                return f"{self.show(base, _BASE)}^{{{self.show(exponent)}}}"
            case Call():
                return self._call(node)
            case Total():
                return self._total(node)
            case Least(first, second):
                return rf"\min\left\{{{self.show(first)}, {self.show(second)}\right\}}"
            case Mod(value, divisor):
                return rf"\left({self.show(value, _FACTOR)} \bmod {divisor}\right)"
            case Choice(left, right, chosen, otherwise):
                condition = rf"\text{{if }} {self.show(left)} \le {self.show(right)}"
                case = rf"{self.show(chosen)} & {condition}"
                return rf"\begin{{cases}} {case}, \\ {self.show(otherwise)} & \text{{otherwise}} \end{{cases}}"
        raise AssertionError(node)

    def _index(self, index: Index) -> str:
        if index.around:
            return rf"({index.name} \bmod {self.dim}) + 1"
        if index.name == "n":
            return str(self.dim)
        if not index.name:
            return str(index.offset)
        return f"{index.name}+{index.offset}" if index.offset else index.name

    def _sum(self, terms: tuple[tuple[int, Node], ...]) -> str:
        text = ""
        for sign, term in terms:
            shown = self.show(term, _TERM if text or sign > 0 else _FACTOR)
            if text or sign < 0:
                shown = rf"\left({shown}\right)" if shown.startswith("-") else shown
            mark = ("-" if sign < 0 else "") if not text else (" - " if sign < 0 else " + ")
            text += mark + shown
        return text

    def _product(self, factors: tuple[Node, ...]) -> str:
        first, *others = factors
        text = self.show(first, _FACTOR)
        for factor in others:
            shown = self.show(factor, _FACTOR)
            shown = rf"\left({shown}\right)" if shown.startswith("-") else shown
            # Numbers side by side would read as one number, or as a mixed fraction.
            text += (r" \cdot " if shown.removeprefix(r"\frac{")[0].isdigit() else " ") + shown
        return text

    def _call(self, node: Call) -> str:
        inner = self.show(node.argument)
        match node.function:
            case "sqrt":
                return rf"\sqrt{{{inner}}}"
            case "abs":
                return rf"\left|{inner}\right|"
            case "floor":
                return rf"\left\lfloor {inner} \right\rfloor"
            case "sgn":
                return rf"\operatorname{{sgn}}\left({inner}\right)"
            case function:
                return rf"\{function}\left({inner}\right)"

    def _total(self, node: Total) -> str:
        last, body = self.show(node.last), self.show(node.body, _FACTOR)
        if node.kind == "max":
            return rf"\max_{{{node.first} \le {node.index} \le {last}}} {body}"
        return rf"\{node.kind}_{{{node.index}={node.first}}}^{{{last}}} {body}"


def number_text(value: float) -> str:
    r"""Write a number so that it reads back exactly, with ``\times 10^{k}`` in place of an exponent."""
    mantissa, mark, exponent = written(value).partition("e")
    if not mark:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"


def _strength(node: Node) -> int:
    match node:
        case Sum(terms):
            return _SIGNED if len(terms) == 1 else _ANY
        case Total() | Choice():
            return _TERM
        case Number(value):
            return _SIGNED if value < 0 else _FACTOR if "e" in written(value) else _BASE
        case Call("abs" | "floor"):
            return _BASE
        case Product() | Quotient() | Power() | Call():
            return _FACTOR
    return _BASE
