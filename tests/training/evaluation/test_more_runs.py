from __future__ import annotations

import json
from pathlib import Path

import pytest

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.errors import UsageError
from llamoco_bench.metrics import optimization_performance
from llamoco_bench.problems import load_problem
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.scores import Score, ScoreTable
from llamoco_bench.training.labels.runs import label_seed

PROBLEM = "synthetic/u0001"
PSO = Choice("pso", canonical_json(POOL["pso"].complete({})))
SEEDS = [label_seed(0, PROBLEM, number) for number in range(2)]


def table(folder: Path | None, master: int = 0) -> ScoreTable:
    problem = load_problem(PROBLEM)
    starts = [reference_value(problem, label_seed(master, PROBLEM, number)) for number in range(2)]
    label = {"problem": PROBLEM, "f0": starts, "best_known": problem.best_known}
    return ScoreTable({PROBLEM: {PSO: Score(0.0, 0.0, 1)}}, {PROBLEM: label}, folder)


def test_a_program_that_was_dropped_gets_the_runs_that_it_lacks(tmp_path: Path) -> None:
    found = table(tmp_path / "more").completed([(PROBLEM, PSO), (PROBLEM, None)]).of(PROBLEM, PSO)
    problem = load_problem(PROBLEM)
    assert problem.best_known is not None
    perf = [
        optimization_performance(
            run_optimizer("pso", problem, seed=seed).best_f, problem.best_known, reference_value(problem, seed)
        )
        for seed in SEEDS
    ]
    assert found is not None
    assert found.runs == 2
    assert found.perf == pytest.approx(sum(perf) / 2, abs=1e-12)


def test_runs_are_kept_and_not_done_again(tmp_path: Path) -> None:
    first = table(tmp_path).completed([(PROBLEM, PSO)]).of(PROBLEM, PSO)
    [journal] = tmp_path.glob("runs-*.jsonl")
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [record["number"] for record in records] == [0, 1]
    journal.write_text("".join(json.dumps(record | {"best_f": None}) + "\n" for record in records))
    again = table(tmp_path).completed([(PROBLEM, PSO)]).of(PROBLEM, PSO)
    assert first != again == Score(0.0, 0.0, 2)


def test_nothing_is_run_without_a_folder_for_problems_without_a_label_or_twice(tmp_path: Path) -> None:
    plain = table(None)
    assert plain.completed([(PROBLEM, PSO)]) is plain
    whole = table(tmp_path)
    assert whole.completed([("synthetic/u0002", PSO)]) is whole
    done = whole.completed([(PROBLEM, PSO)])
    assert done.completed([(PROBLEM, PSO)]) is done


def test_a_label_of_another_master_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="another master seed than 0"):
        table(tmp_path, master=1).completed([(PROBLEM, PSO)])
