from __future__ import annotations

from typing import Any

import pytest

from llamoco_bench.reports.html.heatmap import BAND, fate_of, heat_map
from llamoco_bench.reports.html.study import Study
from llamoco_bench.scoring import Item


def item(first: list[str], final: list[str] | None = None, feasible: bool = True) -> Item:
    def runs(statuses: list[str]) -> tuple[dict[str, Any], ...]:
        return tuple({"status": s, "feasible": feasible and s == "ok"} for s in statuses)

    return Item("s", "p", "m", runs(first), runs(final or first), None, None)


@pytest.mark.parametrize(
    ("cell", "letter"),
    [
        (item(["ok", "ok"]), ""),
        (item(["runtime", "ok"]), "e"),
        (item(["timeout", "timeout", "runtime"]), "t"),
        (item(["memory"]), "m"),
        (item(["no_code"]), "n"),
        (item(["tampered"]), "x"),
        (item(["infra", "ok"]), "i"),
        (item(["runtime", "ok"], ["ok", "ok"]), "r"),
        (item(["ok", "ok"], feasible=False), "f"),
    ],
)
def test_letters_are_those_of_the_terminal(cell: Item, letter: str) -> None:
    assert fate_of(cell)[0] == letter


def test_every_cell_is_on_the_map(study: Study) -> None:
    squares = sum(len(row) for map_ in heat_map(study) for band in map_.bands for _, row in band.rows)
    assert squares == len(study.items)


def test_colour_and_number_say_the_mean_perf(study: Study) -> None:
    band = heat_map(study)[0].bands[0]
    model, squares = band.rows[-1]
    for (problem, _), square in zip(band.problems, squares, strict=True):
        mean = study.mean_perf("cec2020", problem, model)
        assert square.style.split()[0] == f"h{int(mean * 10 + 1e-9)}"
        assert square.shown == f"{100 * mean:.0f}"


def test_bands_of_a_suite_are_of_equal_length(study: Study) -> None:
    from dataclasses import replace

    many = tuple(f"cec2020/RC{k:02d}" for k in range(BAND + 3))
    bands = heat_map(replace(study, suites=("cec2020",), problems={"cec2020": many}))[0].bands
    assert [len(band.problems) for band in bands] == [24, 23]
