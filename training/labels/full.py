"""The full product: every configuration of the grid on every seed, but for runs that can change nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import Candidate
from llamoco_bench.training.labels.scores import RESOLUTION

FOREMOST: Final = 8
"""Candidates that run on all seeds at once after the first, so that what the others must beat is soon high."""

_ROUNDING: Final = 1e-8


def full(board: Board, candidates: Sequence[Candidate], seeds: int) -> list[Candidate]:
    """Run every candidate on all seeds on which it can still come first; return those that ran on all, the best first.

    The first of them is the first of the whole product, where no run that was left out finds a better value than all
    others did; see `can_win`.
    """
    board.play(candidates, 1)
    board.play(board.ranked(candidates, 1)[:FOREMOST], seeds)
    while waiting := [one for one in can_win(board, candidates, seeds) if len(board.runs[one]) < seeds]:
        fewest = min(len(board.runs[one]) for one in waiting)
        board.play([one for one in waiting if len(board.runs[one]) == fewest], fewest + 1)
    return board.ranked(candidates, seeds)


def can_win(board: Board, candidates: Sequence[Candidate], seeds: int) -> list[Candidate]:
    """Leave out the candidates that could not come first even if each of their further runs reached f*.

    A further run has at most Perf 1 and Reach 1, and at least 0 evaluations. A candidate is out where its mean Perf
    would still be out of reach of a tie, or where another one that has run on all seeds is sure to be tied for the
    highest Perf and better in Reach, or equal in Reach and faster. f* is the best value of all runs so far; should a
    later run find a better one, those that had been left out are judged anew.
    """
    best_known = board.best_known
    done = [board.scores(one, seeds, best_known) for one in candidates]
    worst = np.array([np.sum(scores, axis=0) for scores in done]) / seeds  # all further runs at 0
    left = np.array([seeds - len(scores) for scores in done])[:, None] / seeds
    best = worst + left * (1.0, 1.0, 0.0)
    highest, may_be_highest = worst[:, 0].max(), best[:, 0].max()
    alive = best[:, 0] >= highest - RESOLUTION - _ROUNDING
    sure = worst[:, 0] >= may_be_highest - RESOLUTION + _ROUNDING  # with a run left, its own best is far above
    if sure.any():
        reached = worst[sure, 1].max()
        fastest = worst[sure & (worst[:, 1] >= reached), 2].min()
        tied = best[:, 1] <= reached + _ROUNDING
        alive &= (best[:, 1] >= reached - _ROUNDING) & ~(tied & (best[:, 2] > fastest + _ROUNDING))
    return [one for one, can in zip(candidates, alive, strict=True) if can]
