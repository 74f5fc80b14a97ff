"""The compiled evaluator refuses what would make it read beyond its memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems._native import compiled_types
from llamoco_bench.problems.problem import Evaluation
from tests.problems.synthetic.making import needs_native

pytestmark = needs_native

SPHERE = (0, 4, 1.0, 1.0, 1.0)
BALL = (3, False, 1, 2.0, 1.0, 0.0, np.zeros(4), np.empty(0), ())


def build(
    shift: Any = None,
    matrix: Any = None,
    order: Any = None,
    parts: Any = (SPHERE,),
    inequalities: Any = (),
) -> Any:
    evaluator, _ = compiled_types()
    o = np.zeros(4) if shift is None else shift
    return evaluator("it", o, matrix, order, parts, inequalities, (), np.empty, np.asarray, Evaluation)


def test_what_fits_together_is_accepted() -> None:
    evaluator = build(matrix=np.eye(4), order=(3, 1, 0, 2), inequalities=(BALL,))
    assert evaluator.objective(np.array([1.0, 2.0, 0.0, 0.0])) == 5.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shift": np.empty(0)}, "coordinates and parts"),
        ({"parts": ()}, "coordinates and parts"),
        ({"parts": ((25, 4, 1.0, 1.0, 1.0),)}, "no such base function"),
        ({"parts": ((-1, 4, 1.0, 1.0, 1.0),)}, "no such base function"),
        ({"parts": ((0, 0, 1.0, 1.0, 1.0),)}, "no such base function or length"),
        ({"parts": ((0, 5, 1.0, 1.0, 1.0),)}, "do not fit the dimension"),
        ({"parts": ((0, 3, 1.0, 1.0, 1.0),)}, "do not fit the dimension"),
        ({"parts": ((0, 3, 1.0, 1.0, 1.0),), "order": (0, 1, 2, 3)}, "do not cover"),
        ({"parts": ((0, 3, 1.0, 1.0, 1.0), (0, 3, 1.0, 1.0, 1.0)), "order": (0, 1, 2, 3)}, "do not fit the dimension"),
        ({"order": (0, 1, 2, 2)}, "no permutation"),
        ({"order": (0, 1, 2, 4)}, "no permutation"),
        ({"order": (0, 1, 2, -1)}, "no permutation"),
        ({"matrix": np.eye(3)}, "matrix has a wrong size"),
        ({"inequalities": ((24, *BALL[1:]),)}, "no such family"),
        ({"inequalities": ((-1, *BALL[1:]),)}, "no such family"),
        ({"inequalities": ((*BALL[:6], np.zeros(3), *BALL[7:]),)}, "wrong length"),
        ({"inequalities": ((*BALL[:7], np.zeros(5), ()),)}, "wrong length"),
        ({"inequalities": ((*BALL[:8], (0, 4)),)}, "no such coordinate"),
        ({"inequalities": ((*BALL[:8], (0, -1)),)}, "no such coordinate"),
        ({"inequalities": ((*BALL[:8], (0, 1, 2, 3)),)}, "at most three"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**wrong)


def test_short_orders_and_wrong_types_are_refused() -> None:
    with pytest.raises(IndexError):
        build(order=(0, 1))
    for wrong in ({"parts": ("sphere",)}, {"parts": 3}, {"order": "abcd"}, {"matrix": 3.0}, {"inequalities": (1,)}):
        with pytest.raises((TypeError, SystemError)):
            build(**wrong)


def test_a_function_that_gives_no_array_is_an_error_and_no_crash() -> None:
    evaluator: Any = compiled_types()[0]
    broken = evaluator("it", np.zeros(4), None, None, (SPHERE,), (), (), lambda n: "no array", lambda x: None, tuple)
    with pytest.raises(TypeError):
        broken.objective(np.zeros((2, 4)))
    with pytest.raises(TypeError):
        broken.objective([1])


def test_evaluators_are_freed() -> None:
    import gc
    import tracemalloc

    tracemalloc.start()
    for _ in range(20):
        build(matrix=np.eye(4), inequalities=(BALL,)).evaluate(np.zeros((3, 4)))
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(500):
        build(matrix=np.eye(4), inequalities=(BALL,)).evaluate(np.zeros((3, 4)))
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
