"""Random rotations that are the same on every machine, to the last bit."""

from __future__ import annotations

import numpy as np

from llamoco_bench.problems._native import rotation_into
from llamoco_bench.problems.synthetic.draws import Array, Draws


def draw_rotation(draws: Draws, dim: int) -> Array:
    """Draw a rotation matrix, (dim, dim), uniformly: a product of Householder reflections (Stewart 1980).

    LAPACK's matrices differ in their last bits between machines, hence this one: additions, multiplications, divisions
    and square roots in a fixed order, in C where there is the compiled module, else in numpy, with the same result.
    """
    variates = draws.normals(dim * (dim + 1) // 2 - 1)
    if rotation_into is None:
        return rotation_of(variates, dim)
    out = np.empty((dim, dim))
    rotation_into(variates, out, dim)
    return out


def rotation_of(variates: Array, dim: int) -> Array:
    """Build a rotation from (dim (dim + 1)/2 - 1,) normal variates; the determinant is 1."""
    a = np.eye(dim)
    signs = np.empty(dim)
    start = 0
    for first in range(dim - 2, -1, -1):
        u = variates[start : start + dim - first].copy()
        start += dim - first
        signs[first] = 1.0 if u[0] < 0.0 else -1.0
        u[0] -= signs[first] * np.sqrt(_in_order(u * u))
        block = a[first:, first:]
        w = _in_order(u[:, np.newaxis] * block) * (2.0 / _in_order(u * u))
        block -= u[:, np.newaxis] * w
    signs[dim - 1] = np.prod(-signs[:-1])
    result: Array = a * signs[:, np.newaxis]
    return result


def _in_order(terms: Array) -> Array:
    """Add up along the first axis from first to last; numpy's own sums leave the order open."""
    total: Array = np.add.accumulate(terms, axis=0)[-1]
    return total
