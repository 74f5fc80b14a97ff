"""Bounds of the variables in the form ``x1 in [0, 10]; x2..x4 in [0.5, 1]``."""

from __future__ import annotations

import math
import re
from typing import Final

from llamoco_bench.problems.describe.notation import NotationError

_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_CLAUSE: Final = re.compile(
    rf"x(?P<first>\d+)(?:\.\.x(?P<last>\d+))?\s+in\s+\[(?P<lower>{_NUMBER}),\s*(?P<upper>{_NUMBER})\]"
)


def parse_bounds(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the lower and upper bounds of all variables; clauses must name them in order, without a gap.

    Raises
    ------
    NotationError: a clause does not follow the notation, has a gap before it, or leaves no value; or there is none.
    """
    lower: list[float] = []
    upper: list[float] = []
    for clause in re.split(r"[;\n]", text):
        if not clause.strip():
            continue
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None or int(match["first"]) != len(lower) + 1:
            raise NotationError(f"In the bounds: {clause.strip()!r} should be like 'x{len(lower) + 1} in [0, 1]'.")
        count = int(match["last"] or match["first"]) - len(lower)
        low, high = float(match["lower"]), float(match["upper"])
        if count < 1:
            raise NotationError(f"In the bounds: {clause.strip()!r} names no variable; ranges go up, as in x2..x4.")
        if not -math.inf < low <= high < math.inf:
            raise NotationError(f"In the bounds: {clause.strip()!r} holds no value; the lower bound stands first.")
        lower += [low] * count
        upper += [high] * count
    if not lower:
        raise NotationError("In the bounds: there are none, expected at least 'x1 in [0, 1]'.")
    return tuple(lower), tuple(upper)
