"""What can be learned from the runs: cross-validated scores of selectors beside the single and the virtual best."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.errors import UsageError
from llamoco_bench.training.evaluation.report import IN_RACE
from llamoco_bench.training.evaluation.scores import ScoreTable
from llamoco_bench.training.labels.scores import rank_rows
from llamoco_bench.training.selector.evidence import Evidence
from llamoco_bench.training.selector.features import features
from llamoco_bench.training.selector.selector import Forest, with_features

Numbers = NDArray[np.intp]
Way = Callable[[Evidence, tuple[str, ...], int], Numbers]

FOLDS: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """Mean scores of the programs that a way of choosing took."""

    perf: float
    reach: float


def winners(evidence: Evidence) -> Numbers:
    """Number of the winner of each problem, ranked as labels are: Perf, then Reach."""
    nothing = np.zeros(len(evidence.programs))
    rows = zip(evidence.perf, evidence.reach, strict=True)
    return np.array([rank_rows(np.column_stack([perf, reach, nothing]))[0] for perf, reach in rows])


def _single_best(train: Evidence, problems: tuple[str, ...], seed: int) -> Numbers:
    return np.full(len(problems), train.merit.mean(axis=0).argmax())


def _guess_the_winner(train: Evidence, problems: tuple[str, ...], seed: int) -> Numbers:
    from sklearn.ensemble import ExtraTreesClassifier

    model = with_features(ExtraTreesClassifier(300, min_samples_leaf=2, random_state=seed))
    with warnings.catch_warnings():  # many classes of few problems: that is what this way is compared for
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        model.fit([features(problem) for problem in train.problems], winners(train))
    return np.asarray(model.predict([features(problem) for problem in problems]))


def _foretell_scores(train: Evidence, problems: tuple[str, ...], seed: int) -> Numbers:
    return Forest(train, seed).choose(problems)


WAYS: Final[Mapping[str, Way]] = MappingProxyType(
    {
        "single best": _single_best,
        "forest that guesses the winner": _guess_the_winner,
        "forest that foretells scores": _foretell_scores,
    }
)
"""Ways of choosing, each called with evidence, problems that are not in it, and a seed."""


def run_again(evidence: Evidence, table: ScoreTable) -> Outcome:
    """Score the labels' programs by runs that were done after they had won.

    Raises
    ------
    UsageError: where the labels have no such scores.
    """
    scores = [score for problem in evidence.problems if (score := table.winner_again(problem))]
    if len(scores) < len(evidence.problems):
        raise UsageError("the labels do not say what their programs score as they were run again. Give raced ones")
    return Outcome(fmean(score.perf for score in scores), fmean(score.reach for score in scores))


def cross_validate(evidence: Evidence, repeats: int = 3, folds: int = FOLDS) -> dict[str, Outcome]:
    """Score each way on problems that it has not learned from, and the virtual best.

    Each program is scored by the runs that chose it too, so the virtual best is flattered: it takes what was lucky;
    see `run_again`.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for repeat in range(repeats):
        order = np.random.default_rng(repeat).permutation(len(evidence.problems))
        for part in np.array_split(order, min(folds, len(order))):
            train = evidence.of(np.setdiff1d(order, part))
            problems = tuple(evidence.problems[i] for i in part)
            for name, way in WAYS.items():
                chosen = way(train, problems, repeat)
                rows = zip(evidence.perf[part, chosen].tolist(), evidence.reach[part, chosen].tolist(), strict=True)
                taken[name] += list(rows)
    best = winners(evidence)
    own = np.arange(len(best))
    found = {name: Outcome(fmean(p for p, _ in rows), fmean(r for _, r in rows)) for name, rows in taken.items()}
    return found | {IN_RACE: Outcome(evidence.perf[own, best].mean(), evidence.reach[own, best].mean())}
