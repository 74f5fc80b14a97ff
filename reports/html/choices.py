"""Which optimizers the models' first programs use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from llamoco_bench.reports.html.study import Study

COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class Choices:
    """How often each optimizer is used.

    Attributes
    ----------
    optimizers: the most used first; the last is ``others`` where there are more than fit.
    rows: (label, programs, counts by optimizer); a program that uses two counts under both.
    """

    optimizers: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[int, ...]], ...]


def optimizer_choices(study: Study) -> Choices:
    """Count what the first programs of each model use; programs asked for under two suites count once."""
    programs = {
        (problem, model): turns[0].optimizers
        for (_, problem, model), turns in study.answers.items()
        if 0 in turns and turns[0].program
    }
    every = Counter(name for names in programs.values() for name in names)
    order = [name for name, _ in sorted(every.items(), key=lambda pair: (-pair[1], pair[0]))]
    shown = order if len(order) <= COLUMNS else order[: COLUMNS - 1]
    titles = (*shown, "others") if len(shown) < len(order) else tuple(shown)
    rows = []
    for model in study.models:
        mine = [names for (_, label), names in programs.items() if label == model]
        if mine:
            rows.append((model, len(mine), _counts(mine, shown, len(titles))))
    return Choices(titles, tuple(rows))


def _counts(programs: list[tuple[str, ...]], shown: list[str], columns: int) -> tuple[int, ...]:
    counts = [sum(name in names for names in programs) for name in shown]
    if columns > len(shown):
        counts.append(sum(any(name not in shown for name in names) for names in programs))
    return tuple(counts)
