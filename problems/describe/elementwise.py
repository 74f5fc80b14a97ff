"""Prints expressions as Python on single numbers, with 0-based indices that loops or comprehensions run through."""

from __future__ import annotations

from typing import Self

from llamoco_bench.problems.describe.indexing import affine
from llamoco_bench.problems.describe.python import ADDITION, ATOM, PythonPrinter, precedence
from llamoco_bench.problems.describe.tree import Expression, Name, Span, Sum


class ElementPrinter(PythonPrinter):
    """Prints families and sums as comprehensions.

    Parameters
    ----------
    spans: the indices that loops around the expression run through.
    """

    def __init__(self, spans: tuple[Span, ...] = ()) -> None:
        self.spans = spans

    def within(self, span: Span) -> Self:
        """Return the printer for what is repeated over one more index."""
        return type(self)((*self.spans, span))

    def strength(self, node: Expression) -> int:
        """An index used as a number is printed as ``i + 1``; sums are calls."""
        if isinstance(node, Name) and self._is_index(node.id):
            return ADDITION
        return precedence(node) if not isinstance(node, Sum) else ATOM

    def name(self, id: str) -> str:
        """Print a quantity, or the 1-based value of a 0-based index."""
        return f"{id} + 1" if self._is_index(id) else super().name(id)

    def item(self, vector: str, index: Expression) -> str:
        """Print an element."""
        form = affine(index, {span.index for span in self.spans})
        if form is None:
            return f"{vector}[int({self.show(index)}) - 1]"
        offset = form.offset + form.slope - 1
        if form.variable is None:
            return f"{vector}[{offset}]"
        scaled = form.variable if form.slope == 1 else f"{form.slope} * {form.variable}"
        shift = f" {'+' if offset > 0 else '-'} {abs(offset)}" if offset else ""
        return f"{vector}[{scaled}{shift}]"

    def sum(self, node: Sum) -> str:
        """Print a sum as a generator."""
        return f"sum({self.within(node.span).show(node.body)} {repetition(node.span)})"

    def _is_index(self, id: str) -> bool:
        return any(span.index == id for span in self.spans)


def repetition(span: Span) -> str:
    """Print the head of a loop through a span, 0-based."""
    start = f"{span.first - 1}, " if span.first > 1 else ""
    return f"for {span.index} in range({start}{span.last})"
