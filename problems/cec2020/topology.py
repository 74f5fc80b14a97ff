"""RC33: stiffest distribution of material in a cantilever of 3 x 10 plane-stress elements.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", problem RC33 (SIMP, penalty 3, sensitivity filter of radius 1.5 elements).
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.prompt_text import fixed_source
from llamoco_bench.problems.problem import Array, Evaluation

COLUMNS: Final = 3
ROWS: Final = 10
ELEMENTS: Final = COLUMNS * ROWS
YOUNG: Final = 2.06e8
POISSON: Final = 0.3
LOAD: Final = -10000.0
PENALTY: Final = 3
FILTER_RADIUS: Final = 1.5
ENTRY: Final = (
    (1, 2, 3, 4, 5, 6, 7, 8),
    (2, 1, 8, 7, 6, 5, 4, 3),
    (3, 8, 1, 6, 7, 4, 5, 2),
    (4, 7, 6, 1, 8, 3, 2, 5),
    (5, 6, 7, 8, 1, 2, 3, 4),
    (6, 5, 4, 3, 2, 1, 8, 7),
    (7, 4, 5, 2, 3, 8, 1, 6),
    (8, 3, 2, 5, 4, 7, 6, 1),
)
"""Which of the eight stiffness coefficients stands where in the element matrix (counted from 1)."""

_CHUNK: Final = 32
_FREE: Final = 2 * COLUMNS * (ROWS + 1)
_BAND: Final = 2 * (COLUMNS + 1) + 1
"""Neighbouring nodes are at most COLUMNS + 1 apart when free nodes are counted row by row."""
_STORED: Final = 3 * _BAND + 1
"""Rows of LAPACK's band storage for an LU decomposition, the fill-in included."""


def element_matrix() -> Array:
    """Stiffness of one full element, (8, 8)."""
    nu = POISSON
    k = np.array(
        [
            *(1 / 2 - nu / 6, 1 / 8 + nu / 8, -1 / 4 - nu / 12, -1 / 8 + 3 * nu / 8),
            *(-1 / 4 + nu / 12, -1 / 8 - nu / 8, nu / 6, 1 / 8 - 3 * nu / 8),
        ]
    )
    return np.asarray(YOUNG / (1 - nu**2) * k[np.array(ENTRY) - 1])


def filter_weights() -> Array:
    """Cone weights max(0, radius - distance of centres), (30, 30), elements counted down the columns."""
    column, row = np.divmod(np.arange(ELEMENTS), ROWS)
    distance = np.hypot(np.subtract.outer(column, column), np.subtract.outer(row, row))
    return np.asarray(np.maximum(0.0, FILTER_RADIUS - distance))


class _Tables(NamedTuple):
    """Everything that does not depend on the densities."""

    element: Array
    """(8, 8), stiffness of one full element."""
    freedoms: NDArray[np.intp]
    """(30, 8), number of each element's displacements among the free ones; the last number is a fixed zero."""
    entry_element: NDArray[np.intp]
    """Element that makes each contribution to the stiffness matrix, (1440,)."""
    entry_value: Array
    """The contribution at full density, (1440,)."""
    entry_place: NDArray[np.intp]
    """Where it goes in LAPACK's band storage of the matrix, transposed and flattened, (1440,)."""
    load: Array
    """(66,)"""
    smoothing: Array
    """(30, 30), filter weights with rows of sum 1."""


def _freedoms() -> NDArray[np.intp]:
    column, row = np.divmod(np.arange(ELEMENTS), ROWS)
    corners = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
    free = [np.where(c == 0, -1, 2 * (COLUMNS * r + c - 1)) for c, r in corners]
    pairs = [np.where(first < 0, _FREE, first + axis) for first in free for axis in (0, 1)]
    return np.stack(pairs, axis=1)


def _entries(freedoms: NDArray[np.intp], element: Array) -> tuple[NDArray[np.intp], Array, NDArray[np.intp]]:
    """Entries of all element matrices between free displacements: element, value, place in the band storage."""
    i, j = np.broadcast_arrays(freedoms[:, :, np.newaxis], freedoms[:, np.newaxis, :])
    free = (i < _FREE) & (j < _FREE)
    number = np.nonzero(free)[0]
    place = j * _STORED + 2 * _BAND + i - j
    return number, np.broadcast_to(element, free.shape)[free], place[free]


@cache
def _tables() -> _Tables:
    element, freedoms, weights = element_matrix(), _freedoms(), filter_weights()
    load = np.zeros(_FREE)
    load[-1] = LOAD
    smoothing = weights / weights.sum(axis=1, keepdims=True)
    return _Tables(element, freedoms, *_entries(freedoms, element), load, smoothing)


def _bands(stiffness: Array) -> Array:
    """Stiffness matrices in LAPACK's band storage, transposed: (n, 66, 28)."""
    tables, n, size = _tables(), len(stiffness), _FREE * _STORED
    values = stiffness[:, tables.entry_element] * tables.entry_value
    places = tables.entry_place + size * np.arange(n)[:, np.newaxis]
    total = np.bincount(places.ravel(), values.ravel(), n * size)
    return np.asarray(total, dtype=np.float64).reshape(n, _FREE, _STORED)


def displacements(stiffness: Array) -> Array:
    """Free displacements and a trailing zero, (n, 67), for element stiffness factors (n, 30).

    Not a number where the structure is singular.
    """
    load = _tables().load
    result = np.zeros((len(stiffness), _FREE + 1))
    for row, band in zip(result, _bands(stiffness), strict=True):
        _, _, row[:_FREE], info = lapack.dgbsv(_BAND, _BAND, band.T, load, overwrite_ab=True)
        if info != 0:
            row[:_FREE] = np.nan
    return result


def _evaluate_chunk(points: Array) -> Evaluation:
    tables = _tables()
    stiffness = points**PENALTY
    u = displacements(stiffness)[:, tables.freedoms]  # (n, 30, 8)
    energy = np.einsum("nei,nei->ne", u @ tables.element, u)
    weighted = stiffness * energy
    # x_k s_k = -3 x_k^3 u_k' K0 u_k
    g = (-PENALTY * weighted) @ tables.smoothing.T / points
    return Evaluation(weighted.sum(axis=1), g, np.empty((len(points), 0)))


def evaluate(points: Array) -> Evaluation:
    """Compliance and the 30 filtered sensitivities of densities (n, 30)."""
    return in_chunks(_evaluate_chunk, points, _CHUNK)


def define(problem_id: str) -> Definition:
    """Return RC33, the only problem of this module."""
    from llamoco_bench.problems.cec2020.topology_text import prompts

    if problem_id != "RC33":
        raise KeyError(problem_id)
    return Definition(evaluate, prompts, fixed_source(prompts()))
