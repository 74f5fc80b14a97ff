"""Evaluation of large batches in parts that fit the processor's cache."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from llamoco_bench.problems.problem import Array, Evaluation


def in_chunks(evaluate: Callable[[Array], Evaluation], points: Array, size: int) -> Evaluation:
    """Evaluate `points` (n, dim) at most `size` at a time.

    Besides the memory this keeps matrix products below the size from which a BLAS library starts threads, which cost
    more than they bring where several evaluators share a machine.
    """
    if len(points) <= size:
        return evaluate(points)
    parts = [evaluate(points[start : start + size]) for start in range(0, len(points), size)]
    return Evaluation(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
