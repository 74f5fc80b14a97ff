from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.reports.html.scatter import Point, pareto, scatter

COSTS = st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0, 1)), max_size=12)


@given(COSTS)
def test_front_holds_exactly_what_no_other_beats(points: list[tuple[float, float]]) -> None:
    front = {points[k] for k in pareto(points)}
    for cost, value in points:
        beaten = any((c <= cost and v > value) or (c < cost and v >= value) for c, v in points)
        assert beaten != ((cost, value) in front)


@given(COSTS)
def test_drawing_is_well_formed_with_a_mark_for_each_point(points: list[tuple[float, float]]) -> None:
    drawing = scatter([Point("<m>&", "s0", cost, value) for cost, value in points], "tokens")
    if points:
        root = ET.fromstring(drawing)
        assert len(root.findall("circle")) == len(points)
    else:
        assert drawing == ""


@pytest.mark.parametrize("cost", [math.nan, 0.0])
def test_models_without_a_cost_are_left_out(cost: float) -> None:
    assert scatter([Point("m", "s0", cost, 0.5)], "tokens") == ""
