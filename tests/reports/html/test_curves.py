from __future__ import annotations

import math
from typing import Any

import pytest

from llamoco_bench.metrics import REACH_TARGETS
from llamoco_bench.reports.html.curves import trace
from llamoco_bench.scoring import run_reach


def record(**fields: Any) -> dict[str, Any]:
    base = {"status": "ok", "feasible": True, "best_f": 1.0, "f0": 11.0, "best_known": 1.0, "constraints": 0}
    return {**base, "curve": [[1, 11.0], [10, 2.0], [100, 1.0 + 1e-5], [900, 1.0]], **fields}


def test_values_are_what_is_left_of_the_way() -> None:
    found = trace(record())
    assert found.relative
    assert found.evaluations.tolist() == [1, 10, 100, 900]
    assert found.values.tolist() == pytest.approx([1.0, 0.1, 1e-6, 0.0], rel=1e-5)


def test_hits_say_when_each_target_was_reached() -> None:
    hits = trace(record()).hits
    assert hits[0] == 1.0
    assert hits[-1] == 900.0
    assert list(hits) == sorted(hits)


@pytest.mark.parametrize("best", [1.0, 1.1, 2.0, 5.0, 12.0])
def test_share_of_hits_is_reach(best: float) -> None:
    run = record(best_f=best, curve=[[1, 12.0], [50, best]] if best < 12 else [[1, 12.0]])
    hits = trace(run).hits
    assert sum(map(math.isfinite, hits)) / REACH_TARGETS == pytest.approx(run_reach(run))


def test_erroneous_run_reaches_nothing() -> None:
    hits = trace(record(status="timeout")).hits
    assert len(hits) == REACH_TARGETS
    assert not any(map(math.isfinite, hits))


def test_problem_without_best_known_value_keeps_the_objective() -> None:
    found = trace(record(best_known=None))
    assert not found.relative
    assert found.values.tolist() == pytest.approx([11.0, 2.0, 1.00001, 1.0])
    assert not found.hits


def test_start_that_is_best_already_is_all_or_nothing() -> None:
    assert all(map(math.isfinite, trace(record(f0=1.0)).hits))
    assert not any(map(math.isfinite, trace(record(f0=1.0, curve=[[1, 2.0]], best_f=2.0)).hits))


def test_program_that_never_ran_has_an_empty_curve() -> None:
    found = trace({"status": "no_code", "feasible": False, "best_known": 1.0})
    assert not found.evaluations
    assert len(found.hits) == REACH_TARGETS


def test_values_beyond_single_precision_stay_finite() -> None:
    found = trace(record(best_known=None, curve=[[1, 1e300], [2, -1e300]]))
    assert all(map(math.isfinite, found.values))
