"""Prints expressions as whole-array numpy for one point: an index becomes an axis."""

from __future__ import annotations

from functools import reduce
from typing import Self

from llamoco_bench.problems.describe.indexing import affine
from llamoco_bench.problems.describe.program import Program, names
from llamoco_bench.problems.describe.python import ATOM, MULTIPLICATION, PythonPrinter, precedence
from llamoco_bench.problems.describe.tree import Binary, Choice, Expression, Item, Span, Sum


class VectorPrinter(PythonPrinter):
    """Prints with ``x`` of shape (dim,) and families as vectors.

    Parameters
    ----------
    program: gives the lengths of vectors.
    spans: the indices that are axes, outermost first.
    """

    def __init__(self, program: Program, spans: tuple[Span, ...] = ()) -> None:
        self.program = program
        self.spans = spans

    def within(self, span: Span) -> Self:
        """Return the printer for what is repeated over one more index."""
        return type(self)(self.program, (*self.spans, span))

    def strength(self, node: Expression) -> int:
        """Choices are calls here, and scalar products bind like other products."""
        if isinstance(node, Choice):
            return ATOM
        return MULTIPLICATION if isinstance(node, Sum) and scalar_product(node) else precedence(node)

    def name(self, id: str) -> str:
        """Print a quantity; an index used as a number is the vector of its values."""
        depth = self._depth(id)
        if depth is None:
            return super().name(id)
        span = self.spans[depth]
        return f"np.arange({span.first}.0, {span.last + 1}.0){self.trailing(depth)}"

    def item(self, vector: str, index: Expression) -> str:
        """Print one element, or the slice over an index."""
        form = affine(index, {span.index for span in self.spans})
        if form is None:
            return self.lookup(vector, index)
        depth = self._depth(form.variable)
        if depth is None:
            return f"{vector}[{form.offset - 1}]"
        span = self.spans[depth]
        part = _slice(form.at(span.first), form.at(span.last), form.slope, self.program.lengths[vector])
        return f"{vector}{part}{self.trailing(depth)}"

    def lookup(self, vector: str, index: Expression) -> str:
        """Print an element of a list at a computed index."""
        place = self.show(index)
        return f"{vector}[{place}.astype(int) - 1]" if self._repeated(index) else f"{vector}[int({place}) - 1]"

    def call(self, function: str, arguments: tuple[Expression, ...]) -> str:
        """Print a call; a maximum of vectors is taken element by element."""
        if function == "max" and any(map(self._repeated, arguments)):
            return self.maximum(arguments)
        return super().call(function, arguments)

    def maximum(self, arguments: tuple[Expression, ...]) -> str:
        """Print a maximum taken element by element."""
        return reduce(lambda a, b: f"np.maximum({a}, {b})", map(self.show, arguments))

    def choice(self, node: Choice) -> str:
        """Print a choice; between vectors it is made element by element."""
        chosen, otherwise = self.show(node.chosen), self.show(node.otherwise)
        return f"np.where({self.condition(node.condition)}, {chosen}, {otherwise})"

    def sum(self, node: Sum) -> str:
        """Print a scalar product where the body is one, else a sum over an axis."""
        inner = self.within(node.span)
        factors = scalar_product(node)
        if factors is None:
            return f"np.sum({inner.show(node.body)}{', axis=-1' if self.spans else ''})"
        weights, values = factors
        left = inner.show(values, MULTIPLICATION) if not isinstance(values, Item) else inner.show(weights)
        right = inner.show(weights if not isinstance(values, Item) else values)
        return f"{left} @ {right}"

    def trailing(self, depth: int) -> str:
        """Print the subscript that adds the axes of the indices inside the one at `depth`."""
        inner = len(self.spans) - 1 - depth
        return f"[:{', None' * inner}]" if inner else ""

    def _depth(self, id: str | None) -> int | None:
        return next((depth for depth, span in enumerate(self.spans) if span.index == id), None)

    def _repeated(self, node: Expression) -> bool:
        return bool(names(node) & {span.index for span in self.spans})


def scalar_product(node: Sum) -> tuple[Item, Expression] | None:
    """Return the two vectors, the plainer first, of which a sum is the scalar product; None if it is not one."""
    match node.body:
        case Binary("*", Item(_, index) as weights, values) if node.span.index in names(values):
            form = affine(index, {node.span.index})
            return (weights, values) if form is not None and form.variable else None
    return None


def _slice(first: int, last: int, step: int, length: int) -> str:
    """Print the slice from element `first` to `last`, 1-based and both included."""
    if (first, last, step) == (1, length, 1):
        return ""
    start = str(first - 1) if first > 1 else ""
    stop = str(last) if last < length else ""
    return f"[{start}:{stop}{f':{step}' if step > 1 else ''}]"
