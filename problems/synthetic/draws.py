"""Random numbers that are the same on every machine and with every numpy.

Only the raw words of PCG64 and `SeedSequence` are used, whose streams numpy guarantees; its distributions may change
between versions. What is made of the words is exact arithmetic, or a single rounding of it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_UNIT: Final = 2.0**-53
_WORDS_PER_NORMAL: Final = 3


class Draws:
    """A stream of random numbers that is fixed by a seed and a path of numbers, e.g. (suite, index, attempt)."""

    def __init__(self, seed: int, *path: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=path))

    def uniform(self) -> float:
        """One number in [0, 1)."""
        return float(self._bits.random_raw() >> 11) * _UNIT

    def uniforms(self, *shape: int) -> Array:
        """Numbers in [0, 1) of a shape."""
        words: NDArray[np.uint64] = self._bits.random_raw(math.prod(shape))
        return ((words >> np.uint64(11)).astype(np.float64) * _UNIT).reshape(shape)

    def integer(self, low: int, high: int) -> int:
        """One whole number from `low` to `high`, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def integers(self, low: int, high: int, n: int) -> Array:
        """Draw `n` whole numbers from `low` to `high`, both included, as doubles."""
        return low + np.floor(self.uniforms(n) * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.uniform() < probability

    def order(self, n: int) -> tuple[int, ...]:
        """Return a permutation of 0, ..., n - 1."""
        return tuple(np.argsort(self._bits.random_raw(n), kind="stable").tolist())

    def normals(self, n: int) -> Array:
        """`n` nearly normal numbers: sums of twelve uniform ones of 16 bits, less their mean; exact."""
        words: NDArray[np.uint64] = self._bits.random_raw(_WORDS_PER_NORMAL * n)
        pieces = words.view(np.uint16).reshape(n, 4 * _WORDS_PER_NORMAL)
        sums: NDArray[np.int64] = pieces.sum(axis=1, dtype=np.int64)
        return (sums - 6 * 65535).astype(np.float64) / 65536.0
