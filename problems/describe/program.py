"""A checked definition: statements of which every name, index and constraint number is known to be right."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.describe.functions import FUNCTIONS
from llamoco_bench.problems.describe.indexing import affine, extent
from llamoco_bench.problems.describe.notation import NotationError, parse
from llamoco_bench.problems.describe.tree import (
    Call,
    Expression,
    Family,
    Item,
    Listing,
    Name,
    Node,
    Output,
    Quantity,
    Span,
    Statement,
    Sum,
    children,
    values,
    walk,
)

_IDENTIFIER: Final = re.compile(r"(?!total\d)[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_RESERVED: Final = frozenset(
    {
        *("x", "f", "g", "h", "pi", "D", "if", "sum", *FUNCTIONS),
        *("np", "range", "int", "objective", "inequality", "equality", "intermediates", "shared", "round_half_away"),
        *keyword.kwlist,
    }
)
"""What already means something in the notation or in the Python texts."""

Table = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """The definition of a problem.

    Attributes
    ----------
    dim: number of variables.
    text: what it was parsed from.
    statements: in an order in which every quantity stands before its uses.
    tables: vectors given as data instead of in the text.
    lengths: number of elements of every vector, ``x`` included.
    constant: names of the tables and of the quantities that do not depend on the point.
    n_inequality, n_equality: number of constraints of each kind.
    """

    dim: int
    text: str
    statements: tuple[Statement, ...]
    tables: Mapping[str, Table]
    lengths: Mapping[str, int]
    constant: frozenset[str]
    n_inequality: int
    n_equality: int

    @property
    def source(self) -> str:
        """Everything that fixes the values: the text and the tables."""
        return "\n".join([f"D = {self.dim}", self.text, *(f"{name} = {list(t)}" for name, t in self.tables.items())])

    @property
    def repeats(self) -> bool:
        """Whether there is a family or a sum."""
        return any(map(span_of, self.statements)) or any(isinstance(node, Sum) for node in self._nodes())

    def calls(self, function: str) -> bool:
        """Whether a function of the notation is used."""
        return any(isinstance(node, Call) and node.function == function for node in self._nodes())

    def _nodes(self) -> Iterator[Node]:
        return (node for statement in self.statements for value in values(statement) for node in walk(value))

    @property
    def quantities(self) -> Iterator[Quantity]:
        """The intermediate quantities, in order."""
        return (s for s in self.statements if not isinstance(s, Output))

    @property
    def all_outputs(self) -> tuple[Output, ...]:
        """The statements that give the objective, inequalities and equalities."""
        return tuple(output for kind in "fgh" for output in self.outputs(kind))

    def outputs(self, kind: str) -> tuple[Output, ...]:
        """The statements that give the objective (``f``), inequalities (``g``) or equalities (``h``), in order."""
        found = [s for s in self.statements if isinstance(s, Output) and s.kind == kind]
        return tuple(sorted(found, key=lambda output: numbers(output).start))

    def needed(self, statements: Iterable[Statement]) -> tuple[Quantity, ...]:
        """The quantities that some statements stand on, directly or not, in order."""
        wanted = frozenset[str]().union(*map(used, statements))
        kept: list[Quantity] = []
        for quantity in reversed(list(self.quantities)):
            if quantity.name in wanted:
                kept.append(quantity)
                wanted |= used(quantity)
        return tuple(reversed(kept))


def build(text: str, dim: int, tables: Mapping[str, Table] = MappingProxyType({})) -> Program:
    """Parse and check a definition.

    Raises
    ------
    NotationError: where the text does not follow the notation, uses what is not defined, or leaves a gap.
    """
    statements = parse(text, dim)
    checker = _Checker({"x": dim, **{name: len(table) for name, table in tables.items()}})
    for statement in statements:
        checker.statement(statement)
    outputs = [statement for statement in statements if isinstance(statement, Output)]
    if _count("f", outputs) != 1:
        raise NotationError("A definition needs one objective, a line 'f = ...'.")
    constant = frozenset(checker.constant)
    counts = _count("g", outputs), _count("h", outputs)
    return Program(dim, text, statements, tables, checker.lengths, constant, *counts)


def names(expression: Node) -> frozenset[str]:
    """Return the names of quantities, vectors and free indices in an expression."""
    found = frozenset[str]()
    match expression:
        case Name(id):
            found = frozenset({id})
        case Item(vector, _):
            found = frozenset({vector})
    found = found.union(*(names(child) for child in children(expression)))
    return found - {expression.span.index} if isinstance(expression, Sum) else found


def used(statement: Statement) -> frozenset[str]:
    """Return the names of the quantities, vectors and tables on the right-hand side of a statement."""
    found = frozenset[str]().union(*map(names, values(statement)))
    span = span_of(statement)
    return found - {span.index} if span else found


def span_of(statement: Statement) -> Span | None:
    """Return the span of a family of quantities or constraints, None for anything else."""
    return statement.span if isinstance(statement, Family | Output) else None


def numbers(output: Output) -> range:
    """Return the numbers (from 1) of the constraints that an output statement gives."""
    form = affine(output.index, {output.span.index} if output.span else ())
    if form is None or form.slope != (1 if output.span else 0):
        raise NotationError(f"Constraints are numbered {output.kind}1, {output.kind}2 or {output.kind}[i+2].")
    if output.span is None:
        return range(form.offset, form.offset + 1)
    return range(form.at(output.span.first), form.at(output.span.last) + 1)


def _count(kind: str, outputs: list[Output]) -> int:
    found = sorted(number for output in outputs if output.kind == kind for number in numbers(output))
    if found != list(range(1, len(found) + 1)):
        raise NotationError(f"The constraints {kind} are not numbered 1, 2, ... without gap or repetition: {found}.")
    return len(found)


def _check_name(name: str, of: str) -> None:
    if not _IDENTIFIER.fullmatch(name) or name in _RESERVED:
        raise NotationError(
            f"{name!r} cannot be the name of {of}: it is no word of letters, digits and single underscores, or has a "
            "meaning already."
        )


@dataclass(slots=True)
class _Checker:
    """Walks over the statements in order and knows what is defined so far."""

    lengths: dict[str, int]
    scalars: set[str] = field(default_factory=lambda: {"pi"})
    constant: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.constant = set(self.lengths) - {"x"}

    def statement(self, statement: Statement) -> None:
        span = span_of(statement)
        if span:
            self._index(span, values(statement), {})
        for value in values(statement):
            self._expression(value, {span.index: span} if span else {})
        if not isinstance(statement, Output):
            self._define(statement)

    def _define(self, quantity: Quantity) -> None:
        name = quantity.name
        _check_name(name, "a quantity")
        if name in self.scalars or name in self.lengths:
            raise NotationError(f"{name!r} is defined twice.")
        match quantity:
            case Listing(_, elements):
                self.lengths[name] = len(elements)
            case Family(_, span, _):
                self.lengths[name] = len(span)
            case _:
                self.scalars.add(name)
        if used(quantity) <= self.constant | {"pi"}:
            self.constant.add(name)

    def _expression(self, node: Node, spans: dict[str, Span]) -> None:
        match node:
            case Name(id) if id not in self.scalars and id not in spans:
                raise NotationError(f"{id!r} is used before it is defined.")
            case Item(vector, index):
                self._item(vector, index, spans)
            case Sum(span, body):
                self._index(span, (body,), spans)
                spans = {**spans, span.index: span}
        for child in children(node):
            self._expression(child, spans)

    def _index(self, span: Span, bodies: tuple[Expression, ...], spans: dict[str, Span]) -> None:
        _check_name(span.index, "an index")
        if span.index in spans or span.index in self.scalars or span.index in self.lengths:
            raise NotationError(f"The index {span.index!r} is already in use.")
        if len(span) < 1 or not all(span.index in names(body) for body in bodies):
            raise NotationError(f"Nothing is repeated by 'for {span.index} = {span.first}..{span.last}'.")

    def _item(self, vector: str, index: Expression, spans: dict[str, Span]) -> None:
        if vector not in self.lengths:
            raise NotationError(f"There is no vector {vector!r}; there are {', '.join(self.lengths)}.")
        form = affine(index, spans)
        if form is None:
            if vector not in self.constant:
                raise NotationError(f"{vector!r} is no list of constants, so its index cannot be computed.")
            return
        if form.variable is not None and form.slope < 1:
            raise NotationError(f"The index of {vector!r} must grow with {form.variable!r}.")
        low, high = extent(form, spans)
        if low < 1 or high > self.lengths[vector]:
            raise NotationError(f"{vector!r} has elements 1 to {self.lengths[vector]}, not {low} to {high}.")
