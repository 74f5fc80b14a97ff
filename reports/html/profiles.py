"""The data profiles of a report: those of all models of a suite on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.profiles import DataProfile, data_profile
from llamoco_bench.reports.html.study import Study

POINTS: Final = 81
START: Final = 0.1
"""Evaluations / dimension at which the axis begins."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """One suite.

    Attributes
    ----------
    grid: (POINTS,) evaluations / dimension, log-spaced to the largest budget / dimension.
    models: (label, profile) of the models that have one.
    """

    suite: str
    grid: NDArray[np.float64]
    models: tuple[tuple[str, DataProfile], ...]


def data_profiles(study: Study) -> tuple[Profiles, ...]:
    """Make the profiles of all suites that have a problem with a best known value."""
    made = []
    for suite in study.suites:
        runs = [run for (s, _, _), item in study.items.items() if s == suite for run in item.final]
        top = max((run["budget"] / run["dim"] for run in runs if run["dim"]), default=0.0)
        if top <= START:
            continue
        grid = np.geomspace(START, top, POINTS)
        found = [(model, data_profile(_hits(study, suite, model), grid)) for model in study.models]
        profiles = tuple((model, profile) for model, profile in found if profile)
        if profiles:
            made.append(Profiles(suite, grid, profiles))
    return tuple(made)


def _hits(study: Study, suite: str, model: str) -> dict[str, list[NDArray[np.float64]]]:
    """Evaluations / dimension at which the targets were hit, a run a row, by problem."""
    cells = {p: study.items[suite, p, model] for p in study.problems[suite] if (suite, p, model) in study.items}
    return {
        problem: [np.array(run["trace"].hits) / max(1, run["dim"]) for run in item.counted if len(run["trace"].hits)]
        for problem, item in cells.items()
    }
