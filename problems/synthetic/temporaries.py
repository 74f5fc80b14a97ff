"""Breaks long expressions of code into temporary variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import count

_WHOLE = (ast.Call, ast.BinOp)


def with_temporaries(lines: list[str]) -> list[str]:
    """Give every call of a function that stands within an expression of a function's body a name of its own."""
    definition = ast.parse("\n".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    naming = _Naming()
    body = [statement for original in definition.body for statement in naming.split(original)]
    definition.body = body
    return ast.unparse(ast.fix_missing_locations(definition)).splitlines()


class _Naming(ast.NodeTransformer):
    """Replaces calls by names, and keeps the assignments that the names need."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._made: list[ast.stmt] = []
        self._known: dict[str, str] = {}

    def split(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """Yield the assignments that a statement needs, and what is left of it."""
        self._made, self._known = [], {}
        if isinstance(statement, ast.Assign | ast.Return) and statement.value is not None:
            statement.value = self._outermost(statement.value)
        yield from self._made
        yield statement

    def _outermost(self, expression: ast.expr) -> ast.expr:
        """Leave a call that is the whole expression in place, and look into its arguments."""
        if isinstance(expression, ast.Call):
            expression.args = [self.visit(argument) for argument in expression.args]
            return expression
        found: ast.expr = self.visit(expression)
        return found

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        text = ast.unparse(node)
        if text not in self._known:
            self._known[text] = f"t{next(self._numbers)}"
            self._made.append(ast.Assign([ast.Name(self._known[text], ast.Store())], node))
        return ast.Name(self._known[text], ast.Load())
