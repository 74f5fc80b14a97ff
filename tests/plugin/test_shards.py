"""Shards are a partition; merged they are the run that one machine would have made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llamoco_bench.completeness import completeness_of
from llamoco_bench.journal import read_journals
from tests.plugin.support import CRASHING, GOOD, Bench, Replay, fenced
from tests.plugin.test_suite import A, B, C, D

SMOKE = "--llamoco-suite=smoke"
ANSWERS = {(name, 0): fenced(CRASHING if name == A else GOOD) for name in (A, B, C, D)}


def outcomes(folder: Path) -> set[tuple[object, ...]]:
    return {
        (r["problem"], r["model"], r["run"], r["status"], r["best_f"] if r["status"] == "ok" else None)
        for r in read_journals(folder / "journal")
        if r["kind"] == "run"
    }


def test_merged_shards_are_the_run_of_one_machine(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    path = Path(pytester.path)
    for number in (1, 2, 3):
        result = bench(
            replay(ANSWERS),
            SMOKE,
            "--llamoco-fail-on=err<=0",
            f"--llamoco-shard={number}/3",
            f"--llamoco-run-dir=part{number}",
        )
        assert result.ret == 0
        result.stdout.fnmatch_lines([f"not decided: shard {number}/3 *llamoco gate*"])
    assert pytester.run("llamoco", "merge", "part1", "part2", "part3", "-o", "merged").ret == 0
    bench(replay(ANSWERS), SMOKE, "--llamoco-run-dir=whole")
    assert outcomes(path / "merged") == outcomes(path / "whole")
    merged, whole = (json.loads((path / name / "summary.json").read_text()) for name in ("merged", "whole"))
    assert merged == whole
    gate = pytester.run("llamoco", "gate", "merged", "--fail-on", "err<=0")
    assert gate.ret == 1
    gate.stdout.fnmatch_lines(["VIOLATED  err<=0*err is 0.25*"])

    missing = pytester.run("llamoco", "merge", "part1", "part3", "-o", "part")
    assert missing.ret == 1
    missing.stdout.fnmatch_lines(["INCOMPLETE: shards missing: 2/3"])
    gate = pytester.run("llamoco", "gate", "part", "--fail-on", "err<=1")
    assert gate.ret == 1
    gate.stdout.fnmatch_lines(["INCOMPLETE: shards missing: 2/3"])
    assert pytester.run("llamoco", "gate", "part", "--fail-on", "err<=1", "--allow-incomplete").ret == 0
    assert pytester.run("llamoco", "baseline", "save", "part", "-o", "b.json").ret == 4


def test_items_that_a_shard_did_not_finish_are_named_and_a_resume_does_them(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    some = {key: text for key, text in ANSWERS.items() if key[0] != D}
    for number in (1, 2):
        bench(replay(some), SMOKE, f"--llamoco-shard={number}/2", f"--llamoco-run-dir=part{number}", runs=1)
    result = pytester.run("llamoco", "merge", "part1", "part2", "-o", "merged")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"INCOMPLETE: 1 of 4 items not finished: smoke::{D}[[]m]"])
    resumed = bench(replay(ANSWERS), SMOKE, "--llamoco-resume=merged", runs=1)
    assert resumed.ret == 0
    assert not [line for line in resumed.outlines if line.startswith("INCOMPLETE")]


@pytest.mark.parametrize("way", [("-p", "no:xdist"), ("-n", "2")], ids=["xdist blocked", "xdist"])
def test_shard_without_items_is_no_failure_and_is_not_missed(
    bench: Bench, replay: Replay, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    result = bench(replay(ANSWERS), SMOKE, "--llamoco-shard=5/5", "--llamoco-run-dir=part5", *way)
    assert result.ret == 0
    assert completeness_of(read_journals(Path(pytester.path) / "part5" / "journal")).shards == {5}
