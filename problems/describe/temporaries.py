"""Breaks long expressions of Python code into temporary variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import count

from llamoco_bench.problems.problem import Prompt

STYLE = "temporaries"


class Naming(ast.NodeTransformer):
    """Replaces calls within expressions by names, and keeps the assignments that the names need.

    Calls that are not always made, or that depend on a variable of their expression (in a choice, a comprehension, a
    lambda), stay where they are.

    Parameters
    ----------
    taken: names that the code has already.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._names = (name for number in count(1) if (name := f"t{number}") not in taken)
        self._made: list[ast.stmt] = []
        self._known: dict[str, str] = {}

    def split(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """Yield the assignments that a statement needs, and what is left of it."""
        self._made, self._known = [], {}
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return) and statement.value is not None:
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
        """Put a name in the place of a call."""
        self.generic_visit(node)
        text = ast.unparse(node)
        if text not in self._known:
            self._known[text] = next(self._names)
            self._made.append(ast.Assign([ast.Name(self._known[text], ast.Store())], node))
        return ast.Name(self._known[text], ast.Load())

    def _stay(self, node: ast.expr) -> ast.expr:
        return node

    visit_IfExp = visit_BoolOp = visit_Lambda = _stay
    visit_ListComp = visit_GeneratorExp = visit_SetComp = visit_DictComp = _stay


def name_steps(code: str) -> str:
    """Give every call that stands within an expression of a function's body a name of its own.

    What stands outside functions, such as tables of data, is left as it is written.
    """
    tree, lines = ast.parse(code), code.splitlines()
    blocks, end = [], 0
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            blocks += [*lines[end : node.lineno - 1], *_named(node)]
            end = node.end_lineno or node.lineno
    return "\n".join([*blocks, *lines[end:]]) + "\n"


def _named(function: ast.FunctionDef) -> list[str]:
    naming = Naming(frozenset(node.id for node in ast.walk(function) if isinstance(node, ast.Name)))
    for node in [*ast.walk(function)]:
        for block in ("body", "orelse"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [made for statement in statements for made in naming.split(statement)])
    return ast.unparse(ast.fix_missing_locations(function)).splitlines()


def with_named_steps(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    """Add a description in which every step of the last Python text has a name, after the Python ones."""
    python = [prompt for prompt in prompts if prompt.language == "python"]
    others = [prompt for prompt in prompts if prompt.language != "python"]
    base = python[-1]
    code = name_steps(base.code)
    named = Prompt("python", STYLE, base.text.replace(base.code, code), code, base.namespace)
    return (*python, named, *others)
