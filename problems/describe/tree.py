"""Expressions and statements of a problem's definition, as an immutable tree.

The tree is what the notation is parsed to and what evaluators, Python texts and LaTeX texts are printed from.
Indices are 1-based, as in the notation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Operator = Literal["+", "-", "*", "/", "^"]
Relation = Literal["<", "<=", ">", ">=", "=="]


@dataclass(frozen=True, slots=True)
class Number:
    """A constant, kept as it is written so that texts show what the author wrote."""

    text: str

    @property
    def value(self) -> float:
        """The IEEE double that the text stands for."""
        return float(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A scalar quantity, an index, or ``pi``."""

    id: str


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a vector: of the point ``x``, of a list, of a family or of a table."""

    vector: str
    index: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    """Minus an operand."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands joined by an arithmetic operator."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `llamoco_bench.problems.describe.functions` and its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison; false where an operand is not a number."""

    relation: Relation
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """`chosen` where the condition holds, else `otherwise`."""

    condition: Condition
    chosen: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Span:
    """An index that runs from `first` to `last`, both included."""

    index: str
    first: int
    last: int

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of `body` over an index."""

    span: Span
    body: Expression


Expression = Number | Name | Item | Negation | Binary | Call | Choice | Sum
Node = Expression | Condition


@dataclass(frozen=True, slots=True)
class Scalar:
    """``name = value``."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Listing:
    """``name = [value, ...]``."""

    name: str
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """``name[i] = value for i = 1..last``."""

    name: str
    span: Span
    value: Expression


@dataclass(frozen=True, slots=True)
class Output:
    """The objective ``f``, or one or (with a span) several constraints ``g[...]`` or ``h[...]``.

    `index` is affine in the index of `span`, with slope 1.
    """

    kind: Literal["f", "g", "h"]
    index: Expression
    span: Span | None
    value: Expression


Quantity = Scalar | Listing | Family
Statement = Quantity | Output


def children(node: Node) -> Iterator[Node]:
    """Yield the direct parts of a node that are nodes themselves, in the order they are written."""
    for field in node.__slots__:
        part = getattr(node, field)
        if isinstance(part, tuple):
            yield from part
        elif isinstance(part, Node):
            yield part


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def values(statement: Statement) -> tuple[Expression, ...]:
    """Return the right-hand sides of a statement."""
    return statement.values if isinstance(statement, Listing) else (statement.value,)
