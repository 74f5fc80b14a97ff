from __future__ import annotations

from typing import Any

import pytest

from llamoco_bench.controller import _duration, _Progress, _without_option
from llamoco_bench.suite_items import parse_item_id, selects
from tests.plugin.support import GOOD, Bench, Replay, fenced

OK: dict[str, Any] = {"status": "ok", "first": ["ok", "ok"], "final": ["ok", "ok"]}
BAD: dict[str, Any] = {"status": "repaired", "first": ["runtime", "ok"], "final": ["ok", "ok"]}


def test_progress_is_said_now_and_then_only(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("llamoco_bench.controller.time.monotonic", lambda: clock[0])
    progress = _Progress()
    progress.total = 4
    clock[0] = 10.0
    assert progress.add(OK) is None
    clock[0] = 40.0
    assert progress.add(BAD) == "llamoco: 2/4 items, 4 runs, Err 0.25, 40 s gone, about 40 s left"
    clock[0] = 50.0
    assert progress.add(OK) is None


@pytest.mark.parametrize(
    ("first", "final", "said"),
    [
        (["runtime", "ok", "infra"], ["ok", "ok", "infra"], "2 runs, Err 0.50, "),
        (["infra"], ["infra"], "0 runs, 0 s gone"),
        ([], ["ok", "ok"], "2 runs, 0 s gone"),  # of a method that proposes points
    ],
)
def test_progress_counts_as_the_tables_do(
    monkeypatch: pytest.MonkeyPatch, first: list[str], final: list[str], said: str
) -> None:
    monkeypatch.setattr("llamoco_bench.controller.PROGRESS_EVERY_S", 0.0)
    line = _Progress().add({"status": "ok", "first": first, "final": final})
    assert line is not None
    assert said in line


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7325, "2 h 2 min")])
def test_durations_read_well(seconds: float, text: str) -> None:
    assert _duration(seconds) == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [(["-n", "2", "--o", "x", "-q"], ["-n", "2", "-q"]), (["--o=x", "a"], ["a"]), (["--other=x"], ["--other=x"])],
)
def test_option_is_dropped_in_both_forms(given: list[str], kept: list[str]) -> None:
    assert _without_option(given, "--o") == kept


@pytest.mark.parametrize(
    ("nodeid", "parts"),
    [
        ("llamoco::cec2020::RC01[hf:./a/b]", ("cec2020", "RC01", "hf:./a/b")),
        ("llamoco::cec2020", None),
        ("tests/test_a.py::test_b[c]", None),
    ],
)
def test_item_ids_are_told_from_others(nodeid: str, parts: tuple[str, str, str] | None) -> None:
    assert parse_item_id(nodeid) == parts


@pytest.mark.parametrize(
    ("wanted", "nodeid", "taken"),
    [
        ("llamoco", "llamoco::a::P[m]", True),
        ("llamoco::a", "llamoco::a::P[m]", True),
        ("llamoco::a::P", "llamoco::a::P[m]", True),
        ("llamoco::a::P[m]", "llamoco::a::P[m]", True),
        ("llamoco::a::P", "llamoco::a::P2[m]", False),
        ("llamoco::a", "llamoco::ab::P[m]", False),
        ("llamoco::a::P[n]", "llamoco::a::P[m]", False),
    ],
)
def test_an_id_selects_what_stands_below_it(wanted: str, nodeid: str, taken: bool) -> None:
    assert selects(wanted, nodeid) == taken


@pytest.mark.parametrize("processes", [[], ["-n", "1"]])
def test_progress_stands_on_lines_of_its_own(
    pytester: pytest.Pytester, replay: Replay, bench: Bench, processes: list[str]
) -> None:
    pytester.makeconftest("import llamoco_bench.controller\nllamoco_bench.controller.PROGRESS_EVERY_S = 0.0")
    option = replay({(f"RC{number}", 0): fenced(GOOD) for number in ("04", "07", "14", "17")})
    result = bench(option, "--llamoco-suite=cec2020", "--llamoco-problems=RC[01][47]", *processes, apart=True)
    progress = [line for line in result.outlines if "items, " in line]
    assert len(progress) == 4
    assert all(line.startswith("llamoco: ") and line.endswith(" left") for line in progress)
