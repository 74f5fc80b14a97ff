"""RC24: linkage of a robot gripper whose gripping force varies least over the travel of its actuator.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", problem RC24, in the form that the published evaluation code computes. Lengths in millimetres,
angles in radians, forces in newtons.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from llamoco_bench.problems.cec2020.bounded_search import Scalar, least_value
from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.prompt_text import fixed_source
from llamoco_bench.problems.problem import Array, Evaluation

# Departs from the paper: its travel is 100; the published code takes 99.9999.
TRAVEL: Final = 99.9999
ACTUATOR_FORCE: Final = 100.0
OBJECT_LEAST: Final = 50.0
OBJECT_LARGEST: Final = 100.0
OPENING: Final = 150.0
OUT_OF_REACH: Final = 1e4
"""Value of objective and constraints where the linkage cannot close."""
_CLEAR_OFFSET: Final = 1e-3


def _arccos(u: Scalar) -> Scalar:
    """Arccosine; on the real axis beyond [-1, 1] the branch i ln(u + sqrt(u^2 - 1)), pi - i ln(|u| + ...)."""
    if u.imag != 0:
        return cmath.acos(u)
    real = u.real
    if abs(real) <= 1:
        return math.acos(real)
    height = math.log(abs(real) + math.sqrt(real * real - 1))
    return complex(0.0, height) if real > 1 else complex(math.pi, -height)


def force_law(a: float, b: float, c: float, e: float, distance: float, sign: float) -> Callable[[Scalar], Scalar]:
    """Signed gripping force as a function of the actuator position z.

    With a triangle of sides a, b, q and its angles A, B the force is P b sin(A + B) / (2 c cos(A + atan(e / s))), where
    s = distance - z and q^2 = s^2 + e^2. Where it closes, sin A and cos A follow from its sides without any
    arccosine: with p = a^2 + q^2 - b^2 and r = sqrt(4 a^2 q^2 - p^2) they are r / (2 a q) and p / (2 a q).
    """
    squared_offset, excess, scale = e * e, a * a - b * b, 4 * a * a
    factor = sign * ACTUATOR_FORCE / (2 * c)
    triangle = float if a > 0 and b > 0 and distance > TRAVEL else None

    def force(z: Scalar) -> Scalar:
        s = distance - z
        q_squared = s * s + squared_offset
        if type(q_squared) is triangle:
            p = q_squared + excess
            area = scale * q_squared - p * p
            if area >= 0:
                root = math.sqrt(area)
                return factor * q_squared * root / (s * p - e * root)
        q = cmath.sqrt(q_squared)
        angle_a = _arccos((q_squared + excess) / (2 * a * q))
        angle_b = _arccos((q_squared - excess) / (2 * b * q))
        value = factor * b * cmath.sin(angle_a + angle_b) / cmath.cos(angle_a + cmath.atan(e / s))
        return value if value.imag else value.real

    return force


def force_range(a: float, b: float, c: float, e: float, distance: float) -> float:
    """Largest minus smallest gripping force over the travel, as the searches find them.

    `OUT_OF_REACH` where the result is complex; not a number where a step of the search cannot be computed, which
    happens for points far outside the bounds only.
    """
    try:
        least = least_value(force_law(a, b, c, e, distance, -1.0), 0.0, TRAVEL)
        # The second search could only cancel this imaginary part exactly without an offset, when the force is purely
        # imaginary and both searches take the same path.
        if least.imag != 0 and e > _CLEAR_OFFSET:
            return OUT_OF_REACH
        result = -least - least_value(force_law(a, b, c, e, distance, 1.0), 0.0, TRAVEL)
    except (ArithmeticError, ValueError):
        return math.nan
    return OUT_OF_REACH if result.imag else result.real


def _opening(a: float, b: float, c: float, e: float, jaw: float, distance: float, delta: float) -> float | None:
    """Distance of the jaws with the actuator `distance` away, or None where the linkage cannot close."""
    reach = math.hypot(distance, e)
    cosine = (b * b + distance * distance + e * e - a * a) / (2 * b * reach)
    if not abs(cosine) <= 1:
        return None
    return 2 * (e + jaw + c * math.sin(math.acos(cosine) - math.atan(e / distance) + delta))


def _inequality(point: list[float]) -> list[float]:
    a, b, c, e, jaw, distance, delta = point
    try:
        near = _opening(a, b, c, e, jaw, distance - TRAVEL, delta)
        far = _opening(a, b, c, e, jaw, distance, delta)
    except (ArithmeticError, ValueError):
        return [math.nan] * 7
    return [
        OUT_OF_REACH if near is None else near - OBJECT_LEAST,
        OUT_OF_REACH if near is None else -near,
        OUT_OF_REACH if far is None else OBJECT_LARGEST - far,
        OUT_OF_REACH if far is None else far - OPENING,
        distance * distance + e * e - (a + b) * (a + b),
        b * b - (a - e) * (a - e) - (distance - TRAVEL) * (distance - TRAVEL),
        TRAVEL - distance,
    ]


def evaluate(points: Array) -> Evaluation:
    """Variation of the force (N) and 7 constraints of linkages (n, 7) = (a, b, c, e, jaw, distance, delta).

    Each point has its own search path of some 60 scalar steps, which Python floats follow faster than arrays would.
    """
    rows = points.tolist()
    f = np.array([force_range(a, b, c, e, distance) for a, b, c, e, _, distance, _ in rows], dtype=np.float64)
    g = np.array([_inequality(row) for row in rows], dtype=np.float64).reshape(-1, 7)
    return Evaluation(f, g, np.empty((len(points), 0)))


def define(problem_id: str) -> Definition:
    """Return RC24, the only problem of this module."""
    from llamoco_bench.problems.cec2020.gripper_text import prompts

    if problem_id != "RC24":
        raise KeyError(problem_id)
    return Definition(evaluate, prompts, fixed_source(prompts()))
