"""The race: configurations are dropped seed by seed, and those next to the leaders are tried.

Never on truncated budgets: the schedules of many optimizers depend on the budget, so that a run which is cut short is
one of another algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.optimizers import Kind
from llamoco_bench.baselines.optimizers.grids import Granularity
from llamoco_bench.training.labels.board import Board, contenders, shortlist
from llamoco_bench.training.labels.candidates import Candidate, neighbours

Portfolio = Mapping[str, Sequence[Candidate]]
"""By optimizer: configurations to start from, the most useful first."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How fast a race narrows down.

    Attributes
    ----------
    opening: configurations of every optimizer that run on the first seed.
    deepened: optimizers whose whole portfolio then runs on it, the best of the opening.
    second: configurations that run on the second seed, besides the best one of each deepened optimizer.
    leaders: optimizers whose best configuration's neighbours in the grid are tried on the first seed, after two.
    climbs: how often that is repeated from where it led.
    entry: place that such a neighbour must reach on the first seed to run on the second.
    third: configurations that run on the third seed.
    finalists: configurations that run on all others.
    seeds: runs of a finalist.
    """

    opening: int
    deepened: int
    second: int
    leaders: int
    climbs: int
    entry: int
    third: int
    finalists: int
    seeds: int = 5

    def hash(self) -> str:
        """SHA-256 (16 hex digits)."""
        return digest(asdict(self))[:16]


SCHEDULES: Mapping[Kind, Schedule] = {
    "unconstrained": Schedule(opening=3, deepened=6, second=16, leaders=3, climbs=2, entry=12, third=8, finalists=4),
    "constrained": Schedule(opening=4, deepened=3, second=10, leaders=2, climbs=2, entry=8, third=6, finalists=3),
}


def race(
    board: Board, portfolio: Portfolio, schedule: Schedule, granularity: Granularity = "original"
) -> list[Candidate]:
    """Run a race; return the candidates that have run on all seeds, the best first."""
    first = _open(board, portfolio, schedule)
    ranked = board.ranked(first, 1)
    board.play([*ranked[: schedule.second], *_best_of_each(ranked)[: schedule.deepened]], 2)
    _climb(board, schedule, granularity)
    third = _narrow(board, list(board.runs), 2, schedule.third)
    board.play(third, 3)
    alive = third
    for seeds in range(3, schedule.seeds):
        alive = _narrow(board, alive, seeds, schedule.finalists)
        board.play(alive, seeds + 1)
    return board.ranked(alive, schedule.seeds)


def _open(board: Board, portfolio: Portfolio, schedule: Schedule) -> list[Candidate]:
    """Let the portfolio run on the first seed: the head of all optimizers, the rest of the best ones."""
    head = [one for configs in portfolio.values() for one in configs[: schedule.opening]]
    board.play(head, 1)
    best = _optimizers(board.ranked(head, 1))[: schedule.deepened]
    rest = [one for name in best for one in portfolio[name][schedule.opening :]]
    board.play(rest, 1)
    return [*head, *rest]


def _climb(board: Board, schedule: Schedule, granularity: Granularity) -> None:
    """Try the neighbours of the leaders on the first seed, and the good ones among them on the second."""
    climbed: set[Candidate] = set()
    for _ in range(schedule.climbs):
        leaders = _best_of_each(board.ranked(board.runs, 2))[: schedule.leaders]
        fresh = [one for of in leaders if of not in climbed for one in neighbours(of, granularity)]
        fresh = [one for one in dict.fromkeys(fresh) if one not in board.runs]
        climbed |= set(leaders)
        board.play(fresh, 1)
        places = board.ranked(board.runs, 1)[: schedule.entry]
        board.play([one for one in places if one in set(fresh)], 2)


def _narrow(board: Board, candidates: Sequence[Candidate], seeds: int, at_most: int) -> list[Candidate]:
    ranked = board.ranked(candidates, seeds)
    return shortlist(ranked, contenders(board, ranked, seeds), at_most)


def _optimizers(ranked: Sequence[Candidate]) -> list[str]:
    return list(dict.fromkeys(one.optimizer for one in ranked))


def _best_of_each(ranked: Sequence[Candidate]) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    for one in ranked:
        best.setdefault(one.optimizer, one)
    return list(best.values())
