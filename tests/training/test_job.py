"""A labelling comes to the same however it is spread, interrupted or moved."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Record, read_journals
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.labels.export import export
from llamoco_bench.training.labels.folder import LabelFolder, take_over
from llamoco_bench.training.labels.job import Backend, Job, run_job
from llamoco_bench.training.labels.order import PATTERN, order
from llamoco_bench.training.labels.tables import LABELS, RUNS
from tests.training.label_toys import toy_protocol

# Two variables, solved in a fraction of a second.
PROBLEMS = ("synthetic/u1917", "synthetic/u2751")
SMALL = toy_protocol(optimizers=("pso", "sdms-pso"))


def job(folder: Path, backend: Backend = "loky", jobs: int = 1, problems: tuple[str, ...] = PROBLEMS) -> Job:
    return Job(problems, {"unconstrained": SMALL}, folder, backend, jobs)


def labels_of(folder: Path) -> list[Record]:
    """Labels of a folder without what differs from time to time."""
    found = LabelFolder.read(folder).labels.values()
    return sorted(
        ({k: v for k, v in label.items() if k not in ("cpu_s", "wall_s", "time")} for label in found),
        key=lambda label: str(label["problem"]),
    )


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    run_job(job(folder), LabelFolder.read(folder))
    return folder


@pytest.mark.slow
def test_processes_and_order_change_nothing(reference: Path, tmp_path: Path) -> None:
    run_job(job(tmp_path, jobs=2, problems=PROBLEMS[::-1]), LabelFolder.read(tmp_path))
    assert labels_of(tmp_path) == labels_of(reference)
    assert len(list(tmp_path.glob("runs-*.jsonl"))) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "package"), [("dask", "distributed"), ("ray", "ray")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::FutureWarning")
def test_dask_and_ray_change_nothing(reference: Path, tmp_path: Path, backend: Backend, package: str) -> None:
    pytest.importorskip(package)
    run_job(job(tmp_path, backend, jobs=2), LabelFolder.read(tmp_path))
    assert labels_of(tmp_path) == labels_of(reference)
    assert len(list(tmp_path.glob("runs-*.jsonl"))) == 2


def test_finished_labels_are_not_made_again(reference: Path) -> None:
    assert run_job(job(reference), LabelFolder.read(reference)) == []


def test_drafts_are_completed_in_the_sandbox_later_and_come_to_the_same(reference: Path, tmp_path: Path) -> None:
    drafts = run_job(replace(job(tmp_path), sandbox=False), LabelFolder.read(tmp_path))
    assert ["perf" in draft for draft in drafts] == [False, False]
    assert labels_of(tmp_path) == []
    assert run_job(replace(job(tmp_path), sandbox=False), LabelFolder.read(tmp_path)) == []
    before = _lines(tmp_path)
    run_job(job(tmp_path), LabelFolder.read(tmp_path))
    assert _lines(tmp_path) == before
    assert labels_of(tmp_path) == labels_of(reference)


def test_a_job_out_of_time_begins_nothing(tmp_path: Path) -> None:
    assert run_job(replace(job(tmp_path), stop_after_s=0.0), LabelFolder.read(tmp_path)) == []


KILLED = """
import sys
from pathlib import Path
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.job import run_job
from tests.training.test_job import job
folder = Path(sys.argv[1])
run_job(job(folder), LabelFolder.read(folder))
"""


@pytest.mark.parametrize("after", [pytest.param(12, marks=pytest.mark.slow), 40])
def test_after_kill_9_a_labelling_goes_on_and_comes_to_the_same(reference: Path, tmp_path: Path, after: int) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root) as process:
        while _lines(tmp_path) < after:
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
    before = read_journals(tmp_path)
    assert len(labels_of(tmp_path)) < len(PROBLEMS)
    run_job(job(tmp_path), LabelFolder.read(tmp_path))
    assert labels_of(tmp_path) == labels_of(reference)
    runs = [record["key"] for record in read_journals(tmp_path) if record["kind"] == "label-run"]
    assert len(runs) == len(set(runs)) >= sum(record["kind"] == "label-run" for record in before)


def _lines(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in folder.glob("runs-*.jsonl"))


def test_tables_hold_labels_and_runs_exactly(reference: Path, tmp_path: Path) -> None:
    folder = LabelFolder.read(reference)
    manifest = export(folder, tmp_path)
    again = LabelFolder.read(tmp_path)
    assert again.labels == {key: _plain(label) for key, label in folder.labels.items()}
    assert {key for problem in PROBLEMS for key in again.known(problem)} == {
        key for problem in PROBLEMS for key in folder.known(problem)
    }
    assert manifest["labels"] == {"unconstrained": 2, "constrained": 0}
    assert manifest["protocols"][SMALL.hash()] == json.loads(json.dumps(SMALL.description()))
    assert "path" not in json.dumps(manifest["sessions"])


def _plain(label: Record) -> Record:
    return {key: value for key, value in label.items() if key not in ("schema", "time")}


def test_another_machine_goes_on_from_the_tables(reference: Path, tmp_path: Path) -> None:
    export(LabelFolder.read(reference), tmp_path / "export")
    take_over(tmp_path / "export", tmp_path / "next")
    more = (*PROBLEMS, "synthetic/u2862")
    fresh = run_job(job(tmp_path / "next", problems=more), LabelFolder.read(tmp_path / "next"))
    assert [label["problem"] for label in fresh] == ["synthetic/u2862"]
    assert len(labels_of(tmp_path / "next")) == 3


def test_taking_over_refuses_what_is_no_export_and_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"has no labels\.parquet"):
        take_over(tmp_path / "empty", tmp_path / "next")
    (tmp_path / "full").mkdir()
    for name in (LABELS, RUNS, "manifest.json"):
        (tmp_path / "empty" / name).write_bytes(b"new")
        (tmp_path / "full" / name).write_bytes(b"old")
    with pytest.raises(UsageError, match="is there already"):
        take_over(tmp_path / "empty", tmp_path / "full")
    assert (tmp_path / "full" / RUNS).read_bytes() == b"old"


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text("no table")
    with pytest.raises(UsageError, match="not a table"):
        LabelFolder.read(tmp_path)


def test_the_command_says_what_is_allowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label-export", str(tmp_path), str(tmp_path / "out")]) == 4
    assert "has no runs" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["label", str(tmp_path), "--backend", "mpi"])
    assert "loky" in capsys.readouterr().err


@pytest.mark.slow
def test_every_beginning_of_the_order_is_a_fair_sample() -> None:
    from llamoco_bench.problems import load_problem
    from llamoco_bench.problems.synthetic.split import is_for_evaluation

    ids = order()
    assert len(ids) == len(set(ids)) == 6000
    first = ids[:480]
    assert [problem_id.partition("/")[2][0] for problem_id in first[: len(PATTERN)]] == list(PATTERN.lower())
    kept = [i for i in first if is_for_evaluation(i)]
    assert len(kept) == 160
    small = sum(load_problem(i).dim <= 10 for i in first) / len(first)
    large = sum(load_problem(i).dim > 30 for i in first) / len(first)
    assert abs(small - 9 / 49) < 0.03
    assert abs(large - 20 / 49) < 0.03
