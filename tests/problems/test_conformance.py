"""Our own problems pass what third parties' problems are asked to pass; and the test finds what is wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.problem import Evaluation, Problem, Prompt
from llamoco_bench.testing import ProblemConformance

SAMPLE = [
    *list_problems("synthetic/unconstrained")[17::750],
    *list_problems("synthetic/constrained")[17::500],
    *list_problems("cec2020")[::6],
    *("realistic/pooling", "realistic/docking-1ppe", "realistic/docking-rugged-1ppe"),
    *("realistic/hpo-svm", "realistic/neuro-cartpole", "realistic/neuro-breast-cancer"),
]


class Named(ProblemConformance):
    n_points = 4

    @pytest.fixture
    def problem(self, name: str) -> Problem:
        return load_problem(name)


@pytest.mark.parametrize("name", SAMPLE, scope="class")
class TestOurs(Named):
    pass


OTHERS = sorted({name for suite in ("cec2020", "quick", "realistic") for name in list_problems(suite)} - set(SAMPLE))


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS, scope="class")
class TestOthersOfOurs(Named):
    pass


TESTS = [name for name, _ in inspect.getmembers(ProblemConformance) if name.startswith("test_")]


def failures(problem: Problem) -> set[str]:
    """Names of the tests that a problem fails."""
    found = set()
    for name in TESTS:
        try:
            getattr(ProblemConformance(), name)(problem)
        except Exception:  # noqa: BLE001 - whichever way a test fails
            found.add(name)
    return found


def bowl(**changes: Any) -> Problem:
    def evaluator(x: Any) -> Evaluation:
        return Evaluation((x * x).sum(axis=1), np.empty((len(x), 0)), np.empty((len(x), 0)))

    prompt = Prompt(
        "python", "plain", "```\ndef objective(x): return sum(x * x)```", "def objective(x): return sum(x * x)"
    )
    options: dict[str, Any] = {
        "id": "lab/bowl",
        "title": "A bowl",
        "lower": np.full(2, -1.0),
        "upper": np.full(2, 2.0),
        "budget": 100,
        "n_inequality": 0,
        "n_equality": 0,
        "evaluator": evaluator,
        "describe": lambda: [prompt],
        "definition": "x^2",
        "best_known": 0.0,
        "best_known_source": "calculus",
    }
    return Problem(**{**options, **changes})


def noisy() -> Callable[[Any], Evaluation]:
    plain = bowl().evaluator

    def evaluator(x: Any) -> Evaluation:
        values = plain(x)
        return values._replace(f=values.f + np.random.random())  # noqa: NPY002 - what must be found out

    return evaluator


def by_position(x: Any) -> Evaluation:
    values = bowl().evaluator(x)
    return values._replace(f=values.f + np.arange(len(x)))


def writing(x: Any) -> Evaluation:
    values = bowl().evaluator(x)
    x[:] = 0.0
    return values


def test_a_good_problem_passes() -> None:
    assert failures(bowl()) == set()


def prompts(*codes: str) -> Callable[[], list[Prompt]]:
    return lambda: [Prompt("python", f"style{i}", f"{i} {code}", code) for i, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"id": "bowl"}, "test_says_what_it_is"),
        ({"definition": ""}, "test_says_what_it_is"),
        ({"best_known_source": ""}, "test_says_what_it_is"),
        ({"upper": np.array([2.0, np.inf])}, "test_bounds_are_finite_intervals"),
        ({"upper": np.array([2, 2])}, "test_bounds_are_finite_intervals"),
        ({"n_inequality": 1}, "test_shapes_are_those_of_one_point_and_of_many"),
        ({"evaluator": by_position}, "test_one_point_has_the_value_that_it_has_among_many"),
        ({"evaluator": noisy()}, "test_values_depend_on_the_point_alone"),
        ({"evaluator": writing}, "test_values_depend_on_the_point_alone"),
        ({"best_known": 7.5}, "test_no_random_point_beats_the_best_known"),
        ({"describe": list}, "test_descriptions_differ_and_one_is_python"),
        ({"describe": prompts("def objective(x): return 1.0")}, "test_python_descriptions_compute_what_is_evaluated"),
        ({"describe": prompts("def objective(x): retur")}, "test_python_descriptions_compute_what_is_evaluated"),
        (
            {"describe": prompts("def objective(x): return sum(x * x)\ndef equality(x): return []")},
            "test_python_descriptions_compute_what_is_evaluated",
        ),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, Any], failed: str) -> None:
    assert failed in failures(bowl(**changes))


def test_a_problem_that_is_nowhere_finite_is_found() -> None:
    nowhere = replace(bowl(), evaluator=lambda x: bowl().evaluator(x)._replace(f=np.full(len(x), np.nan)))
    assert "test_corners_can_be_evaluated_and_something_is_finite" in failures(nowhere)
