"""A base function on the box [-100, 100]: shifted, scaled and rotated."""

from __future__ import annotations

from typing import Any

import numpy as np

from llamoco_bench.problems.basic.catalogue import BasicFunction
from llamoco_bench.problems.basic.values import Array, lunacek


def transformed(function: BasicFunction, x: Array, o: Array, rotation: Array | None) -> Any:
    """Return g(M (c (x - o))) for x of shape (..., n); without a rotation M is the identity.

    Lunacek's function alone also needs the vector before the rotation, mirrored where the shift is negative.
    """
    if function.name != "lunacek_bi_rastrigin":
        return function.values(rotate(function.scale * (x - o), rotation))
    u = 2.0 * function.scale * np.where(o < 0.0, -1.0, 1.0) * (x - o)
    return lunacek(u, rotate(u, rotation))


def rotate(z: Array, rotation: Array | None) -> Array:
    """Return M z for every vector of z, (..., n)."""
    return z if rotation is None else z @ rotation.T
