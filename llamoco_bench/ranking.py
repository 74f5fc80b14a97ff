"""Ranks with their uncertainty: which models are told apart by their results, and which are tied."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from llamoco_bench.scoring import MEASURES, Item, group_items, item_values
from llamoco_bench.statistics import ALPHA, Difference, deciding_p, holm, paired_difference


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a model stands in one measure.

    Attributes
    ----------
    value: mean over runs.
    rank: by value alone, from 1; equal values share the better rank.
    best_rank, worst_rank: the ranks that the results leave open: 1 + the number of models that are better beyond doubt,
        and the number of models less those that are worse beyond doubt.
    tied: whether the model cannot be told from the one that ranks first.
    p: of the difference to that one, Holm-corrected over all pairs; nan for itself, and where there is no such test.
    """

    value: float
    rank: int
    best_rank: int
    worst_rank: int
    tied: bool
    p: float

    @property
    def range(self) -> str:
        """The open ranks in short: ``2`` or ``1-3``."""
        if self.best_rank == self.worst_rank:
            return str(self.best_rank)
        return f"{self.best_rank}-{self.worst_rank}"


def rank_models(values: Mapping[str, Mapping[str, Sequence[float]]], measure: str) -> dict[str, Standing]:
    """Rank models on one suite in one of `llamoco_bench.scoring.MEASURES`.

    All pairs are compared, paired by problem, by interval and sign-flip test, Holm-corrected over the pairs; by the
    t test where there are too few problems for the other.

    Parameters
    ----------
    values: of the runs, by model and problem; models without any value are left out.

    Returns
    -------
    By model, the best first; equal ones in the order of `values`.
    """
    means = {model: _mean(problems) for model, problems in values.items()}
    known = [model for model, mean in means.items() if not math.isnan(mean)]
    sign = MEASURES[measure].worsening(1.0)
    ordered = sorted(known, key=lambda model: sign * means[model])
    pairs = _compare(values, ordered, unit=MEASURES[measure].unit)
    beaten = {pair if sign * p.change.value > 0.0 else pair[::-1] for pair, p in pairs.items() if p.told_apart}
    found = {}
    for model in ordered:
        better = sum((other, model) in beaten for other in ordered)
        worse = sum((model, other) in beaten for other in ordered)
        found[model] = Standing(
            value=means[model],
            rank=1 + sum(sign * means[other] < sign * means[model] for other in ordered),
            best_rank=1 + better,
            worst_rank=len(ordered) - worse,
            tied=(ordered[0], model) not in beaten,
            p=math.nan if model == ordered[0] else pairs[ordered[0], model].p,
        )
    return found


def rank_items(items: Iterable[Item], measure: str = "perf") -> dict[tuple[str, str], Standing]:
    """Rank the models on each suite, by (suite, model)."""
    values: dict[str, dict[str, dict[str, Sequence[float]]]] = defaultdict(dict)
    for (suite, model), mine in group_items(items).items():
        values[suite][model] = {item.problem: item_values(item, measure) for item in mine}
    return {
        (suite, model): standing
        for suite, models in values.items()
        for model, standing in rank_models(models, measure).items()
    }


class _Pair(NamedTuple):
    """Two models: `change` from the first to the second, its Holm-corrected p, and whether they are told apart."""

    change: Difference
    p: float
    told_apart: bool


def _compare(
    values: Mapping[str, Mapping[str, Sequence[float]]], models: Sequence[str], *, unit: bool
) -> dict[tuple[str, str], _Pair]:
    """Compare all pairs, the one that stands first in `models` with the other."""
    changes = {(a, b): paired_difference(values[a], values[b], unit=unit) for a, b in itertools.combinations(models, 2)}
    adjusted = holm(deciding_p(changes))
    found = {}
    for pair, change in changes.items():
        beyond_zero = change.low > 0.0 or change.high < 0.0
        found[pair] = _Pair(change, adjusted[pair], beyond_zero and adjusted[pair] <= ALPHA)
    return found


def _mean(problems: Mapping[str, Sequence[float]]) -> float:
    numbers = [number for values in problems.values() for number in values]
    return math.fsum(numbers) / len(numbers) if numbers else math.nan
