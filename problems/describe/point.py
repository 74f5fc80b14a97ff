"""Compiles a definition to a function of one point, on plain floats.

Families and sums are written out, constants are worked out beforehand and what occurs twice is computed once. This is
several times faster than numpy on arrays of one element. Sums too long to write out are left to numpy.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

import numpy as np

from llamoco_bench.problems.describe.functions import FUNCTIONS
from llamoco_bench.problems.describe.interpret import Value
from llamoco_bench.problems.describe.program import Program
from llamoco_bench.problems.describe.runtime import ALMOST_HALF, maximum_point, pick_point
from llamoco_bench.problems.describe.straightline import ARRAY, LINEAR, VARIABLE, Straightline
from llamoco_bench.problems.problem import Array, quiet

PointFunction = Callable[[Array], tuple[float, ...]]

_DEEPEST: Final = 60  # Python's parser gives up on about 200 nested parentheses

# Names of the notation do not start with an underscore, so these cannot be hidden by a quantity.
_SCOPE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **{f"_{entry.scalar}": getattr(math, entry.scalar, None) for entry in FUNCTIONS.values()},
        "_isnan": math.isnan,
        "_trunc": math.trunc,
        "_copysign": math.copysign,
        "_maximum": maximum_point,
        "_mod": operator.mod,
        "_pick_point": pick_point,
        "_inf": math.inf,
        "_nan": math.nan,
    }
)


def compile_point(program: Program, constants: Mapping[str, Value]) -> PointFunction:
    """Return a function of one point, (1, dim), that gives f, all g and all h.

    It raises ArithmeticError, ValueError or TypeError, or gives a complex number, where numpy would give infinity or
    not-a-number.
    """
    trace = Straightline(program, constants)
    with np.errstate(all="ignore"):
        code = "\n    ".join(["def _evaluate(x):", *_lines(trace)]) + "\n"
    scope = {**_SCOPE, **trace.pool.scope, "_matrix": np.array(trace.matrix)}
    exec(compile(code, "<point evaluator>", "exec"), scope)
    function = cast("PointFunction", scope["_evaluate"])
    return quiet(function) if _uses_numpy(trace) else function


def _lines(trace: Straightline) -> Iterator[str]:
    results = _trace_outputs(trace)
    writer = _Writer(trace, results)
    for place in sorted(writer.uses):  # from the leaves up, so that long chains need no deep recursion
        writer.code(place)
    returned = ", ".join(writer.code(place) for place in results)
    if any(trace.nodes[place][0] == VARIABLE for place in writer.written):
        yield f"[[{', '.join(f'_x{i}' for i in range(trace.program.dim))}]] = x.tolist()"
    if _uses_numpy(trace):
        yield "x = x[0]"
    if trace.matrix:
        yield "_l = (_matrix @ x).tolist()"
        # A row has zeros where its sum does not run; times infinity they would spoil it.
        yield "if _isnan(sum(_l)): raise ArithmeticError"
    yield from trace.prelude
    yield from writer.lines
    yield f"return ({returned},)"


def _uses_numpy(trace: Straightline) -> bool:
    return any(kind in (LINEAR, ARRAY) for kind, *_ in trace.nodes)


def _trace_outputs(trace: Straightline) -> list[int]:
    for quantity in trace.program.quantities:
        trace.define(quantity)
    return [place for kind in "fgh" for output in trace.program.outputs(kind) for place in trace.output(output)]


class _Writer:
    """Writes the traced operations as Python: once into a variable if used twice, else in place."""

    def __init__(self, trace: Straightline, results: Sequence[int]) -> None:
        self.trace = trace
        self.nodes = trace.nodes
        self.uses = trace.uses(results)
        self.lines: list[str] = []
        self.written: dict[int, str] = {}
        self.depth: dict[int, int] = {}

    def code(self, node: int) -> str:
        """Return an expression for a node, after the lines that it needs."""
        if node in self.written:
            return self.written[node]
        kind, *parts = self.nodes[node]
        operands = self.trace.operands(node)
        text = self._text(kind, parts)
        depth = 1 + max((self.depth[operand] for operand in operands), default=0)
        if (operands or kind == ARRAY) and (self.uses[node] > 1 or depth > _DEEPEST):
            self.lines.append(f"_t{node} = {text}")
            text, depth = f"_t{node}", 0
        self.written[node], self.depth[node] = text, depth
        return text

    def _text(self, kind: str, parts: Sequence[Any]) -> str:
        match kind, *parts:
            case "constant", value, _:
                return _literal(value)
            case "variable", place:
                return f"_x{place}"
            case "linear", row:
                return f"_l[{row}]"
            case "array", code:
                return f"float({code})"
            case "negation", operand:
                return f"(-{self.code(operand)})"
            case "call", "round", argument, _:
                return f"_trunc({self.code(argument)} + _copysign({ALMOST_HALF!r}, {self.code(argument)}))"
            case "call", function, *arguments:
                return f"_{FUNCTIONS[function].scalar}({', '.join(map(self.code, arguments))})"
            case "pick", table, index:
                return f"_pick_point(({', '.join(map(_literal, table))},), {self.code(index)})"
            case "choice", relation, left, right, chosen, otherwise:
                comparison = f"{self.code(left)} {relation} {self.code(right)}"
                return f"({self.code(chosen)} if {comparison} else {self.code(otherwise)})"
        operator = "**" if kind == "^" else kind
        return f"({self.code(parts[0])} {operator} {self.code(parts[1])})"


def _literal(value: float) -> str:
    if math.isfinite(value):
        return f"({value!r})" if math.copysign(1.0, value) < 0 else repr(value)
    return "_nan" if math.isnan(value) else f"({'-' if value < 0 else ''}_inf)"
