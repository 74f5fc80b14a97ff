"""Labelling improves the best values known, and scores follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.training.labels import improvements as module
from llamoco_bench.training.labels.improvements import improvements, rescored
from tests.training.label_toys import folder_of, label_record, run_record

NAME = "synthetic/c0763"


def pretend(monkeypatch: pytest.MonkeyPatch, known: float) -> None:
    def load(problem_id: str) -> Problem:
        return replace(load_problem(problem_id), best_known=known)

    monkeypatch.setattr(module, "load_problem", load)


def test_the_best_point_that_a_run_kept_becomes_the_value_after_it_was_evaluated_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anchor = instance_of(NAME).anchor
    value = load_problem(NAME).objective(anchor)
    good = {**run_record(NAME, "heco-de", 0, -99.0), "best_x": anchor.tolist()}
    outside = {**run_record(NAME, "slsqp", 0, -5.0), "best_x": (0 * anchor + 1e6).tolist()}
    pretend(monkeypatch, known=1e9)
    ((before, found),) = improvements(folder_of(good, outside, run_record(NAME, "sa", 0, -100.0)))
    assert (before, found.problem_id, found.value) == (1e9, NAME, value)
    assert "heco-de" in found.source


def test_what_is_no_better_or_not_feasible_improves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = instance_of(NAME).anchor
    pretend(monkeypatch, known=-1e9)
    assert not list(improvements(folder_of({**run_record(NAME, "sa", 0, -2e9), "best_x": anchor.tolist()})))
    pretend(monkeypatch, known=1e9)
    assert not list(improvements(folder_of({**run_record(NAME, "sa", 0, 0.0), "best_x": (0 * anchor + 1e6).tolist()})))


def test_scores_follow_a_better_value(monkeypatch: pytest.MonkeyPatch) -> None:
    made = label_record(NAME, "slsqp", left=0.5, sandbox_f0=[1.0, 1.0], best_known=0.0)
    pretend(monkeypatch, known=-1.0)
    again = rescored(made)
    assert again["best_known"] == -1.0
    assert again["perf"] == pytest.approx(0.25)
    pretend(monkeypatch, known=0.2)
    assert rescored(made)["best_known"] == 0.0
