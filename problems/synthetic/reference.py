"""Synthetic problems in numpy: the oracle of the compiled evaluator, and what stands in for it where it is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.problems.basic.transform import rotate, transformed
from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.synthetic.instance import Constraint, Instance


class ReferenceEvaluator:
    """Evaluates an instance with numpy; points are (dim,) or (n, dim)."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def objective(self, x: ArrayLike) -> float | Array:
        """Objective, (dim,) -> float or (n, dim) -> (n,)."""
        points = self._points(x)
        with np.errstate(all="ignore"):
            f = np.maximum(weighted_sum(self.instance, points), 0.0)  # rounding next to the optimum can fall below
        return float(f) if points.ndim == 1 else f

    def inequality(self, x: ArrayLike) -> Array:
        """Inequality values, (dim,) -> (n_inequality,) or (n, dim) -> (n, n_inequality)."""
        return self._constraints(self.instance.inequalities, self._points(x))

    def equality(self, x: ArrayLike) -> Array:
        """Equality values, (dim,) -> (n_equality,) or (n, dim) -> (n, n_equality)."""
        return self._constraints(self.instance.equalities, self._points(x))

    def evaluate(self, x: ArrayLike) -> Evaluation:
        """Objective and all constraints of points (n, dim)."""
        return Evaluation(np.asarray(self.objective(x)), self.inequality(x), self.equality(x))

    def parts(self, x: Array) -> Array:
        """Values of the single parts, neither weighted nor divided, (n, dim) -> (n, parts)."""
        with np.errstate(all="ignore"):
            return np.stack(part_values(self.instance, x), axis=-1)

    def _constraints(self, constraints: tuple[Constraint, ...], points: Array) -> Array:
        with np.errstate(all="ignore"):
            values = [_constraint(self.instance, c, points) for c in constraints]
        return np.stack(values, axis=-1) if values else np.empty((*points.shape[:-1], 0))

    def _points(self, x: ArrayLike) -> Array:
        points = np.asarray(x, dtype=np.float64)
        dim = self.instance.dim
        if points.ndim not in (1, 2) or points.shape[-1] != dim:
            got = f"{self.instance.id} expects points of shape ({dim},) or (n, {dim}), got {points.shape}"
            raise ValueError(got)
        return points


def weighted_sum(instance: Instance, x: Array) -> Any:
    """Objective of points (..., dim), with rounding next to the optimum left in."""
    values = part_values(instance, x)
    total = 0.0
    for part, value in zip(instance.parts, values, strict=True):
        total = total + part.weight * value / part.divisor
    return total


def part_values(instance: Instance, x: Array) -> list[Any]:
    """Values of the base functions at points (..., dim)."""
    if instance.order is None:
        return [transformed(part.function, x, instance.shift, instance.rotation) for part in instance.parts]
    y = rotate(x - instance.shift, instance.rotation)[..., list(instance.order)]
    values, start = [], 0
    for part in instance.parts:
        values.append(part.function.values(part.function.scale * y[..., start : start + part.length]))
        start += part.length
    return values


def _constraint(instance: Instance, c: Constraint, x: Array) -> Any:
    t = x if c.centre is None else x - c.centre
    q = c.family.values(rotate(t, instance.rotation) if c.rotated else t, c.parameters)
    return c.sign * ((q - c.bound) / c.divisor)
