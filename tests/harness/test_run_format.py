"""A file of a run that somebody has changed is told by name, with what is wrong with it; by every command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.cli import main
from llamoco_bench.errors import JournalError
from llamoco_bench.run_folder import choose_folder
from tests.commands.making import make_run

COMMANDS = {
    "show": ["show", "RUN"],
    "show a problem": ["show", "RUN", "00"],
    "report": ["report", "RUN"],
    "report html": ["report", "RUN", "--format", "html", "-o", "OUT"],
    "compare": ["compare", "RUN", "RUN"],
    "gate": ["gate", "RUN", "--fail-on", "err<=0.3"],
    "baseline": ["baseline", "save", "RUN", "-o", "OUT"],
    "merge": ["merge", "RUN", "-o", "OUT"],
    "leaderboard": ["leaderboard", "RUN", "-o", "OUT"],
    "export": ["export", "RUN"],
    "best-known": ["best-known", "update", "RUN", "--dry-run"],
}
READ_THE_MANIFEST = ("show", "report html", "compare", "gate", "baseline", "merge", "leaderboard")


def call(tmp_path: Path, name: str) -> int:
    places = {"RUN": str(tmp_path / "a"), "OUT": str(tmp_path / "out")}
    return main([places.get(word, word) for word in COMMANDS[name]])


@pytest.mark.parametrize("name", READ_THE_MANIFEST)
def test_manifest_that_is_not_whole_is_named_with_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make_run(tmp_path / "a", [[0.5]])
    (tmp_path / "a" / "manifest.json").write_text('{"schema": 1}')
    assert call(tmp_path, name) == 4
    said = capsys.readouterr().err
    assert f"{tmp_path / 'a' / 'manifest.json'} lacks options, models, suites, problems" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_record_that_is_not_whole_is_named_by_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    (folder.journals / "main-1-x.jsonl").write_text('\n{"schema": 1, "kind": "run", "problem": "p/00"}\n')
    assert call(tmp_path, name) == 4
    said = capsys.readouterr().err
    assert "main-1-x.jsonl, line 2: a record of kind run lacks suite, model, key, turn, run, status, feasible" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"options": []}, "has [] as options, expected an object"),
        ({"models": None}, "has None as models, expected a list"),
        ({"models": ["m"]}, "has models that are no object"),
        ({"models": [{"name": "m"}]}, "has a model that lacks label, kind"),
        ({"models": [{"name": "m"}, {"label": "m"}]}, "has a model that lacks label, kind"),
        ({"models": [{"label": "m", "kind": None, "name": ""}]}, "has a model that has None as kind, expected text"),
        ({"suites": [1]}, "has suites that are no text"),
        ({"problems": 7}, "has 7 as problems, expected text"),
    ],
)
def test_manifest_with_other_values_is_refused_also_where_a_run_is_gone_on_with(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    path = folder.path / "manifest.json"
    path.write_text(json.dumps({**folder.manifest, **change}))
    with pytest.raises(JournalError) as refusal:
        choose_folder(None, str(folder.path), {})
    assert str(refusal.value).startswith(f"{path} {says};")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"text": "x"}, "a record has no kind"),
        ({"kind": "item", "suite": "s", "problem": 3, "model": "m", "status": "ok"}, "kind item has 3 as problem"),
        ({"kind": "plan", "items": [], "shard": "1/2"}, "kind plan has '1/2' as shard, expected a list or null"),
    ],
)
def test_record_with_other_values_is_refused(tmp_path: Path, line: dict[str, Any], says: str) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    (folder.journals / "x.jsonl").write_text(json.dumps({"schema": 1, **line}) + "\n")
    with pytest.raises(JournalError, match=says):
        folder.records()


def test_records_of_a_kind_of_a_later_version_are_let_through(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    (folder.journals / "x.jsonl").write_text('{"schema": 1, "kind": "remark"}\n')
    assert {"kind": "remark", "schema": 1} in folder.records()


@pytest.mark.parametrize("name", ["manifest.json", "journal/x.jsonl"])
def test_nesting_without_end_is_damage_too(tmp_path: Path, name: str) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    (folder.path / name).write_text("[" * 100_000 + "\n")
    with pytest.raises(JournalError, match="recursion"):
        _ = folder.manifest, folder.records()


def test_list_names_what_is_wrong_with_a_run_and_shows_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(tmp_path / "a", [[0.5]])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "manifest.json").write_text('{"schema": 1}')
    assert main(["ls", "--root", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "1/1    complete" in shown
    assert "unreadable" in shown
    assert "lacks options" in shown
