"""A small network that tells malignant from benign tumours by thirty measurements of their cells.

Data: W. N. Street, W. H. Wolberg, O. L. Mangasarian, "Nuclear feature extraction for breast tumor diagnosis", 1993; the
Breast Cancer Wisconsin (Diagnostic) set of the UCI repository, 569 cases.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.realistic.data import arrays, frozen
from llamoco_bench.problems.realistic.network import HIDDEN, dimension

INPUTS: Final = 30
DIM: Final = dimension(INPUTS)
BOUND: Final = 2.0
DECAY: Final = 1e-3
"""Half of it times the sum of the squared weights is added, as else the best weights would be infinite."""

_CHUNK: Final = 16


def read_measurements() -> Array:
    """Measurements as published, (569, 30)."""
    data = arrays("breast_cancer")
    values: Array = data["measurements"] / float(data["unit"])
    return values


@cache
def samples() -> tuple[Array, NDArray[np.int64]]:
    """Return standardised measurements (569, 30), and 1 for each malignant case, -1 for each benign one, (569,)."""
    values = read_measurements()
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    return frozen(standard), frozen(np.where(arrays("breast_cancer")["malignant"], 1, -1))


def evaluator() -> Callable[[Array], Evaluation]:
    """Return the evaluator: points (n, 257) to mean log-loss with weight decay."""
    standard, sign = samples()
    return partial(in_chunks, partial(_evaluate, np.ascontiguousarray(standard.T), sign), size=_CHUNK)


def _evaluate(inputs: Array, sign: NDArray[np.int64], points: Array) -> Evaluation:
    n = len(points)
    weights, bias, out, out_bias = np.split(points, np.cumsum([HIDDEN * INPUTS, HIDDEN, HIDDEN]), axis=1)
    # A stack of products, not one large one: each point's is then the same operation however many there are.
    hidden = np.matmul(np.ascontiguousarray(weights).reshape(n, HIDDEN, INPUTS), inputs)
    hidden += bias[:, :, np.newaxis]
    np.tanh(hidden, out=hidden)
    hidden *= out[:, :, np.newaxis]
    quarter = hidden[:, :4] + hidden[:, 4:]
    pair = quarter[:, :2] + quarter[:, 2:]
    margin = (pair[:, 0] + pair[:, 1] + out_bias) * sign
    loss = np.logaddexp(0.0, -margin).mean(axis=1) + DECAY / 2 * np.square(points).sum(axis=1)
    none = np.empty((n, 0))
    return Evaluation(loss, none, none)
