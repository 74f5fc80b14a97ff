from __future__ import annotations

import numpy as np

from llamoco_bench.reports.html.ranking import standings


def perf(mean: float, spread: float, seed: int, n: int = 40) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    return {f"p{k}": [float(v)] for k, v in enumerate(rng.normal(mean, spread, n))}


def test_a_clear_order_has_ranks_without_ranges() -> None:
    found = standings({"a": perf(0.9, 0.01, 0), "b": perf(0.5, 0.01, 1), "c": perf(0.1, 0.01, 2)}, ["a", "b", "c"])
    assert [(s.first, s.last) for s in found.values()] == [(1, 1), (2, 2), (3, 3)]
    assert [s.tied for s in found.values()] == [True, False, False]


def test_equal_models_share_the_range_and_are_tied() -> None:
    same = perf(0.5, 0.2, 0)
    found = standings({"a": same, "b": dict(same), "c": perf(0.0, 0.01, 2)}, ["a", "b", "c"])
    assert [(s.first, s.last) for s in found.values()] == [(1, 2), (1, 2), (3, 3)]
    assert found["b"].tied
    assert found["b"].p == 1.0


def test_noise_widens_the_range() -> None:
    found = standings({"a": perf(0.52, 0.2, 0), "b": perf(0.5, 0.2, 1)}, ["a", "b"])
    assert (found["a"].first, found["a"].last) == (1, 2)


def test_models_without_two_common_problems_cannot_be_ranked() -> None:
    found = standings({"a": {"p": [1.0]}, "b": {"q": [0.0]}}, ["a", "b"])
    assert [(s.first, s.last) for s in found.values()] == [(1, 2), (1, 2)]
    assert found["b"].tied
