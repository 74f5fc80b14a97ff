"""Prints expressions as the numpy code of evaluators: fast rather than readable, and for many points if need be.

With many points, ``x`` is (dim, n), families are (len, n) and constant vectors (len, 1): the points are the last axis,
so that what does not depend on an index broadcasts without further ado.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from llamoco_bench.problems.describe.interpret import Value, value_of
from llamoco_bench.problems.describe.program import Program, names
from llamoco_bench.problems.describe.runtime import pick, round_half_away, stack
from llamoco_bench.problems.describe.tree import (
    Expression,
    Family,
    Item,
    Listing,
    Name,
    Number,
    Quantity,
    Scalar,
    Span,
    Sum,
)
from llamoco_bench.problems.describe.vectorized import VectorPrinter, scalar_product
from llamoco_bench.problems.problem import Array


class Pool:
    """The globals of an evaluator: the constants of a definition and constant subexpressions worked out once.

    Parameters
    ----------
    constants: values by name.
    many: whether the evaluator is for many points.
    """

    def __init__(self, constants: Mapping[str, Value], many: bool) -> None:
        self.many = many
        self.constants = constants
        self.constant = frozenset(constants)
        self.scope: dict[str, Any] = {
            "np": np,
            "_pick": pick,
            "_stack": stack if many else lambda *values: np.array(values),
            "_sum": np.add.reduce,
            "round_half_away": round_half_away,
        }
        for name, value in constants.items():
            if isinstance(value, tuple):
                self.scope[raw_name(name)] = np.array(value)
            self.scope[name] = self._column(value)

    def keep(self, value: float | Array) -> str:
        """Make a value known to the evaluator and return its name."""
        name = f"_c{len(self.scope)}"
        self.scope[name] = value
        return name

    def value(self, code: str) -> Any:
        """Work out constant code."""
        with np.errstate(all="ignore"):
            return eval(code, self.scope)

    def _column(self, value: Value) -> float | Array:
        if not isinstance(value, tuple):
            return value
        return np.array(value)[:, np.newaxis] if self.many else np.array(value)


def raw_name(vector: str) -> str:
    """Return the global under which a constant vector is (len,), whatever the number of points."""
    return f"raw__{vector}"


class CompiledPrinter(VectorPrinter):
    """Prints for one point, or for many if the pool says so."""

    def __init__(self, program: Program, pool: Pool, spans: tuple[Span, ...] = ()) -> None:
        super().__init__(program, spans)
        self.pool = pool

    def within(self, span: Span) -> Self:
        """Return the printer for what is repeated over one more index."""
        return type(self)(self.program, self.pool, (*self.spans, span))

    def show(self, node: Expression, weakest: int = 0) -> str:
        """Print a node; what does not depend on the point is worked out beforehand."""
        needed = names(node)
        if isinstance(node, Number | Name | Item) or not needed <= self._fixed:
            return super().show(node, weakest)
        if needed <= self.pool.constant | {"pi"}:
            return self.pool.keep(value_of(node, self.pool.constants))
        return self.pool.keep(self.pool.value(super().show(node)))

    def quantity(self, quantity: Quantity) -> str:
        """Print the assignment of an intermediate quantity."""
        match quantity:
            case Scalar(name, value):
                return f"{name} = {self.show(value)}"
            case Listing(name, elements):
                return f"{name} = _stack({', '.join(map(self.show, elements))})"
            case Family(name, span, value):
                return f"{name} = {self.within(span).show(value)}"

    def name(self, id: str) -> str:
        """Print a quantity; an index used as a number is a column as constant vectors are."""
        values = super().name(id)
        is_index = any(span.index == id for span in self.spans)
        return f"({values})[..., None]" if is_index and self.pool.many else values

    def lookup(self, vector: str, index: Expression) -> str:
        """Indices are clipped to the list."""
        return f"_pick({raw_name(vector)}, {self.show(index)})"

    def call(self, function: str, arguments: tuple[Expression, ...]) -> str:
        """Print a call; a maximum is always taken element by element."""
        return self.maximum(arguments) if function == "max" else super().call(function, arguments)

    def sum(self, node: Sum) -> str:
        """Print a scalar product with a constant vector as one, any other sum over its axis."""
        inner = self.within(node.span)
        factors = scalar_product(node)
        if factors is None or factors[0].vector not in self.pool.constant:
            return f"_sum({inner.show(node.body)}, axis={-2 if self.pool.many else -1})"
        weights, values = factors
        raw = raw_name(VectorPrinter(self.program, (node.span,)).item(weights.vector, weights.index))
        return f"{raw} @ ({inner.show(values)})" if self.pool.many else f"({inner.show(values)}) @ {raw}"

    @property
    def _fixed(self) -> frozenset[str]:
        return self.pool.constant | {"pi"} | {span.index for span in self.spans}
