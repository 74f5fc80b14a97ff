"""Values of the CEC2020 problems by the authors' evaluation code, and points that reach the best-known values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.problems.problem import Array


@dataclass(frozen=True, slots=True)
class Vectors:
    """Points (n, dim) of one problem with their values, and the point that reaches the best-known objective."""

    lower: list[float]
    upper: list[float]
    max_fes: int
    kinds: list[str]
    x: Array
    f: Array
    g: Array
    h: Array
    violation: Array
    reference_x: Array
    reference_f: float


@cache
def _data() -> dict[str, Any]:
    file = Path(__file__).parent / "data" / "cec2020_vectors.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


@cache
def vectors(name: str) -> Vectors:
    """Return the values of a problem by its name, e.g. ``RC01``."""
    found = _data()[name]
    points = found["points"]

    def column(key: str) -> Array:
        return np.array([_numbers(point[key]) for point in points], dtype=np.float64)

    return Vectors(
        lower=found["lower"],
        upper=found["upper"],
        max_fes=found["max_fes"],
        kinds=[point["kind"] for point in points],
        x=column("x"),
        f=column("f"),
        g=column("g"),
        h=column("h"),
        violation=column("violation"),
        reference_x=np.array(found["reference"]["x"], dtype=np.float64),
        reference_f=found["reference"]["f"],
    )


def _numbers(value: Any) -> Any:
    """Turn the strings ``inf``, ``-inf`` and ``nan`` into numbers."""
    return [float(item) for item in value] if isinstance(value, list) else float(value)


def distance(found: ArrayLike, expected: ArrayLike) -> Array:
    """Return |found - expected| / max(1, |expected|); 0 where both are the same infinity or no number."""
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    with np.errstate(all="ignore"):
        off = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    return np.where(same, 0.0, np.where(np.isnan(off), np.inf, off))
