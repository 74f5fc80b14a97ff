from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench import prompting
from llamoco_bench.errors import UsageError
from llamoco_bench.problems.problem import Evaluation, Problem, Prompt
from llamoco_bench.sandbox import RunError

PYTHON = Prompt("python", "plain", "A sphere {with braces}.", "def objective(x):\n    return (x * x).sum()\n")
LATEX = Prompt("latex", "plain", r"\min_x \sum_i x_i^{2}")


def make(n_inequality: int = 0, n_equality: int = 0) -> Problem:
    return Problem(
        id="toy/sphere",
        title="Sphere",
        lower=np.array([-1.0, -1.0, 0.0]),
        upper=np.array([1.0, 1.0, 5e6]),
        budget=1234,
        n_inequality=n_inequality,
        n_equality=n_equality,
        evaluator=lambda x: Evaluation((x * x).sum(axis=1), x[:, :0], x[:, :0]),
        describe=lambda: [PYTHON, LATEX],
        definition="sphere",
        best_known=0.0,
        best_known_source="by definition",
    )


def text_of(problem: Problem, prompt: Prompt = PYTHON) -> str:
    [message] = prompting.first_prompt(problem, prompt)
    return message.content


def test_prompt_states_description_dimension_bounds_and_budget() -> None:
    text = text_of(make())
    for part in (PYTHON.text, "3 decision variables", "x[0..1] in [-1, 1], x[2] in [0, 5000000]", "1234 evaluations"):
        assert part in text


def test_prompt_of_an_unconstrained_problem_does_not_speak_of_constraint_functions() -> None:
    text = text_of(make())
    assert "def solve(objective, lower, upper, budget, seed):" in text
    assert "inequality(" not in text
    assert "equality=" not in text


@pytest.mark.parametrize(
    ("g", "h", "signature"),
    [
        (2, 0, "seed, inequality=None):"),
        (0, 1, "seed, equality=None):"),
        (2, 3, "seed, inequality=None, equality=None):"),
    ],
)
def test_prompt_offers_the_constraints_that_there_are(g: int, h: int, signature: str) -> None:
    text = text_of(make(g, h))
    assert signature in text
    assert (f"the {g} values g(x)" in text) == bool(g)
    assert (f"the {h} values h(x)" in text) == bool(h)


def test_the_optimum_is_not_in_the_prompt() -> None:
    from llamoco_bench.problems import load_problem

    problem = load_problem("cec2020/RC05")
    assert "400.0" not in text_of(problem, problem.prompts()[0])


def test_description_is_picked_by_language_and_style() -> None:
    assert prompting.pick_description(make(), "latex") is LATEX
    assert prompting.pick_description(make(), "python:plain") is PYTHON


@pytest.mark.parametrize("wanted", ["cobol", "python:verse", ""])
def test_unknown_description_is_refused_with_those_that_exist(wanted: str) -> None:
    with pytest.raises(UsageError, match="python:plain, latex:plain"):
        prompting.pick_description(make(), wanted)


def test_repair_shows_answer_error_line_and_output() -> None:
    error = RunError("NameError", "name 'y' is not defined", 7, "    return y", output="step 1\n")
    first = prompting.first_prompt(make(), PYTHON)
    messages = prompting.repair_prompt(first, "my answer", error)
    assert [message.role for message in messages] == ["user", "assistant", "user"]
    assert messages[1].content == "my answer"
    for part in ("NameError: name 'y' is not defined", "Line 7: return y", "step 1"):
        assert part in messages[2].content


def test_an_endless_answer_is_cut_before_it_is_shown_again() -> None:
    messages = prompting.repair_prompt([], "x" * 10**6, RunError("", "no program"))
    assert len(messages[0].content) < 20_000


def test_only_installed_libraries_are_named() -> None:
    import importlib.util

    for name in prompting.available_libraries():
        assert importlib.util.find_spec(name)
    assert {"numpy", "scipy"} <= set(prompting.available_libraries())
