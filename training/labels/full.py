"""The full product: every configuration of the grid on every seed."""

from __future__ import annotations

from collections.abc import Sequence

from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import Candidate


def full(board: Board, candidates: Sequence[Candidate], seeds: int) -> list[Candidate]:
    """Run every candidate on all seeds; return them, the best first."""
    for number in range(1, seeds + 1):  # seed by seed, so that an interrupted competition has seen all candidates
        board.play(candidates, number)
    return board.ranked(candidates, seeds)
