"""Brent's bounded one-dimensional search, carried on where values turn complex.

RC24 is *defined* by the path of this search, so it is written out here rather than called: SciPy's ``fminbound`` takes
the same path for real values but has no complex ones. Source: Brent, "Algorithms for Minimization without Derivatives"
(1973), chapter 5, with the tolerances of the published evaluation code of the CEC2020 suite.

Comparisons of complex numbers look at real parts, |.| is the modulus, and the sign of z is z / |z|.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

Scalar = float | complex

GOLDEN: Final = (3 - math.sqrt(5)) / 2
RELATIVE: Final = math.sqrt(2.0**-52)
TOLERANCE: Final = 1e-4
THIRD: Final = TOLERANCE / 3
MAX_EVALUATIONS: Final = 500


def least_value(function: Callable[[Scalar], Scalar], lower: float, upper: float) -> Scalar:
    """Value of `function` where the search between `lower` and `upper` ends; complex if it ends on a complex one.

    Raises what `function` raises, and OverflowError where a modulus overflows.
    """
    lo: Scalar = lower
    hi: Scalar = upper
    # best, second, third: the three points kept; step: the last step; earlier: the one before it.
    best: Scalar = lower + GOLDEN * (upper - lower)
    second = third = best
    f_best = f_second = f_third = function(best)
    step: Scalar = 0.0
    earlier: Scalar = 0.0
    for _ in range(MAX_EVALUATIONS - 1):
        middle = 0.5 * (lo + hi)
        tolerance = RELATIVE * abs(best) + THIRD
        if abs(best - middle) <= 2 * tolerance - 0.5 * (hi - lo).real:
            break
        parabola = None
        if abs(earlier) > tolerance:
            r = (best - second) * (f_best - f_third)
            q = (best - third) * (f_best - f_second)
            p = (best - third) * q - (best - second) * r
            q = 2 * (q - r)
            if q.real > 0:
                p = -p
            q = abs(q)
            before, earlier = earlier, step
            if abs(p) < abs(0.5 * q * before) and q * (lo - best).real < p.real < q * (hi - best).real:
                parabola = p / q
        if parabola is None:
            earlier = lo - best if best.real >= middle.real else hi - best
            step = GOLDEN * earlier
        else:
            step = parabola
            x = best + step
            if (x - lo).real < 2 * tolerance or (hi - x).real < 2 * tolerance:
                step = tolerance * _sign(middle - best)
        x = best + step if abs(step) >= tolerance else best + tolerance * _sign(step)
        f_x = function(x)
        if f_x.real <= f_best.real:
            if x.real >= best.real:
                lo = best
            else:
                hi = best
            third, f_third = second, f_second
            second, f_second = best, f_best
            best, f_best = x, f_x
            continue
        if x.real < best.real:
            lo = x
        else:
            hi = x
        if f_x.real <= f_second.real or second == best:
            third, f_third = second, f_second
            second, f_second = x, f_x
        elif f_x.real <= f_third.real or third in (best, second):
            third, f_third = x, f_x
    return f_best


def _sign(z: Scalar) -> Scalar:
    return z / abs(z) if z else 1.0
