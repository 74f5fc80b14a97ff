"""What compiled evaluators call beside numpy and the standard library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from llamoco_bench.problems.problem import Array

ALMOST_HALF: Final = math.nextafter(0.5, 0.0)
"""What to add before truncating: 0.5 itself would round 0.49999999999999994 up."""


def round_half_away(values: ArrayLike) -> Any:
    """Round to the nearest integer, halves away from zero."""
    return np.trunc(values + np.copysign(ALMOST_HALF, values))


def pick(table: Array, index: NDArray[np.float64]) -> Array:
    """Look up elements of a list, (len,), by 1-based indices; clipped to the list, not-a-number stays so."""
    unknown = np.isnan(index)
    place = np.clip(np.where(unknown, 1.0, index), 1, len(table)).astype(np.intp) - 1
    return np.where(unknown, np.nan, table[place])


def stack(*columns: ArrayLike) -> Array:
    """Join values of several points, each (n,) or a constant, to (len, n)."""
    return np.stack(np.broadcast_arrays(*columns))


def pick_point(table: Sequence[float], index: float) -> float:
    """Look up one element as `pick` does."""
    if index != index:
        return math.nan
    return table[int(min(max(index, 1), len(table))) - 1]


def maximum_point(*values: float) -> float:
    """Return the largest value; not-a-number if any is."""
    return math.nan if any(value != value for value in values) else max(values)
