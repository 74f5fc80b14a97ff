"""Rounds computed numbers to decimals, so that texts can state them exactly.

What is rounded was computed, and another machine without the compiled evaluator may compute a last bit differently.
Instances where that could turn a rounding the other way are found out here and not used (see `quality`).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Final

DOUBTFUL: Final = 1e-10
"""Relative distance from a tie of two roundings below which an evaluator's last bits might decide."""


_RANGE: Final = 300
_POWERS: Final = [float(f"1e{power}") for power in range(-_RANGE, _RANGE + 1)]


class Rounder:
    """Rounds, and remembers whether some rounding was in doubt."""

    def __init__(self) -> None:
        self.doubtful = False

    def digits(self, value: float, n: int) -> float:
        """Round to `n` significant digits."""
        return self.decimals(value, n - 1 - exponent(value)) if value and math.isfinite(value) else value

    def decimals(self, value: float, n: int, scale: float = 0.0) -> float:
        """Round to `n` decimals, which may be negative; `scale` is the size of what the value was computed from."""
        if not math.isfinite(value):
            return value
        rounded = round(value, n)
        tie = 0.5 * 10.0**-n
        if abs(abs(value - rounded) - tie) < DOUBTFUL * max(abs(value), scale):
            self.doubtful = True
        return rounded


def exponent(value: float) -> int:
    """Return the decimal exponent e of a number, 10^e <= |value| < 10^(e+1), from -300 to 300."""
    return bisect_right(_POWERS, abs(value)) - 1 - _RANGE
