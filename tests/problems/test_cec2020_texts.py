"""The prompts of the problems given as equations: what they state is what the evaluator computes."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.cec2020 import NAMES, catalogue
from llamoco_bench.problems.problem import Array, Problem, Prompt
from tests.problems.latex_reader import LatexProblem
from tests.problems.vectors import distance, vectors

EQUATIONS = [name for name in NAMES if catalogue.equations(catalogue.entry(name)) is not None]
CASES = [(name, prompt) for name in EQUATIONS for prompt in load_problem(f"cec2020/{name}").prompts()]
PYTHON = [case for case in CASES if case[1].language == "python"]
LATEX = [case for case in CASES if case[1].language == "latex"]


def label(case: object) -> str:
    return f"{case.language}-{case.style}" if isinstance(case, Prompt) else str(case)


def points(name: str) -> tuple[Problem, Array]:
    p = load_problem(f"cec2020/{name}")
    random = np.random.default_rng(3).uniform(p.lower, p.upper, (5, p.dim))
    return p, np.concatenate([vectors(name).x, vectors(name).reference_x[np.newaxis], random])


@pytest.mark.parametrize(("name", "prompt"), PYTHON, ids=label)
def test_python_text_computes_what_the_evaluator_computes(name: str, prompt: Prompt) -> None:
    p, x = points(name)
    scope: dict[str, Any] = dict(prompt.namespace)
    exec(prompt.code, scope)
    assert ("inequality" in scope, "equality" in scope) == (p.n_inequality > 0, p.n_equality > 0)
    with np.errstate(all="ignore"):
        for point, f, g, h in zip(x, *p.evaluate(x), strict=True):
            given = point.copy()
            assert distance(scope["objective"](given), f) <= 1e-9
            if p.n_inequality:
                assert scope["inequality"](given).shape == g.shape
                assert np.all(distance(scope["inequality"](given), g) <= 1e-9)
            if p.n_equality:
                assert scope["equality"](given).shape == h.shape
                assert np.all(distance(scope["equality"](given), h) <= 1e-9)
            np.testing.assert_array_equal(given, point)


@pytest.mark.parametrize(("name", "prompt"), PYTHON, ids=label)
def test_python_text_is_self_contained_and_readable(name: str, prompt: Prompt) -> None:
    assert prompt.code.startswith("import numpy as np\n")
    assert f"```python\n{prompt.code}```" in prompt.text
    assert max(map(len, prompt.code.splitlines())) <= 120
    tree = ast.parse(prompt.code)
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        loaded = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert stored <= loaded, f"{function.name} computes {stored - loaded} for nothing"


@pytest.mark.parametrize(("name", "prompt"), LATEX, ids=label)
def test_latex_text_read_back_computes_what_the_evaluator_computes(name: str, prompt: Prompt) -> None:
    p, x = points(name)
    stated = LatexProblem(prompt.text)
    assert stated.dim == p.dim
    x = x[::2]
    with np.errstate(all="ignore"):
        for point, f, g, h in zip(x, *p.evaluate(x), strict=True):
            found = stated.evaluate(point, prompt.namespace)  # type: ignore[arg-type]
            assert distance(found.f, f) <= 1e-9
            assert len(found.g) == p.n_inequality
            assert np.all(distance(np.array(found.g), g) <= 1e-9)
            assert len(found.h) == p.n_equality
            assert np.all(distance(np.array(found.h), h) <= 1e-9)


@pytest.mark.parametrize(("name", "prompt"), LATEX, ids=label)
def test_latex_text_is_balanced_and_numbers_its_constraints(name: str, prompt: Prompt) -> None:
    text = prompt.text
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert re.findall(r"\\begin\{(\w+)\}", text).count("cases") == re.findall(r"\\end\{(\w+)\}", text).count("cases")
    assert text.count("$") % 2 == 0
    p = load_problem(f"cec2020/{name}")
    assert (r"\le 0" in text, bool(re.search(r"h_\{", text))) == (p.n_inequality > 0, p.n_equality > 0)


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_problem_is_told_in_at_least_four_different_ways(name: str) -> None:
    prompts = load_problem(f"cec2020/{name}").prompts()
    assert len({prompt.text for prompt in prompts}) == len(prompts) >= 4
    assert {prompt.language for prompt in prompts} == {"python", "latex"}
    assert {"plain", "helpers"} <= {prompt.style for prompt in prompts if prompt.language == "python"}


@pytest.mark.parametrize("name", [name for name in EQUATIONS if catalogue.equations(catalogue.entry(name)).repeats])  # type: ignore[union-attr]
def test_families_are_also_told_with_loops_and_without(name: str) -> None:
    styles = {prompt.style: prompt.code for prompt in load_problem(f"cec2020/{name}").prompts()}
    assert "    for " in styles["loops"]
    assert not re.search(r"\bfor\b", styles["vectorized"])


@pytest.mark.parametrize(("name", "prompt"), CASES, ids=label)
def test_texts_say_neither_optimum_nor_identity(name: str, prompt: Prompt) -> None:
    best = load_problem(f"cec2020/{name}").best_known
    assert name not in prompt.text
    assert "cec" not in prompt.text.lower()
    assert best is None or best in (0.0, 2.0) or f"{abs(best):.7g}" not in prompt.text


@pytest.mark.parametrize(("name", "prompt"), CASES, ids=label)
def test_texts_begin_with_what_the_problem_is_about(name: str, prompt: Prompt) -> None:
    about = catalogue.entry(name).about
    opening = about.partition(" x1")[0].partition(", the rounded")[0]
    assert prompt.text.startswith(opening[:40])
    assert not re.search(r"(?<![\w$_{])x\d", prompt.text.partition("\n")[0])


def test_python_texts_count_variables_from_0_and_latex_texts_from_1() -> None:
    texts = {(p.language, p.style): p.text for p in load_problem("cec2020/RC02").prompts()}
    assert "x[0:3]" in texts["python", "plain"]
    assert r"$x_{1}, \dots, x_{3}$" in texts["latex", "plain"]
