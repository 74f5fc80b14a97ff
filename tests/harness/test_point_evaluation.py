"""OPRO and LMEA as items: points are evaluated here, journalled, and gone on with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench import evaluation
from llamoco_bench.baselines.models import Generation, Model, ModelSpec, Request, Usage, parse_spec
from llamoco_bench.baselines.models.local import LOCAL
from llamoco_bench.errors import ModelError
from llamoco_bench.evaluation import Evaluator
from llamoco_bench.item_outcome import ItemOutcome
from llamoco_bench.journal import Journal, Record, read_journals
from llamoco_bench.problems import load_problem
from llamoco_bench.scoring import Score, collect_items, score_items
from llamoco_bench.settings import Settings

PROBLEM = "cec2020/RC17"
SPECS = {
    "opro": "m=opro:thinker:x?steps=3&samples=2",
    "lmea": "m=lmea:thinker:x?generations=3&population=4&attempts=2",
}
CALLS = 6


class Thinker:
    """Answers as a small optimizer would: near the better one of the two best points that the prompt shows."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.fails_at = 0
        self.says = ""

    @property
    def identity(self) -> Mapping[str, object]:
        return {"kind": "thinker", "deterministic": True}

    def generate(self, request: Request) -> Generation:
        self.asked.append(request)
        if len(self.asked) == self.fails_at:
            raise ModelError("out of order")
        return Generation(self.says or self._think(request), Usage(7, 3))

    def _think(self, request: Request) -> str:
        shown = re.findall(r"point:\n\[(.*)\]|<sol>(.*)</sol>", request.messages[-1].content)
        best, second = ([float(x) for x in (a or b).split(",")] for a, b in (shown[-1], shown[-2]))
        shift = 0.5 + (request.seed + request.sample) % 7 / 10
        child = ", ".join(f"{x + shift * (y - x):.6g}" for x, y in zip(second, best, strict=True))
        return f"[{child}] <res>{child}</res> <res>{child}, 7</res>"

    def close(self) -> None:
        pass


Evaluate = Callable[..., ItemOutcome]


@pytest.fixture
def thinker(monkeypatch: pytest.MonkeyPatch) -> Thinker:
    thinker = Thinker()

    def make(spec: ModelSpec) -> Model:
        return thinker

    monkeypatch.setattr(LOCAL, "_factories", {"thinker": make})
    return thinker


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def evaluate(thinker: Thinker, journal: Path) -> Evaluate:
    """Evaluate one item in a session of its own, with what earlier ones have journalled."""
    sessions = iter(range(100))

    def evaluate(spec: str, runs: int = 2, stage: str = "all", seed: int = 0) -> ItemOutcome:
        settings = Settings((parse_spec(spec),), ("cec2020",), runs=runs, stage=stage, seed=seed)
        earlier = read_journals(journal)
        with Journal(journal / f"{next(sessions):02}.jsonl") as own:
            return Evaluator(settings, own, earlier).evaluate("cec2020", PROBLEM, settings.models[0])

    journal.mkdir()
    return evaluate


def records(journal: Path, kind: str) -> list[Record]:
    return [record for record in read_journals(journal) if record["kind"] == kind]


def score(journal: Path) -> Score:
    (found,) = score_items(collect_items(read_journals(journal)))
    return found


@pytest.mark.parametrize("kind", SPECS)
def test_points_are_scored_without_error_rate_and_recovery_cost(
    kind: str, evaluate: Evaluate, thinker: Thinker, journal: Path
) -> None:
    assert evaluate(SPECS[kind]).status == "ok"
    found = score(journal)
    assert (str(found.err.value), str(found.rec.value)) == ("nan", "nan")
    assert 0 <= found.perf.value <= 1
    assert 0 <= found.reach.value <= 1
    assert len(thinker.asked) == 2 * CALLS
    assert found.comp.value == 10 * CALLS, "tokens to solve the problem once, not as often as there are runs"
    assert {request.temperature for request in thinker.asked} == {1.0}


def test_every_point_is_evaluated_here_and_counted(evaluate: Evaluate, journal: Path) -> None:
    evaluate(SPECS["opro"], runs=1)
    (run,) = records(journal, "run")
    problem = load_problem(PROBLEM)
    assert 5 < run["evaluations"] <= 5 + CALLS
    assert (run["by"], run["status"], run["stopped"]) == ("points", "ok", "returned")
    assert (run["dim"], run["budget"], run["best_known"]) == (problem.dim, problem.budget, problem.best_known)
    if run["feasible"]:
        assert run["curve"][-1][1] == run["best_f"] == problem.objective(run["best_x"])


