"""The state of a competition for one label: who has run how often, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.training.labels.candidates import Candidate
from llamoco_bench.training.labels.runs import Run, Runner
from llamoco_bench.training.labels.scores import RESOLUTION, Score, mean_score, rank, score_run

Array = NDArray[np.float64]

SIGMAS = 2.0
"""A candidate is ruled out where the leader is better by so many standard errors of their paired difference."""


@dataclass(slots=True)
class Board:
    """Runs of candidates on one problem, on the same seeds for all.

    Attributes
    ----------
    runner: does the runs.
    runs: runs number 0, 1, ... of each candidate.
    """

    runner: Runner
    runs: dict[Candidate, list[Run]] = field(default_factory=dict)

    def play(self, candidates: Iterable[Candidate], seeds: int) -> None:
        """See to it that each candidate has had its runs on the first `seeds` seeds."""
        for one in candidates:
            done = self.runs.setdefault(one, [])
            done += [self.runner.run(one, number) for number in range(len(done), seeds)]

    @property
    def best_known(self) -> float | None:
        """f*: the best value known of the problem, or what any run on the board found where that is lower."""
        found = [run.best_f for runs in self.runs.values() for run in runs if run.best_f is not None]
        known = self.runner.problem.best_known
        return min([*found, *([] if known is None else [known])], default=None)

    def scores(self, one: Candidate, seeds: int, best_known: float | None) -> list[Score]:
        """Scores of a candidate on the first `seeds` seeds."""
        return [score_run(run, best_known, self.runner.start(i)) for i, run in enumerate(self.runs[one][:seeds])]

    def means(self, candidates: Iterable[Candidate], seeds: int) -> dict[Candidate, Score]:
        """Mean scores on the first `seeds` seeds, of those candidates that have run on all of them."""
        best = self.best_known
        return {one: mean_score(self.scores(one, seeds, best)) for one in candidates if len(self.runs[one]) >= seeds}

    def ranked(self, candidates: Iterable[Candidate], seeds: int) -> list[Candidate]:
        """Candidates that have run on the first `seeds` seeds, the best first."""
        return rank(self.means(candidates, seeds))

    def table(self, candidates: Sequence[Candidate], seeds: int) -> Array:
        """Scores by candidate, seed and measure (Perf, Reach, evaluations), (n, seeds, 3)."""
        best = self.best_known
        return np.array([self.scores(one, seeds, best) for one in candidates]).reshape(len(candidates), seeds, 3)


def contenders(board: Board, candidates: Iterable[Candidate], seeds: int) -> list[Candidate]:
    """Order candidates, the best first, without those that the paired evidence rules out.

    The leader rules a candidate out if it is ahead in mean Perf by more than `RESOLUTION` and by more than `SIGMAS`
    standard errors; or, where Perf ties the two, in mean Reach by as much. The variance of a paired difference is
    pooled over all candidates, since few seeds do not tell it for each one.
    """
    ranked = board.ranked(candidates, seeds)
    if seeds < 2 or len(ranked) < 2:
        return ranked
    table = board.table(ranked, seeds)
    behind = table[0] - table  # (n, seeds, 3)
    mean = behind.mean(axis=1)
    error = np.sqrt(behind[1:].var(axis=1, ddof=1).mean(axis=0) / seeds)
    out_by_perf = mean[:, 0] > max(RESOLUTION, SIGMAS * error[0])
    tied = mean[:, 0] <= RESOLUTION
    out_by_reach = tied & (mean[:, 1] > SIGMAS * error[1])
    return [one for one, out in zip(ranked, out_by_perf | (out_by_reach & (mean[:, 1] > 0)), strict=True) if not out]


def shortlist(ranked: Sequence[Candidate], alive: Sequence[Candidate], at_most: int) -> list[Candidate]:
    """Return the first `at_most` of those alive, and always the best one of a second optimizer, to measure against.

    Parameters
    ----------
    ranked: all of them, the best first.
    alive: those that can still win, in the same order.
    """
    kept = list(alive[: max(1, at_most)])
    second = next((one for one in ranked if one.optimizer != kept[0].optimizer), None)
    if second is not None and second not in kept:
        kept = [*kept[: max(1, at_most - 1)], second]
    return kept
