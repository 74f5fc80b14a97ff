from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.metrics import relative_targets
from llamoco_bench.profiles import DataProfile, data_profile, first_hits, way_left
from llamoco_bench.scoring import collect_items, score


def run(curve: list[tuple[int, float]], problem: str = "p", number: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "run",
        "suite": "s",
        "problem": problem,
        "model": "m",
        "turn": 0,
        "run": number,
        "status": "ok",
        "feasible": bool(curve),
        "best_f": curve[-1][1] if curve else None,
        "curve": curve,
        "f0": 1.0,
        "first_f": 1.0,
        "best_known": 0.0,
        "dim": 2,
        "budget": 1000,
        "constraints": 0,
        **fields,
    }


def test_target_is_hit_by_the_first_value_that_reaches_it() -> None:
    hits = first_hits(run([(3, 5.0), (10, 1.0), (40, 1e-4), (90, 0.0)]))
    targets = relative_targets()
    assert hits[0] == 10
    assert all(hit == (10 if t >= 1.0 else 40 if t >= 1e-4 else 90) for t, hit in zip(targets, hits, strict=True))


@pytest.mark.parametrize("fields", [{"status": "timeout"}, {"feasible": False}, {"best_f": None}])
def test_run_that_counts_0_hits_nothing(fields: dict[str, Any]) -> None:
    assert first_hits(run([(10, 0.0)], **fields)) == [math.inf] * 51


def test_run_that_never_started_hits_nothing() -> None:
    assert first_hits({"status": "no_code", "feasible": False, "best_f": None}) == [math.inf] * 51


def test_problem_without_a_best_known_value_has_no_targets() -> None:
    assert first_hits(run([(10, 0.0)], best_known=None)) == []


def test_start_that_is_the_best_already_is_all_or_nothing() -> None:
    assert way_left([1.0, 1.5], best_known=1.0, start=1.0) == [0.0, math.inf]


def test_share_counts_the_targets_hit_by_then() -> None:
    found = profile({"p": [[1.0] * 17 + [5.0] * 17 + [math.inf] * 17]}, [0.5, 1.0, 4.9, 5.0, 100.0])
    assert found.share.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])


def test_every_run_weighs_the_same_as_in_reach() -> None:
    hit, missed = [1.0] * 51, [math.inf] * 51
    assert profile({"p": [hit] * 4, "q": [missed], "none": []}, [1.0]).share.tolist() == [0.8]


def test_problems_differ_so_there_is_an_interval_and_one_problem_has_none() -> None:
    hit, missed = [1.0] * 51, [math.inf] * 51
    several, one = profile({"p": [hit], "q": [missed], "r": [hit]}, [2.0]), profile({"p": [hit]}, [2.0])
    assert several.low[0] < several.share[0] < several.high[0]
    assert math.isnan(one.low[0])
    assert data_profile({"p": []}, [1.0]) is None


def profile(hits: dict[str, list[list[float]]], grid: list[float]) -> DataProfile:
    found = data_profile(hits, grid)
    assert found is not None
    return found


values = st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=8)


@given(st.lists(values, min_size=2, max_size=6))
def test_profile_rises_and_ends_at_reach_with_its_interval(runs: list[list[float]]) -> None:
    curves = [[(10 * (k + 1), f) for k, f in enumerate(sorted(row, reverse=True))] for row in runs]
    records = [run(curve, f"p{number}") for number, curve in enumerate(curves)]
    found = profile({record["problem"]: [first_hits(record)] for record in records}, [5.0, 20.0, 80.0])
    assert (np.diff(found.share) >= 0.0).all()
    reached = score(collect_items(records)).reach
    assert (found.share[-1], found.low[-1], found.high[-1]) == pytest.approx(reached, abs=1e-9)
