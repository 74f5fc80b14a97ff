"""The map of problems and models: Perf as colour, fate of the runs as a letter; every cell leads to its programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.study import Study
from llamoco_bench.scoring import Item
from llamoco_bench.statuses import is_erroneous

STEPS: Final = 10
"""Steps of the colour scale, as classes ``h0`` ... ``h10``."""

BAND: Final = 44
"""Problems side by side, at most; the bands of a suite are of equal length."""

LETTERS: Final = {"no_code": "n", "timeout": "t", "memory": "m", "tampered": "x", "infra": "i"}
"""As pytest shows them; ``e`` for every other error, ``r`` for repaired, ``f`` for nothing feasible."""

FAILED: Final = "entmxi"


@dataclass(frozen=True, slots=True)
class Square:
    """One model on one problem.

    Attributes
    ----------
    style: class of its colour; ``none`` where nothing was measured.
    letter: of its fate; empty where all runs were well.
    shown: mean Perf in per cent.
    label: in words.
    """

    style: str
    letter: str
    shown: str
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """At most `BAND` problems of one suite.

    Attributes
    ----------
    problems: (id, short name).
    rows: (model, squares), models in the order of the study.
    """

    problems: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Square, ...]], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """One suite."""

    suite: str
    bands: tuple[Band, ...]


def heat_map(study: Study) -> tuple[Map, ...]:
    """Make the maps of all suites."""
    return tuple(_map(study, suite) for suite in study.suites)


def _map(study: Study, suite: str) -> Map:
    problems = study.problems[suite]
    models = [model for model in study.models if (suite, model) in study.perf]
    length = math.ceil(len(problems) / math.ceil(len(problems) / BAND))
    bands = [_band(study, suite, problems[k : k + length], models) for k in range(0, len(problems), length)]
    return Map(suite, tuple(bands))


def _band(study: Study, suite: str, problems: Sequence[str], models: Sequence[str]) -> Band:
    rows = [(model, tuple(_square(study, suite, problem, model) for problem in problems)) for model in models]
    names = [(problem, text.visible(problem.rpartition("/")[2], 24)) for problem in problems]
    return Band(tuple(names), tuple(rows))


def _square(study: Study, suite: str, problem: str, model: str) -> Square:
    item = study.items.get((suite, problem, model))
    if item is None:
        return Square("none", "", "·", "not measured")
    mean = study.mean_perf(suite, problem, model)
    letter, fate = fate_of(item)
    known = not math.isnan(mean)
    style, shown = (f"h{math.floor(mean * STEPS + 1e-9)}", f"{100 * mean:.0f}") if known else ("none", "?")
    if letter in FAILED and mean < 0.3:
        style += " fail"
    return Square(style, letter, shown, f"Perf {text.number(mean, 2)}{', ' if fate else ''}{fate}")


def fate_of(item: Item) -> tuple[str, str]:
    """Letter and words for what became of the runs; both empty where all ended well and found something feasible."""
    errors = Counter(run["status"] for run in item.final if run["status"] == "infra" or is_erroneous(run["status"]))
    n = len(item.final)
    if errors:
        worst, times = errors.most_common(1)[0]
        return LETTERS.get(worst, "e"), f"{worst.replace('_', ' ')} in {times} of {n} runs"
    infeasible = sum(not run["feasible"] for run in item.final)
    if infeasible:
        return "f", f"nothing feasible in {infeasible} of {n} runs"
    if any(is_erroneous(run["status"]) for run in item.first):
        return "r", "repaired"
    return "", ""
