from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic.forest import Forest
from llamoco_bench.problems.realistic.hpo import TASKS, evaluator, tables

CHECK = np.load(Path(__file__).with_name("hpo_check.npz"))
WITH_CHOICES = {"ranger", "rpart", "svm", "xgboost"}


def walk(forest: Forest, point: Array) -> float:
    total = float(forest.base[0])
    for tree in range(len(forest.left)):
        node = 0
        while forest.left[tree, node]:
            lower = point[forest.feature[tree, node]] < forest.split[tree, node]
            node = forest.left[tree, node] if lower else forest.right[tree, node]
        total += float(forest.split[tree, node])
    return total


def grown(rng: np.random.Generator, leaves: int, trees: int, dim: int) -> Forest:
    """Trees of random shape, which need not be balanced, over few thresholds, so that there are ties."""
    size = 2 * leaves - 1
    left, right = np.zeros((2, trees, size), dtype=np.uint8)
    for tree in range(trees):
        tips = [0]
        for node in range(1, size, 2):
            parent = tips.pop(rng.integers(len(tips)))
            left[tree, parent], right[tree, parent] = node, node + 1
            tips += [node, node + 1]
    feature = rng.integers(0, dim, (trees, size)).astype(np.int8)
    split = np.where(left > 0, rng.integers(0, 8, (trees, size)) / 8, rng.normal(size=(trees, size)))
    return Forest(feature, split.astype(np.float32), left, right, np.array([0.5], dtype=np.float32))


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 64), st.integers(1, 4), st.integers(1, 3))
def test_a_forest_reaches_the_leaves_that_a_walk_reaches(seed: int, leaves: int, trees: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    forest = grown(rng, leaves, trees, dim)
    points = rng.integers(-1, 10, (20, dim)) / 8
    np.testing.assert_allclose(forest.predict(points), [walk(forest, point) for point in points], rtol=1e-12)


@pytest.mark.parametrize("name", TASKS)
def test_predictions_for_real_values_are_those_of_xgboost(name: str) -> None:
    found = tables(name)
    found.pop("accuracy")
    points: NDArray[np.float64] = CHECK[f"{name}/points"].astype(np.float64)
    # The sum of 200 leaves in single precision differs from that in double precision by less than this.
    np.testing.assert_allclose(Forest(**found).predict(points), CHECK[f"{name}/predicted"], rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", TASKS)
def test_the_objective_is_the_share_that_is_missed_between_the_real_results(name: str) -> None:
    worst, best = tables(name)["accuracy"]
    points = CHECK[f"{name}/points"].astype(np.float64)
    missed = (best - CHECK[f"{name}/predicted"].astype(np.float64)) / (best - worst)
    np.testing.assert_allclose(evaluator(name)(points).f, np.clip(missed, 0, 1), rtol=0, atol=1e-3)
    assert worst < best


@pytest.mark.parametrize("name", TASKS)
def test_no_random_point_is_as_good_as_the_best_real_result(name: str) -> None:
    points = np.random.default_rng(5).random((2_000, TASKS[name].dim))
    f = evaluator(name)(points).f
    assert 0 < f.min() < f.max() <= 1


@pytest.mark.parametrize("name", TASKS)
def test_a_choice_is_taken_in_the_middle(name: str) -> None:
    task, found = TASKS[name], tables(name)
    choices = [j for j, variable in enumerate(task.variables) if variable.endswith(".na") or ".ohe." in variable]
    splits = found["split"][(found["left"] > 0) & np.isin(found["feature"], choices)]
    assert set(splits.tolist()) == ({0.5} if name in WITH_CHOICES else set())
