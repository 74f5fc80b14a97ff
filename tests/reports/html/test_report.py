from __future__ import annotations

import math
import re
import zlib
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.cli import main
from llamoco_bench.errors import UsageError
from llamoco_bench.gates.measurements import measure_run
from llamoco_bench.reports.html.report import write_report
from llamoco_bench.reports.html.study import Study
from llamoco_bench.run_folder import RunFolder
from tests.commands.making import make_run
from tests.reports.html.conftest import SMALL
from tests.reports.synthetic_runs import write_run


def test_report_is_the_same_each_time(small_run: RunFolder, page: Path, tmp_path: Path) -> None:
    write_report([small_run], tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_details_lie_in_the_page_one_blob_a_problem(page: Path, study: Study) -> None:
    blobs = re.findall(r'id="d\d+">([A-Za-z0-9+/=]+)</script>', page.read_text())
    assert len(blobs) == len(study.all_problems())
    assert all(zlib.decompress(b64decode(blob)).startswith(b'{"dim":') for blob in blobs)


def test_large_details_lie_beside_the_page(small_run: RunFolder, study: Study, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    beside = write_report([small_run], page, split_from=1000)
    assert beside == tmp_path / "report_data"
    assert len(list(beside.glob("p*.js"))) == len(study.all_problems())
    assert (beside / "runs.csv").read_text().startswith("suite,problem,model")
    assert 'id="d0"' not in page.read_text()


def test_new_report_replaces_the_details_of_the_old_one(small_run: RunFolder, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_report([small_run], page, split_from=1000)
    assert write_report([small_run], page) is None
    assert not (tmp_path / "report_data").exists()


def test_folder_of_someone_else_is_not_touched(small_run: RunFolder, tmp_path: Path) -> None:
    mine = tmp_path / "report_data" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(UsageError, match="in the way"):
        write_report([small_run], tmp_path / "report.html", split_from=1000)
    assert mine.read_text() == "mine"


def test_run_without_any_result_is_refused(tmp_path: Path) -> None:
    empty = RunFolder(tmp_path / "run")
    empty.write_manifest({"options": {}, "models": [], "suites": [], "problems": "*"})
    with pytest.raises(UsageError, match="no finished run"):
        write_report([empty], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("form", ["md", "csv", "json", "latex"])
def test_tables_of_a_run_without_any_result_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    empty = make_run(tmp_path / "empty", [])
    assert main(["report", str(empty.path), "--format", form]) == 4
    assert "no finished run" in capsys.readouterr().err


@pytest.mark.parametrize("rows", [[[0.5]], [[math.nan, math.nan]], [[math.nan]] * 9, [[0.5], [0.7]]])
def test_least_run_and_one_that_failed_as_a_whole_have_a_report_and_a_baseline(
    tmp_path: Path, rows: list[list[float]]
) -> None:
    run = make_run(tmp_path / "run", rows)
    write_report([run], tmp_path / "r.html", measure_run(run))
    page = (tmp_path / "r.html").read_text()
    assert "m reaches Perf" in page
    assert "Change: difference of Perf to <b>run</b>" in page


def test_command_writes_the_report(small_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "out" / "r.html"
    assert main(["report", str(small_run.path), "--format", "html", "-o", str(page), "--baseline", "gpt-x"]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert "<b>gpt-x</b>, paired by problem" in page.read_text()


def test_command_compares_with_another_run(
    small_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "r.html"
    run = str(small_run.path)
    assert main(["report", run, "--format", "html", "-o", str(page), "--baseline", run]) == 0
    assert "<b>small</b>, paired by problem" in page.read_text()


def test_command_compares_with_a_baseline_file(
    small_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, kept = tmp_path / "r.html", tmp_path / "kept.json"
    run = str(write_run(tmp_path / "before", SMALL, seed=5).path)
    assert main(["baseline", "save", run, "-o", str(kept)]) == 0
    report = ["report", str(small_run.path), "--format", "html", "-o", str(page)]
    assert main([*report, "--baseline", str(kept)]) == 0
    assert "<b>kept.json</b>, paired by problem" in page.read_text()
    assert "Flips: passed by one of the two only" in page.read_text()


def test_stale_baseline_is_noted_and_one_of_other_metrics_is_not_compared_with(
    small_run: RunFolder, tmp_path: Path
) -> None:
    page, measured = tmp_path / "r.html", measure_run(small_run)
    write_report([small_run], page, replace(measured, name="b", metrics=0))
    assert "the baseline b is stale: its metrics are of version 0" in page.read_text()
    assert "Change: difference of Perf" not in page.read_text()


def test_command_says_what_can_be_compared_with(
    small_run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", str(small_run.path), "--format", "html", "-o", str(tmp_path / "r"), "--baseline", "nobody"]
    assert main(arguments) == 4
    assert "Allowed: tuned-l" in capsys.readouterr().err


def test_tables_of_several_runs_are_put_together(small_run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(small_run.path)
    assert main(["report", run, run]) == 0
    assert "tuned-l@small" in capsys.readouterr().out
