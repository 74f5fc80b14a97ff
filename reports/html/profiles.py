"""Data profiles as COCO draws them: share of (problem, run, target) triples reached over evaluations / dimension."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.reports.html.curves import TARGETS
from llamoco_bench.reports.html.study import Study
from llamoco_bench.scoring import Item

POINTS: Final = 81
RESAMPLES: Final = 400
START: Final = 0.1
"""Evaluations / dimension at which the axis begins."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """One model on one suite.

    Attributes
    ----------
    share, low, high: (POINTS,) share reached, and its 95 % interval by bootstrap over problems (nan for one problem).
    """

    model: str
    share: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Profiles:
    """One suite.

    Attributes
    ----------
    grid: (POINTS,) evaluations / dimension, log-spaced to the largest budget / dimension.
    """

    suite: str
    grid: Array
    profiles: tuple[Profile, ...]


def data_profiles(study: Study) -> tuple[Profiles, ...]:
    """Make the profiles of all suites that have a problem with a best known value."""
    made = []
    for suite in study.suites:
        items = [item for (s, _, _), item in study.items.items() if s == suite]
        top = max((run["budget"] / run["dim"] for item in items for run in item.final if run["dim"]), default=0.0)
        if top <= START:
            continue
        grid = np.geomspace(START, top, POINTS)
        found = [(model, [i for i in items if i.model == model]) for model in study.models]
        profiles = [profile for model, mine in found if mine and (profile := _profile(model, mine, grid))]
        if profiles:
            made.append(Profiles(suite, grid, tuple(profiles)))
    return tuple(made)


def _profile(model: str, items: Sequence[Item], grid: Array) -> Profile | None:
    reached = [row for item in items if (row := _reached(item, grid)) is not None]
    if not reached:
        return None
    counts, sizes = np.array([row for row, _ in reached]), np.array([size for _, size in reached], dtype=np.float64)
    share = counts.sum(axis=0) / sizes.sum()
    if len(reached) < 2:
        return Profile(model, share, np.full(POINTS, math.nan), np.full(POINTS, math.nan))
    n = len(reached)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    low, high = np.quantile((drawn @ counts) / (drawn @ sizes)[:, None], [0.025, 0.975], axis=0)
    return Profile(model, share, low, high)


def _reached(item: Item, grid: Array) -> tuple[Array, int] | None:
    """How many (run, target) pairs an item reached by each point of the grid, (POINTS,), and how many there are."""
    runs = [run for run in item.counted if len(run["trace"].hits)]
    if not runs:
        return None
    dim = max(1, max(run["dim"] for run in runs))
    hits = np.concatenate([np.frombuffer(run["trace"].hits, dtype=np.float32) for run in runs]) / dim
    inside = np.sort(hits[np.isfinite(hits)])
    return np.searchsorted(inside, grid * (1 + 1e-6), side="right").astype(np.float64), len(runs) * len(TARGETS)
