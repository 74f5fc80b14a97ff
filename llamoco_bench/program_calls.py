"""What a program calls, told from its syntax tree: names are followed through its imports, nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from llamoco_bench.syntax import parse_program


@dataclass(frozen=True, slots=True)
class Call:
    """One call in a program.

    Attributes
    ----------
    name: full dotted name where it leads to something imported (``scipy.optimize.minimize``), else as written.
    imported: whether it leads to something imported.
    line, end_line: lines that the call reaches over, from 1.
    texts: arguments that are constant strings, by keyword or position, such as ``{"method": "SLSQP"}``.
    """

    name: str
    imported: bool
    line: int
    end_line: int
    texts: dict[str | int, str]


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is to know of a program without running it.

    Attributes
    ----------
    modules: imported modules as written, in order.
    calls: in the order of their lines.
    names: names of the functions and classes that it defines.
    docstrings: of the program and of its functions and classes.
    """

    modules: tuple[str, ...]
    calls: tuple[Call, ...]
    names: tuple[str, ...]
    docstrings: tuple[str, ...]


_OF_INTEREST: Final = frozenset(
    {ast.Module, ast.Import, ast.ImportFrom, ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef}
)
_LEAVES: Final = frozenset({ast.Name, ast.Constant})

EMPTY: Final = Outline((), (), (), ())


@lru_cache(maxsize=256)
def outline(program: str) -> Outline:
    """Outline a program; one that does not parse has an empty outline."""
    tree = parse_program(program)
    if tree is None:
        return EMPTY
    nodes = _nodes(tree)
    aliases, modules = _imports(nodes)
    constants = _constants(tree)
    calls = [_call(node, aliases, constants) for node in nodes if isinstance(node, ast.Call)]
    return Outline(
        modules=tuple(modules),
        calls=tuple(sorted((call for call in calls if call), key=lambda call: call.line)),
        names=tuple(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)),
        docstrings=tuple(_docstrings(nodes)),
    )


def call_at(program: str, line: int) -> Call | None:
    """Return the innermost call of something imported that reaches over `line`; None where there is none."""
    over = [c for c in outline(program).calls if c.imported and c.line <= line <= c.end_line]
    return min(over, key=lambda call: call.end_line - call.line, default=None)


def _nodes(tree: ast.Module) -> list[ast.AST]:
    """Imports, calls and definitions in the order of the text; several times as fast as `ast.walk`."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if type(node) in _OF_INTEREST:
            found.append(node)
        below: list[ast.AST] = []
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                below += [item for item in value if isinstance(item, ast.AST) and type(item) not in _LEAVES]
            elif isinstance(value, ast.AST) and value._fields and type(value) not in _LEAVES:
                below.append(value)
        waiting += reversed(below)
    return found


def _imports(nodes: list[ast.AST]) -> tuple[dict[str, str], list[str]]:
    """Full names by the names they have in the program, and the modules."""
    aliases: dict[str, str] = {}
    modules: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules.append(alias.name)
                first = alias.name.partition(".")[0]
                aliases[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.append(node.module)
            aliases |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return aliases, modules


def _constants(tree: ast.Module) -> dict[str, str]:
    """Constant strings that a name of the program's top level stands for."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _call(node: ast.Call, aliases: dict[str, str], constants: dict[str, str]) -> Call | None:
    written = _dotted(node.func)
    if written is None:
        return None
    first, dot, rest = written.partition(".")
    arguments: list[tuple[str | int, ast.expr]] = [*enumerate(node.args)]
    arguments += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg]
    return Call(
        name=aliases[first] + dot + rest if first in aliases else written,
        imported=first in aliases,
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        texts={key: text for key, value in arguments if (text := _text(value, constants)) is not None},
    )


def _text(value: ast.expr, constants: dict[str, str]) -> str | None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return constants.get(value.id) if isinstance(value, ast.Name) else None


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def _docstrings(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield text
