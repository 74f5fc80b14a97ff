"""Better values that a run has found enter the tables, after they were evaluated here."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llamoco_bench.cli import main
from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Journal
from llamoco_bench.problems import best_values, list_problems, load_problem
from llamoco_bench.problems.best_values import Found, examine, home_of, store
from llamoco_bench.problems.cec2020 import catalogue as cec2020
from llamoco_bench.problems.describe.sections import split_sections
from llamoco_bench.problems.own import problem_from_equations
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.synthetic import best_known, catalogue
from llamoco_bench.run_folder import RunFolder

DOCKING = "realistic/docking-1ppe"


@pytest.fixture(autouse=True)
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the tables, so that tests write into nothing of the project."""
    folder = tmp_path / "tables"
    folder.mkdir()
    for file in best_values._CEC2020.glob("*.txt"):
        shutil.copy(file, folder)
    shutil.copy(best_values._REALISTIC, folder)
    monkeypatch.setattr(best_values, "_CEC2020", folder)
    monkeypatch.setattr(best_values, "_REALISTIC", folder / "best_known.json")
    monkeypatch.setattr(best_known, "FILE", folder / "best_known.csv")
    return folder


def cut_off() -> Problem:
    """A synthetic problem whose optimum is not known in closed form, as if its best value were not known."""
    for name in list_problems("synthetic/constrained"):
        instance = catalogue.instance_of(name)
        if instance.cuts_off_optimum and not instance.equalities:
            return replace(load_problem(name), best_known=None, best_known_source=best_known.NOT_SEARCHED)
    raise AssertionError


def feasible_point(problem: Problem) -> Any:
    return catalogue.instance_of(problem.id).anchor


def test_a_feasible_point_is_better_than_none() -> None:
    problem = cut_off()
    verdict, found = examine(problem, feasible_point(problem), "a test")
    assert verdict == "better"
    assert found is not None
    assert found.value == problem.objective(feasible_point(problem))
    assert examine(replace(problem, best_known=found.value), feasible_point(problem), "a test")[0] == "no better"


def test_what_is_said_of_a_point_is_not_believed() -> None:
    problem = cut_off()
    shift = catalogue.instance_of(problem.id).shift
    assert problem.objective(shift) == 0.0
    assert examine(problem, shift, "a test") == ("infeasible", None)
    assert examine(problem, problem.upper + 1.0, "a test") == ("infeasible", None)
    assert examine(problem, np.zeros(problem.dim + 1), "a test") == ("infeasible", None)
    assert examine(problem, np.full(problem.dim, np.nan), "a test") == ("infeasible", None)


def test_values_in_closed_form_and_of_others_are_left_alone() -> None:
    problem = load_problem("synthetic/u0000")
    assert examine(problem, problem.lower, "a test") == ("closed form", None)
    mine = problem_from_equations("mine/bowl", "f = x1^2", "x1 in [-1, 1]", title="A bowl")
    assert examine(mine, [0.0], "a test") == ("kept elsewhere", None)
    assert home_of("realistic/pooling") == "cec2020/RC05"
    assert home_of(DOCKING) == DOCKING


def test_a_synthetic_value_is_stored_with_its_source_and_only_goes_down(tables: Path) -> None:
    for value, expected in ((2.5, 2.5), (3.5, 2.5), (1.25, 1.25)):
        file = store(Found("synthetic/c0000", value, (0.0,), f"found {value}"))
        assert best_known.read(file) == {"synthetic/c0000": (expected, f"found {expected}")}
    assert file.parent == tables


def test_a_realistic_value_is_stored_with_its_point() -> None:
    before = json.loads(best_values._REALISTIC.read_text())
    file = store(Found(DOCKING, 1.5, (0.25, 0.5), "a test"))
    after = json.loads(file.read_text())
    assert after.pop(DOCKING) == {"value": 1.5, "source": "a test", "point": [0.25, 0.5]}
    assert after == {name: entry for name, entry in before.items() if name != DOCKING}


@pytest.mark.parametrize("name", ["RC01", "RC08", "RC36", "RC51", "RC57"])
def test_a_cec2020_value_takes_the_place_of_the_old_one_and_of_its_source(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file.name: file.read_text() for file in best_values._CEC2020.glob("*.txt")}
    file = store(Found(f"cec2020/{name}", 0.1 + 0.2, (1.0,), "a source that goes on " * 9))
    changed = {other.name for other in best_values._CEC2020.glob("*.txt") if other.read_text() != before[other.name]}
    assert changed == {file.name}
    sections = split_sections(file.read_text())
    monkeypatch.setattr(cec2020, "_bodies", lambda: sections)
    entry = cec2020.entry(name)
    assert (entry.best_known, entry.best_known_source) == (0.1 + 0.2, ("a source that goes on " * 9).strip())
    monkeypatch.undo()
    old = split_sections(before[file.name])
    assert [other for other in old if sections[other] != old[other]] == [name]
    assert entry.section.values.keys() == cec2020.entry(name).section.values.keys()


