"""Mutation testing: change one thing in a module, and see whether a test fails.

    python benchmarks/mutation.py metrics statistics scoring
    python benchmarks/mutation.py scoring --sample 60

mutmut and cosmic-ray expect that a package lies in a folder of its name, which the flat layout does not have. This does
without: a mutant is compiled from the changed syntax tree and imported in place of the module, in a fork that has the
libraries loaded and runs the tests of the module. Nothing is written to the tree.

Mutations: operators (+ and -, * and /, comparisons with their neighbours and opposites, `and` and `or`), constants
(numbers by one, booleans turned), conditions and filters negated, returned values replaced by None, `min` and `max`,
`any` and `all` exchanged. Annotations, docstrings, raised errors and what a dataclass is made with are left alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = {
    "metrics": ["tests/harness/test_metrics.py", "tests/harness/test_scoring.py"],
    "statistics": ["tests/harness/test_statistics.py", "tests/harness/test_scoring.py"],
    "scoring": ["tests/harness/test_scoring.py", "tests/gates/test_decision.py"],
}
TIME_LIMIT_S: Final = 120
IGNORED: Final = "ignore::pytest.PytestAssertRewriteWarning"  # of plugins that are loaded before
LOADED: Final = ("numpy", "scipy.stats", "scipy.special", "hypothesis", "pytest", "_pytest.pytester")

OPERATORS: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.Mult,), ast.MatMult: (ast.Mult,), ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
NAMES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """A changed tree, and what was changed in it."""

    line: int
    change: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a module, in the order of the lines."""
    original = ast.parse(source)
    places = [number for number, node in enumerate(ast.walk(original)) if id(node) not in left_alone(original)]
    for place in places:
        for choice in range(len(changes(list(ast.walk(original))[place]))):
            tree = copy.deepcopy(original)
            node = list(ast.walk(tree))[place]
            field, new, change = changes(node)[choice]
            before = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
            put(node, field, new)
            after = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
            yield Mutant(getattr(node, "lineno", 0), f"{change}: {short(before)} -> {short(after)}", tree)


def short(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:67]}..."


def put(node: ast.AST, field: str, new: Any) -> None:
    """Set a field, or an element of one that is a list (``ops.0``)."""
    name, _, index = field.partition(".")
    if index:
        getattr(node, name)[int(index)] = new
    else:
        setattr(node, name, new)


def left_alone(tree: ast.Module) -> set[int]:
    """Identities of the nodes in annotations, docstrings, raised errors, imports and decorators of classes."""
    skipped: list[ast.AST | None] = []
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                skipped += [
                    node.returns,
                    *(argument.annotation for argument in ast.walk(node.args) if isinstance(argument, ast.arg)),
                ]
            case ast.ClassDef():
                skipped += node.decorator_list
            case ast.AnnAssign():
                skipped.append(node.annotation)
            case ast.Raise():
                skipped.append(node)
            case ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom():
                skipped.append(node)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                skipped.append(node)
    return {id(inner) for node in skipped if node is not None for inner in ast.walk(node)}


def changes(node: ast.AST) -> list[tuple[str, Any, str]]:
    """Field, new value and name of each change of one node."""
    match node:
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            return [("op", new(), "operator") for new in OPERATORS.get(type(node.op), ())]
        case ast.Compare():
            return [
                (f"ops.{k}", new(), "comparison")
                for k, op in enumerate(node.ops)
                for new in OPERATORS.get(type(op), ())
            ]
        case ast.UnaryOp(op=ast.USub()):
            return [("op", ast.UAdd(), "sign")]
        case ast.UnaryOp(op=ast.Not()):
            return [("operand", ast.Constant(value=False), "not"), ("operand", ast.Constant(value=True), "not")]
        case ast.Constant(value=bool() as value):
            return [("value", not value, "boolean")]
        case ast.Constant(value=int() | float() as value):
            return [("value", value + 1, "number")]
        case ast.If() | ast.IfExp() | ast.While():
            return [("test", ast.UnaryOp(op=ast.Not(), operand=node.test), "condition")]
        case ast.comprehension(ifs=[first, *_]):
            return [("ifs.0", ast.UnaryOp(op=ast.Not(), operand=first), "filter")]
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            return [("value", ast.Constant(value=None), "return")]
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            return [("func", ast.Name(id=NAMES[name], ctx=ast.Load()), "function")]
    return []


class Replacement(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a mutant in place of the module of that name."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(
        self, name: str, path: Any, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the one module."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed tree."""
        exec(compile(ast.fix_missing_locations(self.tree), str(self.path), "exec"), module.__dict__)


def survives(name: str, tree: ast.Module) -> bool:
    """Tell whether all tests pass with the mutant; what hangs has not survived."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setsid()
            signal.alarm(TIME_LIMIT_S)
            status = run_tests(name, tree)
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status == 0


def run_tests(name: str, tree: ast.Module) -> int:
    """Run the tests of a module in this process, in silence."""
    import pytest

    path = ROOT / "llamoco_bench" / f"{name}.py"
    sys.meta_path.insert(0, Replacement(f"llamoco_bench.{name}", path, tree))
    arguments = [
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:anyio",
        "-p",
        "no:xdist",
        "-W",
        IGNORED,
        f"--rootdir={ROOT}",
    ]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return int(pytest.main([*arguments, *(str(ROOT / test) for test in TESTS[name])]))


def main() -> None:
    """Try mutants, and print the score and those that survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", choices=sorted(TESTS))
    parser.add_argument("--sample", type=int, help="try that many mutants of each module, drawn at random")
    options = parser.parse_args()
    for library in LOADED:
        importlib.import_module(library)
    os.chdir(ROOT)
    for name in options.modules:
        report(name, options.sample)


def report(name: str, sample: int | None) -> None:
    """Try the mutants of one module."""
    source = (ROOT / "llamoco_bench" / f"{name}.py").read_text(encoding="utf-8")
    if not survives(name, ast.parse(source)):
        raise SystemExit(f"The tests of {name} fail without any change.")
    found: Sequence[Mutant] = list(mutants(source))
    total = len(found)
    if sample is not None and sample < total:
        found = sorted(random.Random(0).sample(found, sample), key=lambda mutant: mutant.line)
    begun, survivors = time.perf_counter(), []
    for mutant in found:
        if survives(name, mutant.tree):
            survivors.append(mutant)
            print(f"  survives: {name}.py:{mutant.line} {mutant.change}", flush=True)
    killed, took_s = len(found) - len(survivors), time.perf_counter() - begun
    share = f"{100 * killed / len(found):.0f} %"
    print(
        f"{name}: {killed} of {len(found)} killed ({share}), of {total} that there are, in {took_s:.0f} s", flush=True
    )


if __name__ == "__main__":
    main()
