"""Problems that tests can see through."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Evaluation

Array = NDArray[np.float64]


@dataclass
class Sphere:
    """A shifted sphere with a bias, without any constraint functions; counts the points it was asked about."""

    dim: int = 5
    budget: int = 2000
    optimum: Array = field(default_factory=lambda: np.linspace(-3.0, 2.0, 5))
    bias: float = 7.0
    id: str = "toy/sphere"
    asked: int = 0

    @property
    def lower(self) -> Array:
        return np.full(self.dim, -5.0)

    @property
    def upper(self) -> Array:
        return np.full(self.dim, 5.0)

    def value(self, x: Array) -> float:
        return float(((x - self.optimum) ** 2).sum() + self.bias)

    def objective(self, x: Array) -> float | Array:
        x = np.asarray(x)
        self.asked += 1 if x.ndim == 1 else len(x)
        values: float | Array = ((x - self.optimum) ** 2).sum(axis=-1) + self.bias
        return values


@dataclass
class Disc:
    """Minimise x + y in the disc of radius 1 on the line x = y; evaluates everything in one pass."""

    budget: int = 300
    dim: int = 2
    n_inequality: int = 1
    n_equality: int = 1
    id: str = "toy/disc"
    passes: int = 0

    @property
    def lower(self) -> Array:
        return np.full(self.dim, -2.0)

    @property
    def upper(self) -> Array:
        return np.full(self.dim, 2.0)

    def objective(self, x: Array) -> float | Array:
        raise AssertionError("evaluate() gives all values at once")

    def evaluate(self, x: Array) -> Evaluation:
        self.passes += len(x)
        g = (x**2).sum(axis=1, keepdims=True) - 1.0
        return Evaluation(x.sum(axis=1), g, x[:, :1] - x[:, 1:])
