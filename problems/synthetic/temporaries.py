"""Breaks long expressions of a function of an instance's code into temporary variables."""

from __future__ import annotations

import ast

from llamoco_bench.problems.describe.temporaries import Naming


def with_temporaries(lines: list[str]) -> list[str]:
    """Give every call of a function that stands within an expression of a function's body a name of its own."""
    definition = ast.parse("\n".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    naming = Naming()
    body = [statement for original in definition.body for statement in naming.split(original)]
    definition.body = body
    return ast.unparse(ast.fix_missing_locations(definition)).splitlines()
