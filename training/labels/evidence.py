"""How sure a label is: margin over the runner-up, and the probability that the winner wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import Candidate
from llamoco_bench.training.labels.scores import Score, rank_rows

RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a winner.

    Attributes
    ----------
    score: means of the winner over the seeds that chose it, and therefore a little optimistic.
    runner_up: the best candidate of another optimizer, None where no other was run on all seeds.
    runner_up_score: its means.
    p_optimizer: share of the resampled seeds on which the winner's optimizer comes first.
    p_config: share on which the winner itself does.
    """

    score: Score
    runner_up: Candidate | None
    runner_up_score: Score | None
    p_optimizer: float
    p_config: float


def weigh(board: Board, ranked: Sequence[Candidate], seeds: int) -> Evidence:
    """Weigh the evidence for the first of `ranked` by a bootstrap over seeds, the same for all candidates."""
    winner = ranked[0]
    means = board.means(ranked, seeds)
    runner_up = next((one for one in ranked if one.optimizer != winner.optimizer), None)
    table = board.table(ranked, seeds)
    drawn = np.random.default_rng(0).integers(seeds, size=(RESAMPLES, seeds))
    firsts = np.array([rank_rows(table[:, rows].mean(axis=1))[0] for rows in drawn])
    own = np.array([one.optimizer == winner.optimizer for one in ranked])
    return Evidence(
        score=means[winner],
        runner_up=runner_up,
        runner_up_score=None if runner_up is None else means[runner_up],
        p_optimizer=float(own[firsts].mean()),
        p_config=float((firsts == 0).mean()),
    )
