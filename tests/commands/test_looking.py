"""``llamoco ls``, ``show`` and ``export``."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from llamoco_bench.cli import main
from llamoco_bench.journal import Journal
from tests.commands.making import PROGRAM, failed, make_run
from tests.gates.making import runs

NAN = math.nan


def test_list_has_a_line_a_run_with_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5]] * 3)
    make_run(tmp_path / "b", [[0.5]] * 2, shard=[1, 2])
    partial = make_run(tmp_path / "c", [[0.5]] * 2)
    with Journal(partial.new_journal("main")) as journal:
        journal.append({"kind": "plan", "shard": None, "items": [["s", "99", "m"]]})
    for name, content in {"d": "{", "e": "[]", "f": '{"schema": 9}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(content)
    assert main(["ls", "--root", str(tmp_path)]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "3/3    complete" in lines["a"]
    assert "2/2    shard 1/2" in lines["b"]
    assert "2/3    incomplete" in lines["c"]
    assert "unreadable" in lines["d"]
    assert "schema None" in lines["e"]
    assert "schema 9" in lines["f"]


def test_list_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "--root", str(tmp_path)]) == 0
    assert "no run" in capsys.readouterr().out


def test_run_is_shown_with_tables_and_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5]] * 3)
    assert main(["show", str(tmp_path / "a")]) == 0
    shown = capsys.readouterr().out
    assert "s: 3 problems" in shown
    assert "3 of 3 items finished" in shown


@pytest.mark.parametrize("name", ["00", "p/00"])
def test_problem_is_shown_by_either_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    make_run(tmp_path / "a", [[0.5, NAN], [0.9, 0.9]])
    assert main(["show", str(tmp_path / "a"), name]) == 0
    shown = capsys.readouterr().out
    assert "0    ok              0.500" in shown
    assert "1    runtime         0.000" in shown


def test_problems_of_one_short_name_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    [record] = runs([[0.9]])
    with Journal(folder.new_journal("main")) as journal:
        journal.append({**record, "suite": "t", "problem": "q/00"})
    assert main(["show", str(tmp_path / "a"), "00"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line in ("p/00", "q/00", "s[m]", "t[m]")] == ["p/00", "s[m]", "q/00", "t[m]"]
    assert main(["show", str(tmp_path / "a"), "00", "m"]) == 4
    assert "Allowed: p/00, q/00" in capsys.readouterr().err
    assert main(["show", str(tmp_path / "a"), "q/00", "m"]) == 0


def test_item_is_shown_with_its_program_and_error_and_without_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(tmp_path / "a", [[0.5, NAN]])
    assert main(["show", str(tmp_path / "a"), "00", "m"]) == 0
    shown = capsys.readouterr().out
    assert PROGRAM in shown
    assert "NameError: name 'y' is not defined, line 2: return y" in shown
    assert "\x1b" not in shown


def test_item_of_two_suites_is_shown_in_both_with_its_program_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_run(tmp_path / "a", [[0.5]])
    [record] = runs([[NAN]])
    with Journal(folder.new_journal("main")) as journal:
        journal.append({**failed(record), "suite": "t"})
    assert main(["show", str(tmp_path / "a"), "00", "m"]) == 0
    shown = capsys.readouterr().out
    assert "NameError" in shown, "the error that the program ended with in the second suite is missing"
    assert [line for line in shown.splitlines() if line in ("s[m]", "t[m]")] == ["s[m]", "t[m]"]
    assert shown.count(PROGRAM) == 1


@pytest.mark.parametrize(("arguments", "hint"), [(["77"], "Allowed: 00"), (["00", "n"], "Allowed: m")])
def test_what_a_run_does_not_have_is_refused_with_what_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], hint: str
) -> None:
    make_run(tmp_path / "a", [[0.5]])
    assert main(["show", str(tmp_path / "a"), *arguments]) == 4
    assert hint in capsys.readouterr().err


def test_rows_of_csv_json_lines_and_parquet_are_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pandas = pytest.importorskip("pandas")
    make_run(tmp_path / "a", [[0.5, NAN], [0.9, 0.9]])
    assert main(["export", str(tmp_path / "a")]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert main(["export", str(tmp_path / "a"), "--format", "jsonl"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["export", str(tmp_path / "a"), "--format", "parquet", "-o", str(tmp_path / "a.parquet")]) == 0
    frame = pandas.read_parquet(tmp_path / "a.parquet")
    assert list(rows[0]) == list(entries[0]) == list(frame.columns)
    assert [float(row["perf"]) for row in rows] == [entry["perf"] for entry in entries] == list(frame["perf"])
    assert [row["status"] for row in rows] == ["ok", "runtime", "ok", "ok"]
    assert [row["error"] for row in rows] == ["", "NameError", "", ""]


def test_first_program_that_was_repaired_is_exported_as_not_final(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_run(tmp_path / "a", [[0.5, NAN]])
    with Journal(folder.new_journal("main")) as journal:
        journal.append({**runs([[0.8, 0.7]])[1], "turn": 1})
    main(["export", str(folder.path), "--format", "jsonl"])
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    shown = [(e["run"], e["turn"], e["final"], e["perf"]) for e in entries]
    assert shown == [(0, 0, True, 0.5), (1, 0, False, None), (1, 1, True, pytest.approx(0.7))]


def test_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5]])
    assert main(["export", str(tmp_path / "a"), "-o", str(tmp_path / "none" / "runs.csv")]) == 4
    assert "none/runs.csv" in capsys.readouterr().err


def test_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    make_run(tmp_path / "a", [[0.5]])
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "llamoco_bench.cli", "show", str(tmp_path / "a")]
    shown = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (shown.returncode, shown.stderr) == (0, b"")


def test_parquet_needs_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5]])
    assert main(["export", str(tmp_path / "a"), "--format", "parquet"]) == 4
    assert "-o FILE" in capsys.readouterr().err


def test_report_has_tables_by_problem_and_in_latex(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5], [0.9]])
    assert main(["report", str(tmp_path / "a"), "--table", "problems"]) == 0
    assert "| 01 | 0.900 |" in capsys.readouterr().out
    assert main(["report", str(tmp_path / "a"), "--format", "latex"]) == 0
    assert r"\begin{tabular}" in capsys.readouterr().out


def test_leaderboard_names_its_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "a", [[0.5], [0.9]])
    assert main(["leaderboard", str(tmp_path / "a"), "-o", str(tmp_path / "site")]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "site" / n) for n in ("index.html", "suite-s.html")]
