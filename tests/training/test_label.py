"""A label says how it was found and how sure it is, and carries the score of its program in the sandbox."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.baselines.optimizers import run as optimizer_run
from llamoco_bench.journal import Journal, read_journals
from llamoco_bench.metrics import REACH_PRECISION
from llamoco_bench.problems.problem import Problem
from llamoco_bench.sandbox import Limits, RunResult, run_program
from llamoco_bench.seeds import run_seed
from llamoco_bench.training.labels import runs as runs_module
from llamoco_bench.training.labels import verification
from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import candidate, grid_candidates, program_hash
from llamoco_bench.training.labels.evidence import weigh
from llamoco_bench.training.labels.label import make_label
from llamoco_bench.training.labels.runs import Run, Runner, label_seed, target_of
from tests.training.label_toys import MakeToy, toy_protocol

A, B = candidate("pso", {}), candidate("samr-ga", {})


def test_the_recorded_score_is_that_of_the_program_in_the_sandbox(make_toy: MakeToy) -> None:
    problem = make_toy()
    label = make_label(problem, toy_protocol(), known={})
    source = candidate(label["optimizer"], label["config"]).source
    results = [
        run_program(source, problem, seed=run_seed(0, problem.id, i), limits=Limits(wall_s=60)) for i in range(3)
    ]
    assert label["sandbox_best_f"] == [result.best_f for result in results]
    assert label["sandbox_statuses"] == ["ok"] * 3
    perf = sum(1 - r.best_f / r.f0 for r in results if r.best_f is not None) / 3
    assert math.isclose(label["perf"], perf)


def test_the_seeds_that_choose_a_label_are_not_those_that_score_it() -> None:
    choosing = {label_seed(0, "synthetic/u0000", i) for i in range(5)}
    assert not choosing & {run_seed(0, "synthetic/u0000", i) for i in range(5)}


def test_labels_are_plain_json_and_repeat_themselves(make_toy: MakeToy) -> None:
    first, second = (make_label(make_toy(), toy_protocol(), known={}) for _ in range(2))
    for label in (first, second):
        json.dumps(label, allow_nan=False)
        del label["wall_s"], label["cpu_s"]
    assert first == second


def test_a_raced_label_never_says_that_it_is_full(make_toy: MakeToy) -> None:
    raced = make_label(make_toy(), toy_protocol("race"), known={})
    assert raced["mode"] == "race"
    assert raced["protocol"] != toy_protocol("full").hash()


def test_failure_of_the_sandbox_is_no_score_and_leaves_a_draft(
    make_toy: MakeToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(source: str, problem: Problem, seed: int, limits: Limits) -> RunResult:
        result = run_program(source, problem, seed=seed, limits=limits)
        return replace(result, status="infra") if seed == run_seed(0, problem.id, 1) else result

    monkeypatch.setattr(verification, "run_program", lost)
    draft = make_label(make_toy(), toy_protocol(), known={})
    assert draft["kind"] == "label-draft"
    assert not {"perf", "reach", "sandbox_statuses"} & set(draft)
    monkeypatch.undo()
    assert make_label(make_toy(), toy_protocol(), known={})["kind"] == "label"


def test_known_runs_are_not_run_again(make_toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(tmp_path / "runs.jsonl") as journal:
        first = make_label(make_toy(), toy_protocol(), known={}, journal=journal)
    known = {record["key"]: record for record in read_journals(tmp_path)}
    monkeypatch.setattr(runs_module, "run_source", None)  # a call would fail
    second = make_label(make_toy(), toy_protocol(), known=known)
    assert {**first, "wall_s": 0} == {**second, "wall_s": 0}


def test_a_program_that_fails_scores_0_and_is_marked(make_toy: MakeToy, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(source: str, *args: object, **options: object) -> optimizer_run.OptimizerRun:
        broken = source.replace("best_x", "no_such_name").replace("rng = ", "objective(lower); rng = nothing or ")
        return optimizer_run.run_source(broken, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(runs_module, "run_source", failing)
    run = Runner(make_toy(), master=0, known={}).run(A, 0)
    assert run.failed
    assert run.best_f is None


@pytest.mark.parametrize(("halts", "runs", "counts"), [(1, 2, True), (9, 3, False)])
def test_a_run_that_was_halted_is_done_again_and_counts_as_capped_only_where_it_always_is(
    make_toy: MakeToy, monkeypatch: pytest.MonkeyPatch, halts: int, runs: int, counts: bool
) -> None:
    """As by a suspended machine: the limit is one of wall clock, and the program has hardly computed."""
    done: list[optimizer_run.OptimizerRun] = []

    def halted(*args: object, **options: object) -> optimizer_run.OptimizerRun:
        run = optimizer_run.run_source(*args, **options)  # type: ignore[arg-type]
        done.append(replace(run, stopped="time") if len(done) < halts else run)
        return done[-1]

    monkeypatch.setattr(runs_module, "run_source", halted)
    run = Runner(make_toy(), master=0, known={}).run(A, 0)
    assert (len(done), not run.failed) == (runs, counts)


def test_runs_stop_where_no_score_can_rise_and_only_where_the_optimum_is_proven(make_toy: MakeToy) -> None:
    problem = make_toy(ripple=0.0, dim=2, budget=3000)
    assert target_of(problem, 50.0) == 50.0 * REACH_PRECISION
    runner = Runner(problem, master=0, known={})
    run = runner.run(A, 0)
    assert run.evaluations < 3000
    assert run.best_f is not None
    assert run.best_f <= REACH_PRECISION * runner.start(0)
    assert target_of(replace(problem, best_known_source="found by a search"), 50.0) is None


def test_the_probability_that_the_winner_wins_is_its_share_of_resamples(make_toy: MakeToy) -> None:
    board = Board(Runner(make_toy(), master=0, known={}))

    def runs(*left: float) -> list[Run]:
        return [Run(share * board.runner.start(i), at=1, evaluations=1, failed=False) for i, share in enumerate(left)]

    board.runs = {A: runs(0.1, 0.1, 0.1), B: runs(0.2, 0.2, 0.2)}
    sure = weigh(board, [A, B], 3)
    assert (sure.p_optimizer, sure.p_config) == (1.0, 1.0)
    assert sure.runner_up == B
    board.runs = {A: runs(0.0, 0.0, 0.6), B: runs(0.25, 0.25, 0.25)}
    unsure = weigh(board, [A, B], 3)
    # A loses where seed 2 is drawn at least twice: 7 of 27 resamples.
    assert unsure.p_optimizer == pytest.approx(20 / 27, abs=0.05)


def test_the_start_of_a_run_is_that_of_the_harness(make_toy: MakeToy) -> None:
    problem = make_toy()
    label = make_label(problem, toy_protocol(), known={})
    result = run_program(A.source, problem, seed=run_seed(0, problem.id, 0), limits=Limits(wall_s=60))
    assert label["sandbox_f0"][0] == result.f0


def test_comments_and_docstrings_of_a_program_do_not_change_its_runs_and_anything_else_does() -> None:
    plain = "def solve(a):\n    return a + 1\n"
    dressed = '"""Adds."""\n# a comment\ndef solve(a):\n    """Add one."""\n    return a + 1  # one\n'
    assert program_hash(plain) == program_hash(dressed)
    assert program_hash(plain) != program_hash(plain.replace("1", "2"))
    assert len({program_hash(one.source) for one in grid_candidates("sa", "half")}) == 16
