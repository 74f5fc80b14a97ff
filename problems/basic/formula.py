"""Formulas of the base functions and constraints, as trees from which LaTeX and Python texts are printed.

A formula is written with Python's operators on the names below::

    z = Vector("z")
    total(z[i] ** 2 - 10 * cos(2 * pi * z[i]) + 10)

Vectors are indexed from 1, as in mathematics: ``z[i]``, its neighbours ``z[i + 1]`` and, running round from the last to
the first, ``z[around]``; and ``z[1]``, ``z[n]``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Final, Literal

Function = Literal["sin", "cos", "exp", "ln", "sqrt", "abs", "floor", "sgn"]


class Node:
    """A part of a formula; operators build larger ones."""

    __slots__ = ()

    def __add__(self, other: Operand) -> Node:
        return Sum((*terms(self), *terms(node(other))))

    def __radd__(self, other: Operand) -> Node:
        return node(other) + self

    def __sub__(self, other: Operand) -> Node:
        return Sum((*terms(self), *((-sign, term) for sign, term in terms(node(other)))))

    def __rsub__(self, other: Operand) -> Node:
        return node(other) - self

    def __neg__(self) -> Node:
        return Sum(((-1, self),))

    def __mul__(self, other: Operand) -> Node:
        return Product((*factors(self), *factors(node(other))))

    def __rmul__(self, other: Operand) -> Node:
        return node(other) * self

    def __truediv__(self, other: Operand) -> Node:
        return Quotient(self, node(other))

    def __rtruediv__(self, other: Operand) -> Node:
        return node(other) / self

    def __pow__(self, other: Operand) -> Node:
        return Power(self, node(other))

    def __rpow__(self, other: Operand) -> Node:
        return node(other) ** self


Operand = Node | float


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A scalar: ``n``, ``pi``, an index used as a number, or a quantity that the formula defines."""

    id: str


@dataclass(frozen=True, slots=True)
class Index:
    """A place in a vector.

    Attributes
    ----------
    name: of the index that runs, ``"n"`` for the last place, or "" for a fixed one.
    offset: added to it.
    around: the place after `name`, and the first after the last.
    """

    name: str
    offset: int = 0
    around: bool = False

    def __add__(self, offset: int) -> Index:
        return Index(self.name, self.offset + offset)


@dataclass(frozen=True, slots=True)
class Element(Node):
    """One element of a vector, or with two indices of a matrix."""

    vector: str
    index: Index
    column: Index | None = None


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms with their signs; a single one is a negation."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """A fraction."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A power."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of one argument."""

    function: Function
    argument: Node


@dataclass(frozen=True, slots=True)
class Total(Node):
    """A sum, product or maximum over an index.

    Attributes
    ----------
    kind: which.
    index: name of the index.
    first, last: its range, both included; the last may be ``n``, ``n - 1`` or an outer index.
    body: what is summed.
    over_elements: the index picks elements of vectors; otherwise it is a number only.
    """

    kind: Literal["sum", "prod", "max"]
    index: str
    first: int
    last: Node
    body: Node
    over_elements: bool


@dataclass(frozen=True, slots=True)
class Least(Node):
    """The smaller of two values."""

    first: Node
    second: Node


@dataclass(frozen=True, slots=True)
class Mod(Node):
    """Remainder of a value that is not negative."""

    value: Node
    divisor: int


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`chosen` where left <= right, else `otherwise`."""

    left: Node
    right: Node
    chosen: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Definition:
    """``name = value``, or for every i from 1 to n ``name[i] = value``."""

    name: str
    value: Node
    is_vector: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A value and the quantities that it stands on, in the order of their definition."""

    value: Node
    definitions: tuple[Definition, ...] = ()

    @property
    def values(self) -> tuple[Node, ...]:
        """The right-hand sides of the definitions, and the value."""
        return (*(d.value for d in self.definitions), self.value)


class Vector:
    """Names a vector, to be indexed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, index: Index | int | Name) -> Element:
        if isinstance(index, int):
            return Element(self.name, Index("", index))
        return Element(self.name, Index(index.id) if isinstance(index, Name) else index)


