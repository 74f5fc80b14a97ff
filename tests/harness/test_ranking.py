from __future__ import annotations

import math

import numpy as np
import pytest

from llamoco_bench.ranking import rank_models
from tests.gates.making import runs


def values(rng: np.random.Generator, level: float, problems: int = 30) -> dict[str, list[float]]:
    return {f"p{k}": (level + rng.normal(0, 0.05, 5)).tolist() for k in range(problems)}


def test_models_that_are_told_apart_have_ranks_of_their_own_and_the_others_share_a_range() -> None:
    rng = np.random.default_rng(0)
    found = rank_models(
        {"low": values(rng, 0.3), "a": values(rng, 0.8), "b": values(rng, 0.8), "top": values(rng, 0.95)}, "perf"
    )
    assert next(iter(found)) == "top"
    assert list(found)[-1] == "low"
    assert {model: standing.range for model, standing in found.items()} == {
        "top": "1",
        "a": "2-3",
        "b": "2-3",
        "low": "4",
    }
    assert {model for model, standing in found.items() if standing.tied} == {"top"}


def test_models_tied_with_the_best_say_so() -> None:
    rng = np.random.default_rng(1)
    found = rank_models({"a": values(rng, 0.8), "b": values(rng, 0.8), "c": values(rng, 0.5)}, "perf")
    assert {model for model, standing in found.items() if standing.tied} == {"a", "b"}


def test_fewer_errors_rank_higher() -> None:
    found = rank_models({"a": {f"p{k}": [1.0] for k in range(9)}, "b": {f"p{k}": [0.0] for k in range(9)}}, "err")
    assert [(model, s.rank) for model, s in found.items()] == [("b", 1), ("a", 2)]


def test_equal_values_share_the_better_rank() -> None:
    same = {f"p{k}": [0.5] for k in range(9)}
    found = rank_models({"a": same, "b": same}, "perf")
    assert [(s.rank, s.range, s.tied) for s in found.values()] == [(1, "1-2", True)] * 2


def test_collapse_on_few_problems_is_told_apart_by_the_interval() -> None:
    found = rank_models({"a": {f"p{k}": [1.0] for k in range(4)}, "b": {f"p{k}": [0.0] for k in range(4)}}, "perf")
    assert [s.range for s in found.values()] == ["1", "2"]


def test_tie_with_the_first_has_its_p_and_the_first_has_none() -> None:
    rng = np.random.default_rng(1)
    found = rank_models({"a": values(rng, 0.8), "b": values(rng, 0.8), "c": values(rng, 0.5)}, "perf")
    first, second, third = found.values()
    assert math.isnan(first.p)
    assert second.p > 0.05 >= third.p


def test_models_without_two_common_problems_leave_every_rank_open() -> None:
    found = rank_models({"a": {"p": [1.0]}, "b": {"q": [0.0]}}, "perf")
    assert [s.range for s in found.values()] == ["1-2", "1-2"]
    assert found["b"].tied
    assert math.isnan(found["b"].p)


def test_noise_leaves_ranks_open() -> None:
    rng = np.random.default_rng(4)
    one, other = ({f"p{k}": [x] for k, x in enumerate(rng.normal(level, 0.2, 40))} for level in (0.52, 0.5))
    assert {s.range for s in rank_models({"a": one, "b": other}, "perf").values()} == {"1-2"}


def test_model_without_any_value_is_left_out() -> None:
    assert list(rank_models({"a": {"p": [1.0]}, "b": {"p": []}}, "perf")) == ["a"]
    assert rank_models({}, "perf") == {}


def test_models_of_a_run_are_ranked_on_each_suite_by_itself() -> None:
    from llamoco_bench.ranking import rank_items
    from llamoco_bench.scoring import collect_items

    records = [*runs([[0.5]] * 9, "a", "s"), *runs([[0.9]] * 9, "b", "s"), *runs([[0.5]] * 9, "a", "t")]
    assert {key: s.rank for key, s in rank_items(collect_items(records)).items()} == {
        ("s", "b"): 1,
        ("s", "a"): 2,
        ("t", "a"): 1,
    }


@pytest.mark.slow
def test_equal_models_are_told_apart_in_5_percent_of_simulations_at_most() -> None:
    """Family-wise: any pair of four models that are alike."""
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(400):
        found = rank_models({name: values(rng, 0.7, 20) for name in "abcd"}, "perf")
        wrong += any(standing.range != "1-4" for standing in found.values())
    assert wrong / 400 <= 0.08
