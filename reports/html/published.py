"""Figures of the paper that are known, with the place each was found at; everything else of its tables is not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

Metric = Literal["err", "perf", "comp"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number.

    Attributes
    ----------
    system: the model that it is about.
    metric: which of ours it is comparable to.
    value: shares in [0, 1], tokens for ``comp``.
    bound: whether the source only says "at most".
    problems: the set of problems that it was measured on.
    source: where it stands.
    """

    system: str
    metric: Metric
    value: float
    bound: bool
    problems: str
    source: str


def published_figures() -> tuple[Figure, ...]:
    """Read the figures that ship with the package."""
    text = (files(__package__) / "published.json").read_text(encoding="utf-8")
    return tuple(Figure(**entry) for entry in json.loads(text)["figures"])
