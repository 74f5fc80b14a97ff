"""The texts of the problems defined here: what they state is what the evaluator computes."""

from __future__ import annotations

import ast
import builtins
import re
from typing import Any

import numpy as np
import pytest
from _pytest.mark.structures import ParameterSet

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic import CEC2020_NAMES

# One text is much like the other for the complexes of one kind; all are run where that takes long only on demand.
QUICK = {"realistic/docking-1mah", "realistic/docking-1ppe", "realistic/docking-rugged-1ay7"}
OWN = [i for i in list_problems("realistic") if i.partition("/")[2] not in CEC2020_NAMES]


def label(case: object) -> str:
    return f"{case.language}-{case.style}" if isinstance(case, Prompt) else str(case).partition("/")[2]


def cases(language: str) -> list[ParameterSet]:
    found = []
    for problem_id in OWN:
        marks = () if "docking" not in problem_id or problem_id in QUICK else pytest.mark.slow
        for prompt in load_problem(problem_id).prompts():
            if prompt.language == language:
                found.append(pytest.param(problem_id, prompt, marks=marks, id=f"{label(problem_id)}-{prompt.style}"))
    return found


@pytest.mark.parametrize(("problem_id", "prompt"), cases("python"))
def test_python_text_computes_what_the_evaluator_computes(problem_id: str, prompt: Prompt) -> None:
    problem = load_problem(problem_id)
    count = 1 if prompt.style == "plain" and "rugged" in problem_id else 4
    x = np.random.default_rng(11).uniform(problem.lower, problem.upper, (count, problem.dim))
    scope: dict[str, Any] = dict(prompt.namespace)
    exec(prompt.code, scope)
    given = x.copy()
    np.testing.assert_allclose([scope["objective"](point) for point in given], problem.objective(x), rtol=1e-9)
    np.testing.assert_array_equal(given, x)


@pytest.mark.parametrize(("problem_id", "prompt"), cases("python"))
def test_python_text_defines_or_is_given_every_name(problem_id: str, prompt: Prompt) -> None:
    assert f"```python\n{prompt.code}```" in prompt.text
    assert "<<" not in prompt.text
    assert max(map(len, prompt.code.splitlines())) <= 120
    tree = ast.parse(prompt.code)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names} | {"np"}
    missing = {name.id for name in names} - stored - set(dir(builtins))
    assert missing == set(prompt.namespace)


@pytest.mark.parametrize(("problem_id", "prompt"), cases("python"))
def test_every_array_is_introduced_before_the_code(problem_id: str, prompt: Prompt) -> None:
    intro = prompt.text.partition("```")[0].replace("L_", "R_")
    assert all(re.search(rf"\b{name.replace('L_', 'R_')}\b", intro) for name in prompt.namespace)
    assert not any(isinstance(value, np.ndarray) and value.flags.writeable for value in prompt.namespace.values())


@pytest.mark.parametrize(("problem_id", "prompt"), cases("latex"))
def test_latex_text_is_well_formed(problem_id: str, prompt: Prompt) -> None:
    text = prompt.text
    assert "<<" not in text
    assert text.count("{") == text.count("}")
    assert text.count(r"\[") == text.count(r"\]") > 0
    assert text.count(r"\(") == text.count(r"\)")
    assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
    assert re.findall(r"\\begin\{(\w+)\}", text) == re.findall(r"\\end\{(\w+)\}", text)
    assert str(load_problem(problem_id).dim) in text


@pytest.mark.parametrize("problem_id", OWN)
def test_there_are_three_python_texts_and_a_latex_one(problem_id: str) -> None:
    offered = [(prompt.language, prompt.style) for prompt in load_problem(problem_id).prompts()]
    styles = ("plain", "vectorized", "temporaries")
    assert offered == [*(("python", style) for style in styles), ("latex", "plain")]


@pytest.mark.parametrize("problem_id", OWN)
def test_no_text_gives_the_best_point_away(problem_id: str) -> None:
    problem = load_problem(problem_id)
    assert problem.best_known is not None
    # A whole number, such as 0 or minus the number of steps, stands in a text for other reasons.
    if not problem.best_known.is_integer():
        assert all(repr(abs(problem.best_known))[:8] not in prompt.text for prompt in problem.prompts())
