"""Writes statements as explicit loops: arrays are filled element by element, sums are added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from itertools import count, groupby
from typing import Self

from llamoco_bench.problems.describe import layout
from llamoco_bench.problems.describe.elementwise import ElementPrinter, repetition
from llamoco_bench.problems.describe.program import numbers, span_of
from llamoco_bench.problems.describe.tree import (
    Expression,
    Family,
    Item,
    Listing,
    Name,
    Output,
    Quantity,
    Scalar,
    Span,
    Sum,
    values,
    walk,
)


class LoopWriter(ElementPrinter):
    """Collects the lines of one function body; expressions leave the loops for their sums behind.

    Attributes
    ----------
    lines: what was written so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._totals = count(1)

    def within(self, span: Span) -> Self:
        """Return the writer for what is repeated over one more index; it writes to the same lines."""
        inner = copy(self)
        inner.spans = (*self.spans, span)
        return inner

    def quantities(self, quantities: Iterable[Quantity]) -> None:
        """Write intermediate quantities; families that follow each other share a loop where they can."""
        for members in _shared_loops(quantities):
            match members[0]:
                case Scalar(name, value):
                    self._assign(name, value)
                case Listing(name, elements):
                    self._write(layout.array(f"{name} =", map(self.show, elements)))
                case Family(_, span, _):
                    self._write(f"{family.name} = np.zeros({len(span)})" for family in members)
                    self._loop(span, [(f"{family.name}[{span.index}]", values(family)[0]) for family in members])

    def result(self, outputs: Sequence[Output]) -> None:
        """Write what gives the objective or all constraints of a kind, and returns it."""
        kind = outputs[0].kind
        if kind == "f":
            text = self.show(outputs[0].value)
            self._write(layout.statement("return", text))
            return
        self._write([f"{kind} = np.zeros({numbers(outputs[-1]).stop - 1})"])
        for span, members in groupby(outputs, key=span_of):
            if span is None:
                for output in members:
                    self._assign(self.item(kind, output.index), output.value)
            else:
                inner = self.within(span)
                self._loop(span, [(inner.item(kind, output.index), output.value) for output in members])
        self._write([f"return {kind}"])

    def sum(self, node: Sum) -> str:
        """Write a loop that adds the sum up, and return the name of the total."""
        total = f"total{next(self._totals)}"
        self._accumulate(total, node)
        return total

    def _assign(self, target: str, value: Expression) -> None:
        if isinstance(value, Sum):
            self._accumulate(target, value)
        else:
            text = self.show(value)
            self._write(layout.statement(f"{target} =", text))

    def _accumulate(self, target: str, node: Sum) -> None:
        self._write([f"{target} = 0.0", f"{repetition(node.span)}:"])
        inner = self.within(node.span)
        text = inner.show(node.body)
        inner._write(layout.statement(f"{target} +=", text))

    def _loop(self, span: Span, assignments: Iterable[tuple[str, Expression]]) -> None:
        self._write([f"{repetition(span)}:"])
        inner = self.within(span)
        for target, value in assignments:
            inner._assign(target, value)

    def _write(self, lines: Iterable[str]) -> None:
        lines = list(lines)
        for _ in self.spans:
            lines = layout.indent(lines)
        self.lines += lines


def _shared_loops(quantities: Iterable[Quantity]) -> list[list[Quantity]]:
    """Group families over the same index that look at each other only at that index."""
    groups: list[list[Quantity]] = []
    for quantity in quantities:
        if groups and _joins(quantity, groups[-1]):
            groups[-1].append(quantity)
        else:
            groups.append([quantity])
    return groups


def _joins(quantity: Quantity, group: Sequence[Quantity]) -> bool:
    span = span_of(quantity)
    if span is None or span_of(group[0]) != span:
        return False
    members = {member.name for member in group}
    items = [node for value in values(quantity) for node in walk(value) if isinstance(node, Item)]
    return all(item.index == Name(span.index) for item in items if item.vector in members)
