"""Scores of all programs that ran on every labelled problem of a kind: what a selector learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.errors import UsageError
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.scores import ScoreTable
from llamoco_bench.training.kinds import kind_by_id

Array = NDArray[np.float64]

PERF_WEIGHT: Final = 2.0
"""What a unit of Perf counts beside one of Reach. Perf saturates, but is what goes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Scores of m programs on n problems of one kind.

    Attributes
    ----------
    problems: n ids.
    programs: m, in the order of the pool; each ran on all the problems.
    perf, reach: (n, m) means over the runs that there are, most often one.
    """

    problems: tuple[str, ...]
    programs: tuple[Choice, ...]
    perf: Array
    reach: Array

    @property
    def merit(self) -> Array:
        """(n, m) what a selector seeks: Perf and Reach weighted, less the mean over the programs of a problem."""
        merit = PERF_WEIGHT * self.perf + self.reach
        return np.asarray(merit - merit.mean(axis=1, keepdims=True))

    def of(self, rows: NDArray[np.intp]) -> Evidence:
        """The evidence of some of the problems, by their numbers."""
        return Evidence(tuple(self.problems[i] for i in rows), self.programs, self.perf[rows], self.reach[rows])


def gather(table: ScoreTable, problems: Iterable[str], kind: Kind) -> Evidence:
    """Collect the scores on those of `problems` that are of a kind and have runs.

    Raises
    ------
    UsageError: where there are none, or no program ran on all of them.
    """
    known = tuple(p for p in sorted(set(problems)) if kind_by_id(p) == kind and table.programs(p))
    if not known:
        raise UsageError(f"there are no runs on {kind} problems of the training side")
    common = set.intersection(*(set(table.programs(problem)) for problem in known))
    if not common:
        raise UsageError(f"no program ran on all of the {len(known)} {kind} problems")
    places = {name: place for place, name in enumerate(POOL)}
    programs = tuple(sorted(common, key=lambda choice: (places[choice.optimizer], choice.config)))
    scores = [[table.programs(problem)[program] for program in programs] for problem in known]
    return Evidence(
        known,
        programs,
        np.array([[score.perf for score in row] for row in scores]),
        np.array([[score.reach for score in row] for row in scores]),
    )
