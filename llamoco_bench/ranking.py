"""Ranks with their uncertainty: which models are told apart by their results, and which are tied."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llamoco_bench.journal import Record
from llamoco_bench.scoring import MEASURES, collect_items, item_values
from llamoco_bench.statistics import ALPHA, can_be_significant, holm, paired_difference


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a model stands in one measure.

    Attributes
    ----------
    value: mean over problems.
    rank: by value alone, from 1; equal values share the better rank.
    best_rank, worst_rank: the ranks that the results leave open: 1 + the number of models that are better beyond doubt,
        and the number of models less those that are worse beyond doubt.
    tied: whether the model cannot be told from the one that ranks first.
    """

    value: float
    rank: int
    best_rank: int
    worst_rank: int
    tied: bool

    @property
    def range(self) -> str:
        """The open ranks in short: ``2`` or ``1-3``."""
        if self.best_rank == self.worst_rank:
            return str(self.best_rank)
        return f"{self.best_rank}-{self.worst_rank}"


def rank_models(values: Mapping[str, Mapping[str, Sequence[float]]], measure: str) -> dict[str, Standing]:
    """Rank models on one suite in one of `llamoco_bench.scoring.MEASURES`.

    All pairs are compared, paired by problem, by interval and sign-flip test, Holm-corrected over the pairs; by the
    interval alone where there are too few problems for the test.

    Parameters
    ----------
    values: of the runs, by model and problem; models without any value are left out.

    Returns
    -------
    By model, the best first; the order of equal ones is that of their names.
    """
    means = {model: _mean(problems) for model, problems in values.items()}
    known = [model for model, mean in means.items() if not math.isnan(mean)]
    sign = MEASURES[measure].worsening(1.0)
    ordered = sorted(known, key=lambda model: (sign * means[model], model))
    beaten = _significant(values, ordered, sign)
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
        )
    return found


def rank_records(records: Iterable[Record], measure: str = "perf") -> dict[tuple[str, str], Standing]:
    """Rank the models of a run on each of its suites, by (suite, model)."""
    values: dict[str, dict[str, dict[str, Sequence[float]]]] = defaultdict(lambda: defaultdict(dict))
    for item in collect_items(records):
        values[item.suite][item.model][item.problem] = item_values(item, measure)
    return {
        (suite, model): standing
        for suite, models in values.items()
        for model, standing in rank_models(models, measure).items()
    }


def _significant(
    values: Mapping[str, Mapping[str, Sequence[float]]], models: Sequence[str], sign: float
) -> set[tuple[str, str]]:
    """Return the pairs (better, worse) that are told apart."""
    differences = {(a, b): paired_difference(values[a], values[b]) for a, b in itertools.combinations(models, 2)}
    adjusted = holm({pair: difference.p for pair, difference in differences.items()})
    found = set()
    for (a, b), difference in differences.items():
        beyond_zero = difference.low > 0.0 or difference.high < 0.0
        if beyond_zero and (adjusted[a, b] <= ALPHA or not can_be_significant(difference.n, len(differences))):
            found.add((a, b) if sign * difference.value > 0.0 else (b, a))
    return found


def _mean(problems: Mapping[str, Sequence[float]]) -> float:
    means = [math.fsum(numbers) / len(numbers) for numbers in problems.values() if len(numbers)]
    return math.fsum(means) / len(means) if means else math.nan
