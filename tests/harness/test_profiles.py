from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.metrics import relative_targets
from llamoco_bench.profiles import data_profile, first_hits
from llamoco_bench.scoring import collect_items, run_reach


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


def test_problem_without_a_best_known_value_has_no_targets() -> None:
    assert first_hits(run([(10, 0.0)], best_known=None)) == []
    assert data_profile(collect_items([run([(10, 0.0)], best_known=None)])).n_problems == 0


def test_profile_is_over_evaluations_per_dimension() -> None:
    profile = data_profile(collect_items([run([(10, 0.0)])]))
    assert profile.end == 500.0
    assert profile.shares([1, 4.9, 5.0, 100]) == pytest.approx([0.0, 0.0, 1.0, 1.0])


def test_problems_weigh_the_same_whatever_the_number_of_their_runs() -> None:
    records = [run([(10, 0.0)], "p", k) for k in range(4)] + [run([], "q")]
    assert data_profile(collect_items(records)).share(1e9) == pytest.approx(0.5)


values = st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=8)


@given(st.lists(values, min_size=1, max_size=6))
def test_profile_rises_and_ends_at_reach(runs: list[list[float]]) -> None:
    curves = [[(10 * (k + 1), f) for k, f in enumerate(sorted(row, reverse=True))] for row in runs]
    records = [run(curve, f"p{number}") for number, curve in enumerate(curves)]
    profile = data_profile(collect_items(records))
    shares = [share for _, share in profile.steps]
    assert shares == sorted(shares)
    reached = sum(map(run_reach, records)) / len(records)
    assert profile.share(profile.end) == pytest.approx(reached, abs=1e-9)
