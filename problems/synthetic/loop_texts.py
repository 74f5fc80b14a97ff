"""The Python text of an instance that works everything out element by element, without numpy's array operations."""

from __future__ import annotations

from llamoco_bench.problems.basic.formula import Name
from llamoco_bench.problems.basic.python_loops import LoopWriter
from llamoco_bench.problems.basic.written import written
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.python_layout import function, module
from llamoco_bench.problems.synthetic.telling import (
    LUNACEK,
    ToldConstraint,
    ToldPart,
    constraint_formula,
    objective_formula,
    told_constraints,
    told_parts,
    turned,
)


def loops(instance: Instance) -> str:
    """Explicit loops over the coordinates."""
    blocks = [function("objective(x)", _objective(instance))]
    told = told_constraints(instance)
    for name, equality in (("inequality", False), ("equality", True)):
        group = [t for t in told if t.constraint.equality == equality]
        if group:
            blocks.append(function(f"{name}(x)", _constraints(instance, group)))
    return module("import math", blocks)


def _objective(instance: Instance) -> list[str]:
    told_all = told_parts(instance)
    lines: list[str] = []
    if not all(told.stands_on_x for told in told_all):
        lines = _defined(instance, "y", "o", instance.rotation is not None)
    for told in told_all:
        lines += _part(instance, told)
    return [*lines, f"return {LoopWriter(instance.dim).show(objective_formula(instance))}"]


def _part(instance: Instance, told: ToldPart) -> list[str]:
    scale = told.part.function.scale
    writer = LoopWriter(told.part.length)
    if told.stands_on_x:
        writer.lines += _mirrored(instance, scale)
    elif told.part.name == LUNACEK:
        writer.lines += [f"u = {_elements(told, 2 * scale)}", "z = u"]
    else:
        writer.lines += [f"z = {_elements(told, scale)}"]
    writer.write(told.formula, f"f{told.number} =")
    return writer.lines


def _elements(told: ToldPart, scale: float) -> str:
    factor = "" if scale == 1.0 else f"{written(scale)} * "
    if told.places is None:
        return "y" if scale == 1.0 else f"[{factor}v for v in y]"
    return f"[{factor}y[i] for i in {list(told.places)}]"


def _mirrored(instance: Instance, scale: float) -> list[str]:
    dim = instance.dim
    lines = [
        "u = []",
        f"for i in range({dim}):",
        f"    u.append({written(2 * scale)} * (-1 if o[i] < 0 else 1) * (x[i] - o[i]))",
    ]
    if instance.rotation is None:
        return [*lines, "z = u"]
    inner = [f"for j in range({dim}):", "    total += M[i, j] * u[j]"]
    rows = ["total = 0.0", *inner, "z.append(total)"]
    return [*lines, "z = []", f"for i in range({dim}):", *("    " + row for row in rows)]


def _defined(instance: Instance, name: str, less: str, rotated: bool) -> list[str]:
    writer = LoopWriter(instance.dim)
    writer.define(turned(name, less, rotated, instance.dim))
    return writer.lines


def _constraints(instance: Instance, group: list[ToldConstraint]) -> list[str]:
    lines: list[str] = []
    for told in group:
        c = told.constraint
        if c.centre is not None:
            lines += _defined(instance, "p", told.centre, c.rotated)
        called = {"p": "x"} if c.centre is None else {}
        writer = LoopWriter(instance.dim, {"a": told.coefficients, **called})
        writer.write(told.formula, f"q{told.number} =")
        lines += writer.lines
    printer = LoopWriter(instance.dim)
    values = [printer.show(constraint_formula(told.constraint, Name(f"q_{told.number}"))) for told in group]
    return [*lines, f"return [{', '.join(values)}]"]
