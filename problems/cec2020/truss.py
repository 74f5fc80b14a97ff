"""RC27: lightest plane truss of ten bars whose first three natural frequencies are high enough.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", problem RC27. Lengths in metres, areas in square metres, masses in kilogram, frequencies in hertz.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.prompt_text import fixed_source
from llamoco_bench.problems.problem import Array, Evaluation

YOUNG: Final = 6.98e10
DENSITY: Final = 2770.0
ADDED_MASS: Final = 454.0
NODES: Final = ((18.288, 9.144), (18.288, 0.0), (9.144, 9.144), (9.144, 0.0), (0.0, 9.144), (0.0, 0.0))
FREE_NODES: Final = 4
BARS: Final = ((3, 5), (1, 3), (4, 6), (2, 4), (3, 4), (1, 2), (4, 5), (3, 6), (2, 3), (1, 4))
LEAST_FREQUENCY: Final = (7.0, 15.0, 20.0)

_LEAST_FREQUENCY: Final = np.array(LEAST_FREQUENCY)
_LARGEST: Final = 1e100
"""Areas beyond this (far outside the bounds) would overflow in the eigenvalue solver, which then raises."""


class _Tables(NamedTuple):
    """Contribution of each bar per unit of area, restricted to the free nodes 1..4."""

    length: Array
    """(10,)"""
    mass: Array
    """(10, 16): (4, 4) over nodes; the mass is the same in both directions and does not couple them."""
    stiffness: Array
    """(10, 64): (8, 8) over (direction, node)."""


@cache
def _tables() -> _Tables:
    nodes = np.array(NODES)
    start, end = np.array(BARS).T - 1
    span = nodes[end] - nodes[start]
    length = np.hypot(*span.T)
    ends = np.eye(len(NODES))[:, :FREE_NODES]
    difference, both = ends[end] - ends[start], ends[end] + ends[start]
    # Stiffness: elongation is the cosine-weighted difference of the end displacements.
    elongation = np.einsum("bd,bk->bdk", span / length[:, np.newaxis], difference).reshape(len(BARS), -1)
    stiffness = np.einsum("b,bi,bj->bij", YOUNG / length, elongation, elongation)
    # Consistent mass [[2, 1], [1, 2]] / 6 of the two ends.
    own = np.einsum("bi,bj->bij", both, both) + np.einsum("bi,ij->bij", both, np.eye(FREE_NODES))
    mass = (DENSITY * length / 6)[:, np.newaxis, np.newaxis] * own
    return _Tables(length, mass.reshape(len(BARS), -1), stiffness.reshape(len(BARS), -1))


def _scaled_stiffness(areas: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Stiffness in coordinates of unit mass, (n, 8, 8), and where the mass matrix is positive definite, (n,).

    With M = U diag(w) U' the matrix T = U diag(w)^(-1/2) gives T' M T = I, so that K v = lambda M v becomes an ordinary
    symmetric eigenvalue problem for T' K T.
    """
    tables, n = _tables(), len(areas)
    masses, modes = np.linalg.eigh((areas @ tables.mass).reshape(n, 4, 4) + ADDED_MASS * np.eye(FREE_NODES))
    definite = masses[:, 0] > 0
    transform = np.zeros((n, 8, 8))
    # Only negative areas give an indefinite mass matrix; any positive number keeps the solver from raising.
    transform[:, :4, :4] = modes / np.sqrt(np.where(masses > 0, masses, 1.0))[:, np.newaxis, :]
    transform[:, 4:, 4:] = transform[:, :4, :4]
    stiffness = (areas @ tables.stiffness).reshape(n, 8, 8)
    return transform.transpose(0, 2, 1) @ stiffness @ transform, definite


def natural_frequencies(areas: Array) -> Array:
    """Natural frequencies (Hz) in ascending order, (n, 8), of trusses with bar areas (n, 10).

    Not a number where there is none: indefinite mass matrix, negative eigenvalue, overflow.
    """
    usable = np.abs(areas).max(axis=1) < _LARGEST
    scaled, definite = _scaled_stiffness(areas if usable.all() else np.where(usable[:, np.newaxis], areas, 0.0))
    frequency = np.sqrt(np.linalg.eigvalsh(scaled)) / (2 * np.pi)
    return np.where((usable & definite)[:, np.newaxis], frequency, np.nan)


def evaluate(points: Array) -> Evaluation:
    """Mass (kg) and three frequency constraints (relative) of trusses (n, 10)."""
    f = DENSITY * (points @ _tables().length)
    g = _LEAST_FREQUENCY / natural_frequencies(points)[:, : len(_LEAST_FREQUENCY)] - 1
    return Evaluation(f, g, np.empty((len(points), 0)))


def define(problem_id: str) -> Definition:
    """Return RC27, the only problem of this module."""
    from llamoco_bench.problems.cec2020.truss_text import prompts

    if problem_id != "RC27":
        raise KeyError(problem_id)
    return Definition(evaluate, prompts, fixed_source(prompts()))
