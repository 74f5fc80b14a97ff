from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.describe.temporaries import STYLE, name_steps

CODE = """\
import numpy as np
TABLE = np.array([np.sqrt(4.0),
                  9.0])

def scaled(x, t1):
    return t1 * np.sum(x)

def objective(x):
    total = 0.0
    for k in range(len(TABLE)):
        total += scaled(np.abs(x) + 1.0, TABLE[k])
        if total > np.max(x) * 3.0:
            total = total - float(np.min(np.abs(x)))
    values = [np.sin(v) for v in x]
    return total + (np.log(total) if total > 1.0 else 0.0) + sum(values)
"""


def test_the_values_stay_the_same() -> None:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    exec(CODE, before)
    exec(name_steps(CODE), after)
    for x in np.random.default_rng(0).uniform(-3.0, 3.0, (20, 3)):
        assert before["objective"](x) == after["objective"](x)


def test_no_call_of_a_function_stands_within_another_expression() -> None:
    code = name_steps("def objective(x):\n    return a(b(x) + c(d(x))) * e(x)\n")
    assert code == (
        "def objective(x):\n    t1 = b(x)\n    t2 = d(x)\n    t3 = c(t2)\n    t4 = a(t1 + t3)\n    t5 = e(x)\n"
        "    return t4 * t5\n"
    )


def test_what_is_not_always_computed_stays_in_its_place() -> None:
    code = name_steps(CODE)
    assert "np.log(total) if total > 1.0 else 0.0" in code
    assert "[np.sin(v) for v in x]" in code


def test_names_in_use_are_not_taken_and_tables_stay_as_written() -> None:
    code = name_steps(CODE)
    assert "t1 = " not in code.partition("def objective")[0]
    assert "TABLE = np.array([np.sqrt(4.0),\n                  9.0])" in code


@pytest.mark.parametrize("suite", ["cec2020", "realistic"])
def test_every_problem_has_four_to_six_descriptions(suite: str) -> None:
    for name in list_problems(suite):
        prompts = load_problem(name).prompts()
        assert 4 <= len(prompts) <= 6, name
        assert len({prompt.text for prompt in prompts}) == len(prompts), name
        for prompt in prompts:
            if prompt.style == STYLE:
                ast.parse(prompt.code)
