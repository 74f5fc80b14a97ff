from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench.baselines.models.points import text
from llamoco_bench.baselines.models.points.base import Candidate, Space

ANSWERS: dict[str, tuple[float, ...] | None] = {
    "[1, 2, 3]": (1, 2, 3),
    "I try [9, 9, 9] and then\n[1.5, -2e-3, +3]": (1.5, -2e-3, 3),
    "[x1 = 1, x2 = 2, x3 = 3]": (1, 2, 3),
    "x: [x1: 1, x2: 2, x3: 3].": (1, 2, 3),
    "[1 2 3]": (1, 2, 3),
    "[1, 2, 3] in the form [x1, x2, x3]": (1, 2, 3),
    "[1, 2, 3] as in [x1, x2, ..., x3]": (1, 2, 3),
    "[1, 2]": None,
    "[1, 2, 3, 4]": None,
    "[1, 2, 3] or rather [1, 2]": None,
    "[1, two, 3]": None,
    "[1, nan, 3]": None,
    "[1, inf, 3]": None,
    "[1, , 3]": None,
    "1, 2, 3": None,
    "[]": None,
    "": None,
    "[1, 2, 3": None,
    "[x1, x2, x3]": None,
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_last_list_in_brackets_is_read_and_what_is_malformed_dropped(answer: str) -> None:
    assert text.last_in_brackets(answer, 3) == ANSWERS[answer]


def test_children_between_tags_are_read_and_malformed_ones_dropped() -> None:
    answer = (
        "<selection>0, 0</selection><selection>1, 1</selection><res>1, 2</res>\n<RES>[3, 4]</RES> <res>(5, 6)</res>"
        "<res>1, 2, 3</res><res>x1, x2</res><res></res><res>7, inf</res><res>8, 9<res>10, 11</res><res>12, 13"
    )
    assert text.tagged(answer, "res", 2) == [(1, 2), (3, 4), (5, 6), (10, 11)]


def test_points_are_rounded_to_what_is_shown() -> None:
    point = (1234567.0, 0.000123456789, -1.0)
    assert text.vector(point, 4) == "1.235e+06, 0.0001235, -1"
    assert text.rounded(point, 4) == (1235000.0, 0.0001235, -1.0)


def test_random_points_lie_within_the_bounds_and_differ() -> None:
    space = Space(np.array([0.123456789, 5.0]), np.array([0.2, 5.5]), "", 0)
    points = text.random_points(space, 200, 2, np.random.default_rng(0))
    assert len(set(points)) == len(points) < 200
    assert all(0.123456789 <= x <= 0.2 and 5.0 <= y <= 5.5 for x, y in points)


def test_feasible_points_rank_before_others_and_what_is_no_number_last() -> None:
    best_first = [
        Candidate((0.0,), 1.0, 0.0),
        Candidate((1.0,), 2.0, 0.0),
        Candidate((2.0,), float("nan"), 0.0),
        Candidate((3.0,), -9.0, 0.5),
        Candidate((4.0,), -9.0, float("nan")),
    ]
    assert sorted([*best_first[3:], *best_first[:3]], key=lambda c: c.rank) == best_first


def test_constraints_are_mentioned_only_where_there_are_some() -> None:
    bounds = np.zeros(2), np.ones(2)
    free, bound = Space(*bounds, "x[0..1] in [0, 1]", 0), Space(*bounds, "x[0..1] in [0, 1]", 3)
    found = Candidate((0.0, 0.0), 1.5, 0.25)
    assert "x[0..1] in [0, 1]" in text.in_words(free)
    assert "constraint" not in text.in_words(free)
    assert "3 constraints" in text.in_words(bound)
    assert text.value_line(found, free, 6) == "1.5"
    assert text.value_line(found, bound, 6) == "1.5, violation: 0.25"
