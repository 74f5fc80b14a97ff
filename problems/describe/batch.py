"""Compiles a definition to a function of many points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from llamoco_bench.problems.describe.compiled import CompiledPrinter, Pool
from llamoco_bench.problems.describe.interpret import Value
from llamoco_bench.problems.describe.program import Program, numbers
from llamoco_bench.problems.describe.tree import Output
from llamoco_bench.problems.problem import Array

BatchFunction = Callable[[Array], Array]


def compile_batch(program: Program, constants: Mapping[str, Value]) -> BatchFunction:
    """Return a function from columns (dim, n) to rows (1 + n_inequality + n_equality, n) of f, g and h."""
    pool = Pool(constants, many=True)
    code = _source(program, CompiledPrinter(program, pool))
    exec(compile(code, "<batch evaluator>", "exec"), pool.scope)
    return cast("BatchFunction", pool.scope["_evaluate"])


def _source(program: Program, printer: CompiledPrinter) -> str:
    size = 1 + program.n_inequality + program.n_equality
    lines = [f"_out = np.empty(({size}, x.shape[1]))"]
    for statement in program.statements:
        if isinstance(statement, Output):
            lines.append(_output(printer, statement))
        elif statement.name not in printer.pool.constant:
            lines.append(printer.quantity(statement))
    return "\n    ".join(["def _evaluate(x):", *lines, "return _out\n"])


def _output(printer: CompiledPrinter, output: Output) -> str:
    first = {"f": 0, "g": 1, "h": 1 + printer.program.n_inequality}[output.kind]
    rows = numbers(output)
    if output.span is None:
        return f"_out[{first + rows.start - 1}] = {printer.show(output.value)}"
    value = printer.within(output.span).show(output.value)
    return f"_out[{first + rows.start - 1}:{first + rows.stop - 1}] = {value}"