n: Final = Name("n")
pi: Final = Name("pi")
e: Final = Name("e")
i: Final = Index("i")
j: Final = Index("j")
k: Final = Name("k")
around: Final = Index("i", 1, True)
number_i: Final = Name("i")
"""The index i as a number."""


def node(operand: Operand) -> Node:
    """Turn a plain number to a node."""
    return operand if isinstance(operand, Node) else Number(operand)


def terms(whole: Node) -> tuple[tuple[int, Node], ...]:
    """Return the terms of a sum, or the one that anything else is."""
    return whole.terms if isinstance(whole, Sum) else ((1, whole),)


def factors(whole: Node) -> tuple[Node, ...]:
    """Return the factors of a product, or the one that anything else is."""
    return whole.factors if isinstance(whole, Product) else (whole,)


def _function(name: Function) -> Callable[[Operand], Node]:
    return lambda argument: Call(name, node(argument))


sin, cos, exp, ln = _function("sin"), _function("cos"), _function("exp"), _function("ln")
sqrt, absolute, floor, sgn = _function("sqrt"), _function("abs"), _function("floor"), _function("sgn")


def total(body: Node, last: Node = n, first: int = 1) -> Node:
    """Return the sum over i."""
    return Total("sum", "i", first, last, body, True)


def product(body: Node) -> Node:
    """Return the product over i from 1 to n."""
    return Total("prod", "i", 1, n, body, True)


def largest(body: Node, last: Node = n) -> Node:
    """Return the maximum over i from 1."""
    return Total("max", "i", 1, last, body, True)


def partial_sum(vector: Vector) -> Node:
    """Return the sum of the elements 1 to i of a vector."""
    return Total("sum", "j", 1, number_i, vector[j], True)


def series(body: Node, first: int, last: int) -> Node:
    """Return the sum over k."""
    return Total("sum", "k", first, Number(last), body, False)


def children(whole: Node) -> Iterator[Node]:
    """Yield the nodes that a node is made of."""
    for _, part in _parts(whole):
        yield from part


def walk(whole: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it."""
    yield whole
    for child in children(whole):
        yield from walk(child)


def rebuilt(whole: Node, change: Callable[[Node], Node]) -> Node:
    """Return the same kind of node with its parts changed."""
    changed: dict[str, object] = {}
    for name, part in _parts(whole):
        value = getattr(whole, name)
        if name == "terms":
            changed[name] = tuple((sign, change(term)) for sign, term in value)
        else:
            changed[name] = tuple(map(change, part)) if name == "factors" else change(value)
    return replace(whole, **changed) if changed else whole  # type: ignore[type-var]


def _parts(whole: Node) -> Iterator[tuple[str, tuple[Node, ...]]]:
    for field in fields(whole):  # type: ignore[arg-type]
        value = getattr(whole, field.name)
        if field.name == "terms":
            yield field.name, tuple(term for _, term in value)
        elif field.name == "factors":
            yield field.name, value
        elif isinstance(value, Node):
            yield field.name, (value,)


def in_dimension(formula: Formula, dim: int) -> Formula:
    """Put a number in the place of n, and work out what then only stands on whole numbers."""
    definitions = (Definition(d.name, _numbered(d.value, dim), d.is_vector) for d in formula.definitions)
    return Formula(_numbered(formula.value, dim), tuple(definitions))


def _numbered(whole: Node, dim: int) -> Node:
    if whole == n:
        return Number(dim)
    match rebuilt(whole, lambda part: _numbered(part, dim)):
        case Sum(parts) if all(_is_whole(term) for _, term in parts):
            return Number(sum(sign * term.value for sign, term in parts if isinstance(term, Number)))
        case Product(parts) if all(map(_is_whole, parts)):
            return Number(math.prod(part.value for part in parts if isinstance(part, Number)))
        case other:
            return other


def _is_whole(part: Node) -> bool:
    return isinstance(part, Number) and float(part.value).is_integer()
