"""Points as text: how they are shown to a model, and what is read from its answers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from llamoco_bench.baselines.models.points.base import Candidate, Point, Space

_NAME: Final = re.compile(r"^\s*[A-Za-z]\w*\s*[=:]\s*")
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")


def number(value: float, digits: int) -> str:
    """Write a number with so many significant digits."""
    return f"{value:.{digits}g}"


def vector(point: Sequence[float], digits: int) -> str:
    """Write a point as numbers separated by commas."""
    return ", ".join(number(value, digits) for value in point)


def rounded(point: Sequence[float], digits: int) -> Point:
    """Round a point to the digits that are shown."""
    return tuple(float(number(value, digits)) for value in point)


def names(dim: int) -> str:
    """Name the variables: ``x1, x2, ..., x9``."""
    return ", ".join(["x1", "x2", "...", f"x{dim}"] if dim > 3 else [f"x{i + 1}" for i in range(dim)])


def in_words(space: Space) -> str:
    """State dimension, bounds and what counts."""
    kinds = f"{space.dim} real variables, {names(space.dim)}" if space.dim > 1 else "one real variable, x1"
    text = f"a function of {kinds}. Bounds, where x[0] is x1: {space.bounds}."
    if space.n_constraints:
        text += (
            f" There are {space.n_constraints} constraints; the violation says by how much a point misses them, and is "
            "0 where it keeps them all. Points that keep them are better than points that do not."
        )
    return text


def value_line(candidate: Candidate, space: Space, digits: int) -> str:
    """Write the value of a point, and its violation where there are constraints."""
    line = number(candidate.f, digits)
    return f"{line}, violation: {number(candidate.violation, digits)}" if space.n_constraints else line


def read_vector(text: str, dim: int) -> Point | None:
    """Read numbers separated by commas or blanks, each perhaps as ``name = number``; None for anything else."""
    parts = text.split(",") if "," in text else text.split()
    values = []
    for part in parts:
        try:
            values.append(float(_NAME.sub("", part)))
        except ValueError:
            return None
    if len(values) != dim or not all(map(math.isfinite, values)):
        return None
    return tuple(values)


def last_in_brackets(text: str, dim: int) -> Point | None:
    """Read the last bracketed list that is not the template ``[x1, ..., x9]``; None where that is no point."""
    found = [group for group in _BRACKETS.findall(text) if not _is_template(group)]
    return read_vector(found[-1], dim) if found else None


def tagged(text: str, tag: str, dim: int) -> list[Point]:
    """Read every point between ``<tag>`` and ``</tag>``, brackets around it or not; drop what is none."""
    groups = re.findall(rf"<{tag}>([^<]*)</{tag}>", text, re.IGNORECASE)
    read = (read_vector(group.strip().strip("[]()"), dim) for group in groups)
    return [point for point in read if point is not None]


def random_points(space: Space, count: int, digits: int, rng: np.random.Generator) -> list[Point]:
    """Draw `count` points uniformly, round them, and leave out those that became equal."""
    drawn = rng.uniform(space.lower, space.upper, (count, space.dim)).tolist()
    return list(dict.fromkeys(space.inside(rounded(point, digits)) for point in drawn))


def _is_template(group: str) -> bool:
    return "..." in group or re.fullmatch(r"\s*[A-Za-z]\w*(\s*,\s*[A-Za-z]\w*)*\s*", group) is not None