def test_a_table_that_cannot_be_written_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(best_known, "FILE", Path("/dev/null/best_known.csv"))
    with pytest.raises(UsageError, match="cannot be written"):
        store(Found("synthetic/c0000", 1.0, (0.0,), "a test"))
    with pytest.raises(UsageError, match="keeps values here"):
        store(Found("mine/bowl", 1.0, (0.0,), "a test"))


@pytest.mark.parametrize("problem_id", [DOCKING, "cec2020/RC08"])
def test_a_table_that_cannot_be_written_to_its_end_stays_as_it_was(
    problem_id: str, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file.name: file.read_text() for file in tables.iterdir() if file.suffix != ".new"}

    def half(self: Path, text: str, encoding: str) -> int:
        with self.open("w", encoding=encoding) as file:
            file.write(text[: len(text) // 2])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(UsageError, match="No space left"):
        store(Found(problem_id, 1.0, (0.0,), "a test"))
    assert {file.name: file.read_text() for file in tables.iterdir() if file.suffix != ".new"} == before


Write = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path) -> Write:
    """Write a run whose journal has these runs: (problem, best_f, best_x)."""

    def write(*runs: tuple[str, float | None, Any]) -> Path:
        folder = RunFolder(tmp_path / "run")
        folder.write_manifest({"options": {}, "models": [], "suites": ["s"], "problems": "*"})
        with Journal(folder.new_journal("main")) as journal:
            mine = {"suite": "s", "model": "m", "turn": 0}
            answer = {"key": "k", "text": "", "usage": None, "finish_reason": "stop"}
            journal.append({"kind": "generation", "problem": runs[0][0], **mine, **answer})
            for problem, f, x in runs:
                point = None if x is None else np.asarray(x).tolist()
                fields = {"best_f": f, "best_x": point, "feasible": f is not None, "seed": 7}
                ended = {"key": "k", "run": 0, "status": "ok"}
                journal.append({"kind": "run", "problem": problem, **mine, **ended, **fields})
        return folder.path

    return write


def test_the_command_stores_the_best_point_of_a_run(
    run: Write, tables: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = cut_off()
    monkeypatch.setattr("llamoco_bench.problems.load_problem", lambda name: problem)
    point, f = feasible_point(problem), problem.objective(feasible_point(problem))
    folder = run((problem.id, f + 1.0, problem.lower), (problem.id, f, point), (problem.id, None, None))
    assert main(["best-known", "update", str(folder)]) == 0
    out = capsys.readouterr().out
    assert f"{problem.id}: none -> {f:.12g} (found by m, run {RunFolder(folder).id}, seed 7)" in out
    assert "problems: better 1" in out
    stored = best_known.read(tables / "best_known.csv")
    assert stored[problem.id][0] == f
    assert "seed 7" in stored[problem.id][1]


def test_a_dry_run_changes_nothing(
    run: Write, tables: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = cut_off()
    monkeypatch.setattr("llamoco_bench.problems.load_problem", lambda name: problem)
    folder = run((problem.id, 0.0, feasible_point(problem)))
    assert main(["best-known", "update", str(folder), "--dry-run"]) == 0
    assert "none ->" in capsys.readouterr().out
    assert not (tables / "best_known.csv").exists()


def test_the_command_says_what_it_looked_at(run: Write, capsys: pytest.CaptureFixture[str]) -> None:
    u0 = load_problem("synthetic/u0000")
    docking = load_problem(DOCKING)
    folder = run(
        (u0.id, 0.0, u0.lower),
        (DOCKING, -1e9, docking.lower),
        ("gone/away", 1.0, [0.0]),
        ("cec2020/RC08", 0.0, [0.0, 0.0]),
    )
    assert main(["best-known", "update", str(folder)]) == 0
    assert capsys.readouterr().out == "problems: closed form 1, infeasible 1, no better 1, unknown here 1\n"


def test_a_run_without_feasible_points_is_no_error(run: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["best-known", "update", str(run(("synthetic/u0000", None, None)))]) == 0
    assert capsys.readouterr().out == "problems: none with a feasible point\n"
