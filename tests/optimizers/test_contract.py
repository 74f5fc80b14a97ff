"""What every answer program keeps: the contract, the bounds, the budget, its seed."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems.problem import Array, Problem

NAMES = sorted(POOL)
CONSTRAINED = [name for name in NAMES if POOL[name].kind == "constrained"]

MIN_LINES = 15
MAX_LINES = 60
"""Without blank lines."""
MAX_WIDTH = 110
IMPORTABLE = {"numpy", "scipy", "deap", "cma", "skopt", "collections"}

MakeSphere = Callable[..., Problem]


def _nodes(name: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(POOL[name].source())))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_follows_the_contract(name: str) -> None:
    functions = [node for node in ast.parse(POOL[name].source()).body if isinstance(node, ast.FunctionDef)]
    solve = next(function for function in functions if function.name == "solve")
    names = [argument.arg for argument in solve.args.args]
    assert names == ["objective", "lower", "upper", "budget", "seed", "inequality", "equality"]
    assert [ast.literal_eval(default) for default in solve.args.defaults] == [None, None]


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_a_short_program(name: str) -> None:
    lines = POOL[name].source().splitlines()
    assert MIN_LINES <= len([line for line in lines if line]) <= MAX_LINES
    assert max(map(len, lines)) <= MAX_WIDTH


@pytest.mark.parametrize("name", NAMES)
def test_a_source_says_what_it_is_and_what_its_hyper_parameters_mean(name: str) -> None:
    source = POOL[name].source()
    assert ast.get_docstring(ast.parse(source))
    assert "mypy" not in source
    assert "ruff" not in source
    for line in source.splitlines():
        if line[:1].isupper():
            assert "  # " in line, f"{line!r} does not say what it means"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_imports_only_what_generated_programs_may_import(name: str) -> None:
    imported = {alias.name for node in _nodes(name) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in _nodes(name) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in imported} <= IMPORTABLE


@pytest.mark.parametrize("name", NAMES)
def test_a_source_catches_no_exception_blindly(name: str) -> None:
    for node in _nodes(name):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert "Exception" not in ast.unparse(node.type)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_stays_in_the_box_and_ends_by_itself_having_used_its_budget(name: str, make_sphere: MakeSphere) -> None:
    seen: list[Array] = []
    budget = 1000 if name != "bo" else 200
    problem = make_sphere(dim=4, budget=budget, watch=seen.append)
    run = run_optimizer(name, problem, seed=3)
    points = np.concatenate(seen)
    assert (points >= problem.lower).all()
    assert (points <= problem.upper).all()
    assert run.stopped == "returned", run.error
    assert run.error is None
    assert run.best_x is not None
    assert run.evaluations <= budget
    assert run.evaluations >= 0.9 * budget


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_fixes_the_run(name: str, make_sphere: MakeSphere) -> None:
    def points(seed: int) -> Array:
        seen: list[Array] = []
        run_optimizer(name, make_sphere(dim=3, budget=60, watch=seen.append), seed=seed)
        return np.concatenate(seen)

    first = points(0)
    assert np.array_equal(first, points(0))
    assert not np.array_equal(first, points(1))


@pytest.mark.parametrize("name", NAMES)
def test_no_global_random_state_is_used_or_changed(name: str, make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=3, budget=60)
    np.random.seed(1)  # noqa: NPY002 - the state that must not matter
    random.seed(1)
    before = np.random.get_state()[1].tolist(), random.getstate()  # type: ignore[index]  # noqa: NPY002
    first = run_optimizer(name, problem, seed=5)
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # type: ignore[index]  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    random.seed(2)
    second = run_optimizer(name, problem, seed=5)
    assert first.curve == second.curve
    assert first.best_f == second.best_f


@pytest.mark.parametrize("name", NAMES)
def test_a_source_begins_with_the_name_of_its_optimizer(name: str) -> None:
    assert POOL[name].source().splitlines()[0] == f"# optimizer: {name}"
