"""A run that was stopped goes on where it was, and does nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from llamoco_bench.journal import Record, read_journals
from llamoco_bench.problems import list_problems
from llamoco_bench.settings import short_name
from tests.plugin.support import CRASHING, GOOD, HEAD, Bench, Replay, fenced

NAMES = [short_name(problem) for problem in list_problems("smoke")]
SMOKE = "--llamoco-suite=smoke"
SLOW = f"{HEAD}    import time\n    time.sleep(0.15)\n    return (lower + upper) / 2\n"


def journal(folder: Path) -> list[Record]:
    return read_journals(folder / "journal")


def test_finished_items_are_taken_from_the_journal(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    model = replay({(name, 0): fenced(GOOD) for name in NAMES})
    bench(model, SMOKE, "--llamoco-run-dir=out")
    before = journal(Path(pytester.path) / "out")
    result = bench(model, SMOKE, "--llamoco-resume=out")
    assert result.parseoutcomes() == {"cached": len(NAMES)}
    new = journal(Path(pytester.path) / "out")[len(before) :]
    assert {record["kind"] for record in new} == {"plan", "item"}


def test_infrastructure_faults_are_tried_again(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    """A server that was away is back: the answers are the same, the missing one is asked for again."""
    bench(replay({(name, 0): fenced(GOOD) for name in NAMES[:-1]}), SMOKE, "--llamoco-run-dir=out")
    result = bench(replay({(name, 0): fenced(GOOD) for name in NAMES}), SMOKE, "--llamoco-resume=out")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*INCOMPLETE*")


def test_command_that_goes_on_names_the_run_though_it_was_the_last_one(bench: Bench, replay: Replay) -> None:
    """By the time that it is given, another run may be the last."""
    incomplete = replay({(name, 0): fenced(GOOD) for name in NAMES[:-1]})
    bench(incomplete, SMOKE)
    result = bench(incomplete, SMOKE, "--llamoco-resume=last")
    result.stdout.fnmatch_lines(["  pytest *--llamoco-resume=.llamoco/runs/20*"])
    result.stdout.no_fnmatch_line("  pytest *--llamoco-resume=last*")


def test_damaged_journal_is_told_before_anything_runs(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    model = replay({(name, 0): fenced(GOOD) for name in NAMES})
    bench(model, SMOKE, "--llamoco-run-dir=out", runs=1)
    folder = Path(pytester.path) / "out"
    [path] = folder.glob("journal/main-*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:40] + b"\n", *lines[3:]]))
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    result = bench(model, SMOKE, "--llamoco-resume=out", runs=1)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{path.name}, line 3: not JSON*the file was changed or damaged"])
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_program_errors_are_not_tried_again(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    model = replay({(name, 0): fenced(CRASHING) for name in NAMES})
    bench(model, SMOKE, "--llamoco-run-dir=out", runs=1)
    before = journal(Path(pytester.path) / "out")
    result = bench(model, SMOKE, "--llamoco-resume=out", "-v", runs=1)
    result.stdout.fnmatch_lines(["*CODE ERROR*"])
    new = journal(Path(pytester.path) / "out")[len(before) :]
    assert {record["kind"] for record in new} == {"plan", "item"}


def test_more_runs_and_models_can_be_added(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    model = replay({(name, 0): fenced(GOOD) for name in NAMES})
    bench(model, SMOKE, "--llamoco-run-dir=out", runs=1)
    bench(model, "--llamoco-model=random", SMOKE, "--llamoco-resume=out", runs=2)
    runs = Counter((r["model"], r["problem"]) for r in journal(Path(pytester.path) / "out") if r["kind"] == "run")
    assert set(runs.values()) == {2}
    assert len(runs) == 2 * len(NAMES)


def test_run_that_was_to_get_more_runs_is_incomplete_until_it_has_them(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    model = replay({(name, 0): fenced(GOOD) for name in NAMES})
    bench(model, SMOKE, "--llamoco-run-dir=out", runs=1)
    pytester.makeconftest("def pytest_runtest_logfinish():\n    raise KeyboardInterrupt\n")
    stopped = bench(model, SMOKE, "--llamoco-resume=out", runs=2, apart=True)
    stopped.stdout.fnmatch_lines([f"INCOMPLETE: {len(NAMES) - 1} of {len(NAMES)} items are not finished*"])
    gate = pytester.run("llamoco", "gate", "out", "--fail-on", "err<=1")
    assert gate.ret == 1
    gate.stdout.fnmatch_lines([f"INCOMPLETE: {len(NAMES) - 1} of {len(NAMES)} items not finished*"])
    (Path(pytester.path) / "conftest.py").unlink()
    assert bench(model, SMOKE, "--llamoco-resume=out", runs=2).ret == 0
    assert pytester.run("llamoco", "gate", "out", "--fail-on", "err<=1").ret == 0


def test_label_of_another_model_is_refused_and_nothing_runs(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    """Results of both would count as those of one."""
    bench(replay({(NAMES[0], 0): fenced(GOOD)}), SMOKE, "-k", NAMES[0], "--llamoco-run-dir=out", runs=1)
    before = journal(Path(pytester.path) / "out")
    result = bench("--llamoco-model=m=random", SMOKE, "--llamoco-resume=out", runs=1)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'m' is replay:*answers.jsonl in out, now random. *--llamoco-model=other=random"])
    assert journal(Path(pytester.path) / "out") == before


def test_results_serve_another_suite_and_label_too(bench: Bench, replay: Replay) -> None:
    answers = {(name, 0): fenced(GOOD) for name in NAMES}
    bench(replay(answers), SMOKE, "--llamoco-run-dir=out")
    result = bench(
        replay(answers, label="renamed"),
        "--llamoco-suite=cec2020",
        f"--llamoco-problems={NAMES[0]}",
        "--llamoco-resume=out",
    )
    assert result.parseoutcomes() == {"cached": 1}
    result.stdout.fnmatch_lines(["cec2020: 1 problem, 2 runs a model*", "renamed *"])


def test_models_that_differ_in_their_labels_alone_are_each_executed(bench: Bench, replay: Replay) -> None:
    """Their answers lie under one key, those of both are there all the same."""
    answers = {(NAMES[0], 0): fenced(GOOD)}
    both = (replay(answers, label="a"), replay(answers, label="b"), SMOKE, f"--llamoco-problems={NAMES[0]}")
    bench(*both, "--llamoco-stage=generate", "--llamoco-run-dir=out")
    assert bench(*both, "--llamoco-stage=execute", "--llamoco-resume=out").parseoutcomes() == {"ok": 2}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["plain", "xdist"])
def test_kill_9_loses_no_finished_run_and_repeats_none(
    pytester: pytest.Pytester, bench: Bench, replay: Replay, workers: tuple[str, ...]
) -> None:
    model = replay({(name, 0): fenced(SLOW) for name in NAMES})
    folder = Path(pytester.path) / "out"
    command = [sys.executable, "-m", "pytest", model, SMOKE, "--llamoco-run-dir=out", "--llamoco-runs=5", *workers]
    process = subprocess.Popen(
        [*command, "--llamoco-timeout=3"], cwd=pytester.path, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(finished(folder)) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = finished(folder)
    assert 4 <= len(before) < 5 * len(NAMES)
    result = bench(model, SMOKE, "--llamoco-resume=out", runs=5)
    assert result.ret == 0
    after = finished(folder)
    assert len(after) == 5 * len(NAMES)
    assert max(Counter(after).values()) == 1
    assert set(before) <= set(after)


def finished(folder: Path) -> list[str]:
    if not (folder / "journal").is_dir():
        return []
    return [record["key"] for record in journal(folder) if record["kind"] == "run"]
