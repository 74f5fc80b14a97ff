"""What of a run is missing, told from its records."""

from __future__ import annotations

from typing import Any

import pytest

from llamoco_bench.completeness import completeness_of
from llamoco_bench.journal import Record


def plan(*problems: str, shard: list[int] | None = None, **fields: Any) -> Record:
    return {"kind": "plan", "shard": shard, "items": [["s", problem, "m"] for problem in problems], **fields}


def item(problem: str, status: str = "ok", **fields: Any) -> Record:
    return {"kind": "item", "suite": "s", "problem": f"p/{problem}", "model": "m", "status": status, **fields}


def missing(*records: Record) -> list[str]:
    return sorted(problem for _, problem, _ in completeness_of(records).missing)


def test_what_was_planned_and_has_no_fate_is_missing() -> None:
    assert missing(plan("a", "b"), item("a")) == ["b"]
    assert missing(plan("a"), plan("b"), item("a")) == ["b"]
    assert missing(plan("a"), item("a"), {"kind": "run"}) == []


@pytest.mark.parametrize(
    ("status", "finished"),
    [
        *(("ok", True), ("cached", True), ("repaired", True), ("timeout", True)),
        *(("infra", False), ("generated", False), ("waiting", False)),
    ],
)
def test_item_that_another_session_has_to_go_on_with_is_missing(status: str, finished: bool) -> None:
    assert missing(plan("a"), item("a", status)) == ([] if finished else ["a"])
    assert missing(plan("a"), item("a", status), item("a")) == []


def test_where_no_plan_is_recorded_items_that_were_begun_are_what_was_planned() -> None:
    found = completeness_of([item("a"), item("b", "infra")])
    assert {problem for _, problem, _ in found.planned} == {"a", "b"}
    assert {problem for _, problem, _ in found.missing} == {"b"}
    assert not found.complete


def test_more_runs_than_an_item_has_make_it_missing_until_they_are_done() -> None:
    """The later plan stands first, as it may in a folder of journals."""
    before = [plan("a", "b", runs=1, time=1.0), item("a", runs=1), item("b", runs=1)]
    assert missing(*before) == []
    assert missing(plan("a", "b", runs=5, time=2.0), *before, item("a", runs=5)) == ["b"]
    assert missing(plan("a", "b", runs=5, time=2.0), *before, item("a", "infra", runs=5)) == ["a", "b"]
    assert missing(*before, plan("a", runs=5, time=2.0), item("a", runs=5)) == []


def test_fewer_runs_in_the_end_are_enough() -> None:
    killed = [plan("a", "b", runs=5, time=1.0), item("a", runs=5)]
    assert missing(*killed, plan("a", "b", runs=1, time=2.0), item("a", "cached", runs=1), item("b", runs=1)) == []


def test_records_that_do_not_count_their_runs_have_enough() -> None:
    assert missing(plan("a", runs=5), item("a")) == []


def test_shards_of_which_nothing_is_there_are_named() -> None:
    found = completeness_of([plan("a", shard=[1, 4]), item("a"), plan(shard=[3, 4])])
    assert found.missing_shards == [2, 4]
    assert not found.complete
    assert found.describe() == "shards missing: 2/4, 4/4"
    assert completeness_of([plan("a", shard=[1, 1]), item("a")]).complete
    assert completeness_of([plan("a"), item("a")]).missing_shards == []


@pytest.mark.parametrize(
    ("problems", "shown"), [("abcde", "s::a[m], s::b[m], s::c[m], s::d[m], s::e[m]"), ("abcdef", "s::e[m], ...")]
)
def test_first_five_of_what_is_missing_are_shown(problems: str, shown: str) -> None:
    said = completeness_of([plan(*problems, "z"), item("z")]).describe()
    assert said.startswith(f"{len(problems)} of {len(problems) + 1} items not finished: s::a[m], ")
    assert said.endswith(shown)


def test_nothing_is_said_of_what_is_whole_and_both_kinds_of_gaps_are() -> None:
    assert completeness_of([plan("a"), item("a")]).describe() == ""
    said = completeness_of([plan("a", shard=[1, 2])]).describe()
    assert said == "shards missing: 2/2; 1 of 1 items not finished: s::a[m]"
    nothing = completeness_of([])
    assert (nothing.planned, nothing.complete) == (frozenset(), True)
