"""Python texts of an instance: objective, inequality and equality of one point, in several styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import Formula, Name
from llamoco_bench.problems.basic.formulas import FORMULAS
from llamoco_bench.problems.basic.python_arrays import ArrayPrinter
from llamoco_bench.problems.basic.written import written
from llamoco_bench.problems.synthetic.family_formulas import family_formula
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.loop_texts import loops
from llamoco_bench.problems.synthetic.python_layout import function, module
from llamoco_bench.problems.synthetic.telling import (
    LUNACEK,
    ToldConstraint,
    ToldPart,
    constraint_formula,
    objective_formula,
    told_constraints,
    told_parts,
)
from llamoco_bench.problems.synthetic.temporaries import with_temporaries


def vectorized(instance: Instance) -> str:
    """Whole arrays at once, in long expressions."""
    return module("import numpy as np", _functions(instance))


def plain(instance: Instance) -> str:
    """Whole arrays at once, every intermediate result in a temporary variable."""
    return module("import numpy as np", [with_temporaries(block) for block in _functions(instance)])


def helpers(instance: Instance) -> str:
    """A helper function for every base function, family of constraints and change of coordinates."""
    blocks = [function("rotated(v)", ["return M @ v"])] if instance.rotation is not None else []
    blocks += [_part_helper(told) for told in told_parts(instance)]
    blocks += [_family_helper(told) for told in told_constraints(instance)]
    return module("import numpy as np", [*blocks, *_calling_functions(instance)])


STYLES: Final[Mapping[str, Callable[[Instance], str]]] = MappingProxyType(
    {"plain": plain, "helpers": helpers, "vectorized": vectorized, "loops": loops}
)
"""The styles by name; each gives the code of an instance."""


def _functions(instance: Instance) -> list[list[str]]:
    body = _coordinates(instance)
    for told in told_parts(instance):
        printer = ArrayPrinter(told.part.length)
        body += [*_part_coordinates(instance, told), *printer.lines(told.formula, f"f{told.number} =")]
    blocks = [function("objective(x)", [*body, _objective_result(instance)])]
    for name, constraints in _groups(instance):
        lines = [line for told in constraints for line in _constraint_lines(instance, told)]
        blocks.append(function(f"{name}(x)", [*lines, _constraint_result(constraints)]))
    return blocks


def _groups(instance: Instance) -> list[tuple[str, list[ToldConstraint]]]:
    told = told_constraints(instance)
    groups = [
        ("inequality", [t for t in told if not t.constraint.equality]),
        ("equality", [t for t in told if t.constraint.equality]),
    ]
    return [(name, constraints) for name, constraints in groups if constraints]


def _coordinates(instance: Instance) -> list[str]:
    if all(told.stands_on_x for told in told_parts(instance)):
        return []
    return ["y = M @ (x - o)" if instance.rotation is not None else "y = x - o"]


def _part_coordinates(instance: Instance, told: ToldPart) -> list[str]:
    """Write how a base function's z, and Lunacek's u, come from y or x."""
    scale = told.part.function.scale
    if told.stands_on_x:
        u = f"u = {written(2 * scale)} * np.where(o < 0, -1, 1) * (x - o)"
        return [u, "z = M @ u" if instance.rotation is not None else "z = u"]
    y = "y" if told.places is None else f"y[{list(told.places)}]"
    if told.part.name == LUNACEK:
        return [f"u = {written(2 * scale)} * {y}", "z = u"]
    return [f"z = {y}" if scale == 1.0 else f"z = {written(scale)} * {y}"]


def _objective_result(instance: Instance) -> str:
    return f"return {ArrayPrinter(instance.dim).show(objective_formula(instance))}"


def _constraint_lines(instance: Instance, told: ToldConstraint) -> list[str]:
    called = {"p": "x"} if told.constraint.centre is None else {}
    printer = ArrayPrinter(instance.dim, {"a": told.coefficients, **called})
    return [*_point(told), *printer.lines(told.formula, f"q{told.number} =")]


def _point(told: ToldConstraint) -> list[str]:
    if told.constraint.centre is None:
        return []
    return [f"p = M @ (x - {told.centre})" if told.constraint.rotated else f"p = x - {told.centre}"]


def _constraint_result(constraints: list[ToldConstraint]) -> str:
    values = [constraint_formula(told.constraint, Name(f"q_{told.number}")) for told in constraints]
    return f"return np.array([{', '.join(map(ArrayPrinter().show, values))}])"


def _part_helper(told: ToldPart) -> list[str]:
    name = told.part.name
    arguments = "u, z" if name == LUNACEK else "z"
    return function(f"{name}({arguments})", _body(FORMULAS[name], "len(z)"))


def _family_helper(told: ToldConstraint) -> list[str]:
    c = told.constraint
    q = family_formula(c.name, Name("radius"), c.parameters.chosen)
    extra = {"coefficients": ", a", "radius": ", radius"}.get(c.family.needs, "")
    return function(f"{c.name}(p{extra})", _body(Formula(q), "len(p)"))


def _body(formula: Formula, length: str) -> list[str]:
    lines = ArrayPrinter().lines(formula, "return")
    return [f"n = {length}", *lines] if re.search(r"\bn\b", " ".join(lines)) else lines


def _calling_functions(instance: Instance) -> list[list[str]]:
    body = _coordinates(instance)
    body = ["y = rotated(x - o)" if "M @" in line else line for line in body]
    for told in told_parts(instance):
        body += _call(instance, told)
    blocks = [function("objective(x)", [*body, _objective_result(instance)])]
    for name, constraints in _groups(instance):
        lines = [f"q{told.number} = {_family_call(told)}" for told in constraints]
        blocks.append(function(f"{name}(x)", [*lines, _constraint_result(constraints)]))
    return blocks


def _call(instance: Instance, told: ToldPart) -> list[str]:
    coordinates = [line.replace("M @ u", "rotated(u)") for line in _part_coordinates(instance, told)]
    if told.part.name == LUNACEK:
        return [*coordinates, f"f{told.number} = {LUNACEK}(u, z)"]
    argument = coordinates[0].removeprefix("z = ")
    return [f"f{told.number} = {told.part.name}({argument})"]


def _family_call(told: ToldConstraint) -> str:
    c = told.constraint
    extra = {"coefficients": f", {told.coefficients}", "radius": f", {written(c.parameters.radius)}"}
    point = "x" if c.centre is None else f"x - {told.centre}"
    return f"{c.name}({f'rotated({point})' if c.rotated else point}{extra.get(c.family.needs, '')})"
