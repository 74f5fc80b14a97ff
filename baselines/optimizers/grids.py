"""Grids of hyper-parameters: read from ``grids.json``, at half, original or double granularity."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeVar, get_args

from llamoco_bench.baselines.optimizers.program import Value
from llamoco_bench.errors import choose

Granularity = Literal["half", "original", "double"]
Scale = Literal["linear", "log", "choice"]
Config = Mapping[str, Value]

GRID_FILE: Final = Path(__file__).with_name("grids.json")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Axis:
    """One hyper-parameter of a grid.

    Attributes
    ----------
    values: in ascending order, except for choices.
    scale: how values between two neighbours are placed: half-way (``linear``), at the geometric mean (``log``), or
        not at all (``choice``).
    source: where the values come from: the paper, or our own choice and what it rests on.
    """

    values: tuple[Value, ...]
    scale: Scale
    source: str

    def at(self, granularity: Granularity) -> tuple[Value, ...]:
        """Values at a granularity: every second one with both ends kept, as they are, or with the mid-points."""
        if self.scale == "choice" or granularity == "original":
            return self.values
        return _every_second(self.values) if granularity == "half" else tuple(self._refined())

    def _refined(self) -> Iterator[Value]:
        for low, high in itertools.pairwise(self.values):
            yield low
            middle = self._between(low, high)
            if middle not in (low, high):
                yield middle
        yield self.values[-1]

    def _between(self, low: Value, high: Value) -> Value:
        if isinstance(low, str) or isinstance(high, str):
            raise TypeError(f"an axis of scale {self.scale!r} needs numbers, got {low!r} and {high!r}")
        middle = math.sqrt(low * high) if self.scale == "log" else (low + high) / 2
        return round(middle) if isinstance(low, int) and isinstance(high, int) else float(f"{middle:.4g}")


def _every_second(values: Sequence[_T]) -> tuple[_T, ...]:
    """Drop every second value but keep both ends: 5 values give 3, 4 give 3, 2 give 2."""
    kept = list(values[::2])
    if len(values) % 2 == 0:
        kept.append(values[-1])
    return tuple(kept)


@cache
def _all_grids() -> Mapping[str, Mapping[str, Axis]]:
    rows = json.loads(GRID_FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: MappingProxyType(_axes(axes)) for name, axes in rows.items()})


def _axes(rows: Mapping[str, Mapping[str, object]]) -> dict[str, Axis]:
    return {key: Axis(tuple(row["values"]), row["scale"], row["source"]) for key, row in rows.items()}  # type: ignore[arg-type]


def axes_of(name: str) -> Mapping[str, Axis]:
    """Axes of the grid of the optimizer called `name`."""
    return _all_grids()[name]


def grid_of(name: str, granularity: Granularity = "original") -> dict[str, tuple[Value, ...]]:
    """Grid of the optimizer called `name`: hyper-parameter -> values."""
    if granularity not in get_args(Granularity):
        raise choose("granularity", granularity, get_args(Granularity))
    return {key: axis.at(granularity) for key, axis in axes_of(name).items()}


def product_of(grid: Mapping[str, tuple[Value, ...]]) -> tuple[dict[str, Value], ...]:
    """All configurations of a grid, the last hyper-parameter varying fastest."""
    return tuple(dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values()))
