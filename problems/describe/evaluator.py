"""The evaluator of a definition: plain floats for one point, arrays for many."""

from __future__ import annotations

from functools import cache

import numpy as np

from llamoco_bench.problems.describe.batch import BatchFunction, compile_batch
from llamoco_bench.problems.describe.interpret import Value, constants
from llamoco_bench.problems.describe.point import PointFunction, compile_point
from llamoco_bench.problems.describe.program import Program
from llamoco_bench.problems.problem import Array, Evaluation, Evaluator, quiet


def evaluator(program: Program) -> Evaluator:
    """Return the evaluator of a definition, compiled at its first use.

    It never modifies its argument and never raises on numbers: values follow IEEE arithmetic also where they are
    infinite or not-a-number, for one point as for many.
    """
    split = 1 + program.n_inequality

    @cache
    def known() -> dict[str, Value]:
        return constants(program)

    @cache
    def point() -> PointFunction:
        return compile_point(program, known())

    @cache
    def batch() -> BatchFunction:
        return quiet(compile_batch(program, known()))

    def evaluate(points: Array) -> Evaluation:
        if len(points) == 1:
            try:
                row = np.array(point()(points), np.float64)
            except (ArithmeticError, ValueError, TypeError):
                # Plain floats refuse what numpy calls infinite or not-a-number: 1/0, log(-1), a complex power.
                pass
            else:
                return Evaluation(row[:1], row[np.newaxis, 1:split], row[np.newaxis, split:])
        values = batch()(np.ascontiguousarray(points.T))
        return Evaluation(values[0], values[1:split].T, values[split:].T)

    return evaluate
