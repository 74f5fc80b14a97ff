"""What holds for every problem of the suite."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.problem import Array, Problem
from llamoco_bench.problems.realistic import CEC2020_NAMES
from llamoco_bench.problems.realistic.data import FOLDER, table

IDS = list_problems("realistic")
ALIASES = [f"realistic/{name}" for name in CEC2020_NAMES]
OWN = [problem_id for problem_id in IDS if problem_id not in ALIASES]


def points(problem: Problem, count: int) -> Array:
    return np.random.default_rng(7).uniform(problem.lower, problem.upper, (count, problem.dim))


def test_the_suite_has_the_eight_kinds() -> None:
    kinds = {"docking": 28 + 3, "hpo": 6, "neuro": 4, "sopwm": 6, "pooling": 1, "batch": 1, "robot": 1, "wind": 1}
    found = [problem_id.partition("/")[2].partition("-")[0] for problem_id in IDS]
    assert {kind: found.count(kind) for kind in found} == kinds


def test_listing_imports_neither_numpy_nor_a_problem() -> None:
    code = (
        "import sys; from llamoco_bench.problems import list_problems;"
        "list_problems('realistic'), list_problems('mujoco');"
        "sys.exit('numpy' in sys.modules or any('realistic.' in name for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("problem_id", ALIASES)
def test_a_problem_of_cec2020_is_the_same_under_its_other_name(problem_id: str) -> None:
    alias = load_problem(problem_id)
    original = load_problem(f"cec2020/{CEC2020_NAMES[problem_id.partition('/')[2]]}")
    assert alias.id == problem_id
    assert alias.evaluator is original.evaluator
    assert alias.describe is original.describe
    assert (alias.best_known, alias.budget) == (original.best_known, original.budget)
    assert alias.definition_hash != original.definition_hash


@pytest.mark.parametrize("problem_id", OWN)
def test_a_point_has_the_same_bits_alone_and_with_others(problem_id: str) -> None:
    problem = load_problem(problem_id)
    x = points(problem, 3 if "rugged" in problem_id else 12)
    together = problem.evaluate(x).f
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together, [problem.objective(point) for point in x])
    np.testing.assert_array_equal(together[:2], problem.objective(x[:2]))


@pytest.mark.parametrize("problem_id", OWN)
def test_evaluation_leaves_the_points_alone_and_repeats_itself(problem_id: str) -> None:
    problem = load_problem(problem_id)
    x = points(problem, 2)
    before = x.copy()
    first = problem.objective(x)
    np.testing.assert_array_equal(problem.objective(x), first)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("problem_id", OWN)
def test_no_points_have_no_values(problem_id: str) -> None:
    problem = load_problem(problem_id)
    values = problem.evaluate(np.empty((0, problem.dim)))
    assert (values.f.shape, values.g.shape, values.h.shape) == ((0,), (0, 0), (0, 0))


@pytest.mark.parametrize("problem_id", OWN)
def test_the_best_known_value_is_that_of_the_point_kept_with_it(problem_id: str) -> None:
    problem, kept = load_problem(problem_id), table("best_known")[problem_id]
    point = np.array(kept["point"])
    assert np.all((problem.lower <= point) & (point <= problem.upper))
    assert problem.objective(point) == pytest.approx(problem.best_known, rel=1e-9, abs=1e-12)
    assert "proven" in problem.best_known_source


@pytest.mark.parametrize("problem_id", OWN)
def test_random_points_are_no_better_than_the_best_known_one(problem_id: str) -> None:
    problem = load_problem(problem_id)
    assert problem.best_known is not None
    assert problem.evaluate(points(problem, 5 if "rugged" in problem_id else 50)).f.min() >= problem.best_known


@pytest.mark.parametrize("problem_id", OWN)
def test_the_hash_of_the_definition_covers_the_data(problem_id: str) -> None:
    problem = load_problem(problem_id)
    prompt = next(prompt for prompt in problem.prompts() if prompt.language == "python")
    assert prompt.code in problem.definition
    assert all(f"{name}: " in problem.definition for name in prompt.namespace)


def test_the_data_are_small_and_their_notices_stand_beside_them() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 1_000_000
    notice = (FOLDER / "NOTICE.txt").read_text(encoding="utf-8")
    for holder in ("MetaEvolution Lab", "Rosen Ting-Ying Yu", "Sebastian Pineda", "Protein Data Bank", "Breast Cancer"):
        assert holder in notice