def test_runs_and_questions_have_seeds_of_their_own(evaluate: Evaluate, thinker: Thinker, journal: Path) -> None:
    evaluate(SPECS["opro"])
    assert len({request.seed for request in thinker.asked}) == 2
    assert len({request.sample for request in thinker.asked}) == 2 * CALLS
    evaluate(SPECS["opro"], seed=1)
    assert len({request.seed for request in thinker.asked}) == 4
    starts = {request.messages[0].content for request in thinker.asked[::CALLS]}
    assert len(starts) == 4


def test_answers_that_hold_no_point_end_the_run_in_time(evaluate: Evaluate, thinker: Thinker, journal: Path) -> None:
    thinker.says = "I am a language model"
    evaluate("m=opro:thinker:x?idle=2&samples=2&start=3", runs=1)
    assert len(thinker.asked) == 4
    (run,) = records(journal, "run")
    assert (run["evaluations"], run["status"]) == (3, "ok")


@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.parametrize("fails_at", [1, 4, 6, 9])
def test_run_that_failed_half_way_goes_on_without_asking_again(
    kind: str, fails_at: int, evaluate: Evaluate, thinker: Thinker, journal: Path, tmp_path: Path
) -> None:
    thinker.fails_at = fails_at
    stopped = evaluate(SPECS[kind])
    assert stopped.status == "infra"
    assert stopped.faults == ("out of order",)
    before = len(records(journal, "generation"))
    assert evaluate(SPECS[kind]).status == "ok"
    assert len(records(journal, "generation")) == 2 * CALLS
    assert len(thinker.asked) - fails_at == 2 * CALLS - before
    assert score(journal).comp.value == 10 * CALLS
    resumed = [(run["run"], run["best_x"], run["curve"]) for run in records(journal, "run")]
    for file in journal.iterdir():
        file.unlink()
    thinker.fails_at = 0
    evaluate(SPECS[kind])
    assert [(run["run"], run["best_x"], run["curve"]) for run in records(journal, "run")] == resumed


@pytest.mark.parametrize("kind", SPECS)
def test_finished_item_is_taken_from_the_journal(kind: str, evaluate: Evaluate, thinker: Thinker) -> None:
    evaluate(SPECS[kind])
    asked = len(thinker.asked)
    assert evaluate(SPECS[kind]).status == "cached"
    assert evaluate(SPECS[kind], stage="execute").status == "cached"
    assert len(thinker.asked) == asked


def test_more_steps_go_on_from_the_answers_of_fewer(evaluate: Evaluate, thinker: Thinker) -> None:
    evaluate(SPECS["opro"], runs=1)
    evaluate(SPECS["opro"].replace("steps=3", "steps=5"), runs=1)
    assert len(thinker.asked) == CALLS + 2 * 2


def test_executing_waits_for_a_run_that_nobody_made(evaluate: Evaluate, thinker: Thinker) -> None:
    assert evaluate(SPECS["opro"], stage="execute").status == "waiting"
    assert evaluate(SPECS["opro"], stage="generate").status == "ok"
    asked = len(thinker.asked)
    assert evaluate(SPECS["opro"], stage="execute").status == "cached"
    assert len(thinker.asked) == asked


def test_answers_of_a_run_can_be_replayed(evaluate: Evaluate, thinker: Thinker, journal: Path) -> None:
    evaluate(SPECS["lmea"])
    first = score(journal)
    asked = len(thinker.asked)
    replayed = SPECS["lmea"].replace("m=lmea:thinker:x", f"again=lmea:replay:{journal}")
    assert evaluate(replayed).status == "ok"
    assert len(thinker.asked) == asked
    again = next(s for s in score_items(collect_items(read_journals(journal))) if s.model == "again")
    assert (again.perf, again.reach, again.comp) == (first.perf, first.reach, first.comp)


def test_points_stop_at_the_budget_of_the_problem(
    evaluate: Evaluate, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(load_problem(PROBLEM), budget=7)
    monkeypatch.setattr(evaluation, "load_problem", lambda id: small)
    evaluate("m=opro:thinker:x?steps=50&samples=2", runs=1)
    (run,) = records(journal, "run")
    assert (run["evaluations"], run["stopped"]) == (7, "budget")
