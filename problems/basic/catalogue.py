"""The 25 base functions with what is known about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.errors import choose
from llamoco_bench.problems.basic import values
from llamoco_bench.problems.basic.values import Array


@dataclass(frozen=True, slots=True)
class BasicFunction:
    """A base function g(z) with its minimum, 0, at z = 0; call it on z of shape (n,) or (..., n).

    Attributes
    ----------
    name: e.g. ``"rastrigin"``.
    title: the name in words.
    scale: factor c from the box [-100, 100] to the function's usual domain: z = M (c (x - o)).
    multimodal: has local minima.
    separable: which of two values of a coordinate is better does not depend on the others.
    ill_conditioned: curvatures differ by a factor of 1,000 or more.
    symmetric: g(z) = g(-z) for every z.
    flat: has plateaus, or directions in which it hardly changes over much of its domain.
    smallest: fewest coordinates on which it is defined and not constant.
    values: maps z (..., n) to (...,).
    """

    name: str
    title: str
    scale: float
    multimodal: bool
    separable: bool
    ill_conditioned: bool
    symmetric: bool
    flat: bool
    values: Callable[[Array], Any]
    smallest: int = 1

    def __call__(self, z: ArrayLike) -> float | Array:
        """Values of one vector, (n,) -> float, or of many, (..., n) -> (...,)."""
        vectors = np.asarray(z, dtype=np.float64)
        if vectors.ndim == 0 or vectors.shape[-1] < self.smallest:
            raise ValueError(f"{self.name} needs vectors of at least {self.smallest} coordinates, got {vectors.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            found = self.values(vectors)
        return float(found) if vectors.ndim == 1 else np.asarray(found)


def _entry(name: str, title: str, scale: float, traits: str, smallest: int = 1) -> BasicFunction:
    """Traits are letters: (m)ultimodal, (s)eparable, (i)ll-conditioned, (a)symmetric, (f)lat."""
    has = set(traits).__contains__
    return BasicFunction(
        name, title, scale, has("m"), has("s"), has("i"), not has("a"), has("f"), getattr(values, name), smallest
    )


_ENTRIES: Final = (
    _entry("sphere", "Sphere", 1.0, "s"),
    _entry("bent_cigar", "Bent cigar", 1.0, "si", 2),
    _entry("discus", "Discus", 1.0, "si", 2),
    _entry("elliptic", "High-conditioned elliptic", 1.0, "si", 2),
    _entry("zakharov", "Zakharov", 1.0, "i"),
    _entry("rosenbrock", "Rosenbrock", 2.048 / 100.0, "mia", 2),
    _entry("rastrigin", "Rastrigin", 5.12 / 100.0, "ms"),
    _entry("ackley", "Ackley", 1.0, "mf"),
    _entry("griewank", "Griewank", 600.0 / 100.0, "m"),
    _entry("weierstrass", "Weierstrass", 0.5 / 100.0, "ms"),
    _entry("schwefel", "Modified Schwefel", 1000.0 / 100.0, "msa"),
    _entry("katsuura", "Katsuura", 5.0 / 100.0, "ms"),
    _entry("happycat", "HappyCat", 5.0 / 100.0, "maf"),
    _entry("hgbat", "HGBat", 5.0 / 100.0, "ma"),
    _entry("expanded_schaffer_f6", "Expanded Schaffer F6", 1.0, "mf"),
    _entry("expanded_griewank_rosenbrock", "Expanded Griewank plus Rosenbrock", 5.0 / 100.0, "mia"),
    _entry("lunacek_bi_rastrigin", "Lunacek bi-Rastrigin", 10.0 / 100.0, "ma", 2),
    _entry("levy", "Levy", 1.0, "msa"),
    _entry("schaffer_f7", "Schaffer F7", 1.0, "m", 2),
    _entry("sum_of_different_powers", "Sum of different powers", 1.0, "sif"),
    _entry("different_powers", "Different powers", 1.0, "sif", 2),
    _entry("step", "Step", 1.0, "sf"),
    _entry("schwefel_2_22", "Schwefel 2.22", 10.0 / 100.0, ""),
    _entry("schwefel_1_2", "Schwefel 1.2", 1.0, "i", 2),
    _entry("noncontinuous_rastrigin", "Non-continuous Rastrigin", 5.12 / 100.0, "msf"),
)

BASIC_FUNCTIONS: Final = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""By name, in the order of their codes in the compiled evaluator."""


def basic_function(name: str) -> BasicFunction:
    """Return a base function by its name.

    ``basic_function("rastrigin")(z)`` gives the value of z, (n,), or the values of many, (..., n); z is already scaled.

    Raises
    ------
    UsageError: if there is no such function.
    """
    if name not in BASIC_FUNCTIONS:
        raise choose("base function", name, BASIC_FUNCTIONS)
    return BASIC_FUNCTIONS[name]
