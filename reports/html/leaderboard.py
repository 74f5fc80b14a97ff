"""The leaderboard: one table a suite, values with intervals, who is tied, the change to a baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from llamoco_bench.gates.measurements import Measurements
from llamoco_bench.ranking import Standing, rank_models
from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.baseline import pair_of
from llamoco_bench.reports.html.published import Figure
from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.html.svg import interval, series_class
from llamoco_bench.scoring import Score
from llamoco_bench.statistics import Estimate, paired_difference

COLUMNS: Final = (
    ("perf", "Perf", "optimization performance: how much of the way to the best known value; more is better"),
    ("reach", "Reach", "share of 51 targets reached, down to 1e-8 of the way; more is better"),
    ("err", "Err", "share of erroneous runs of the first program; less is better"),
    ("rec", "Rec", "share of an erroneous program's lines that its repair changed; less is better"),
    ("comp", "Comp", "tokens per problem, input and output, repair included; less is better"),
    ("feasible", "Feasible", "share of runs on constrained problems that found a feasible point; more is better"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its interval, as text and drawn."""

    value: str
    interval: str
    drawing: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """One model.

    Attributes
    ----------
    rank: ``2`` or a range ``2–4``.
    note: why it is shaded; empty where it is not.
    change, change_interval: difference of Perf to the baseline.
    direction: ``better``, ``worse``, ``same`` (the interval holds 0), or empty without a baseline.
    """

    model: str
    colour: str
    rank: str
    tied: bool
    note: str
    cells: tuple[Cell, ...]
    change: str
    change_interval: str
    direction: str
    runs: str


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One system of the paper: its known figures as hollow marks."""

    system: str
    cells: tuple[Cell, ...]
    problems: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One suite."""

    suite: str
    caption: str
    rows: tuple[Row, ...]
    published: tuple[PublishedRow, ...]


def leaderboard(study: Study, baseline: Measurements | None, figures: Sequence[Figure]) -> tuple[Board, ...]:
    """Make the tables of all suites.

    The paper's figures stand in the tables of synthetic suites, which are closest to its test set; in the first table
    where there is none.
    """
    near = [suite for suite in study.suites if suite.startswith("synthetic")] or study.suites[:1]
    return tuple(_board(study, suite, baseline, figures if suite in near else ()) for suite in study.suites)


def _board(study: Study, suite: str, baseline: Measurements | None, figures: Sequence[Figure]) -> Board:
    scores = study.scores[suite]
    standings = rank_models({score.model: study.perf[suite, score.model] for score in scores}, "perf")
    shown = [score.comp.value for score in scores] + [f.value for f in figures if f.metric == "comp"]
    top = max((value for value in shown if not math.isnan(value)), default=1.0)
    first = next(iter(standings), "")
    ties = sum(standing.tied for standing in standings.values()) > 1
    rows = []
    for score in scores:
        standing = standings.get(score.model)
        tied = ties and standing is not None and standing.tied
        change, span, direction = _change(study, suite, score.model, baseline)
        rows.append(
            Row(
                model=score.model,
                colour=series_class(study.models.index(score.model)),
                rank=_rank(standing),
                tied=tied,
                note=_note(standing, score.model == first) if tied and standing is not None else "",
                cells=tuple(_cell(getattr(score, name), name, top, study, score.model) for name, _, _ in COLUMNS),
                change=change,
                change_interval=span,
                direction=direction,
                runs=_runs(score),
            )
        )
    problems = len(study.problems[suite])
    caption = f"{text.plural(problems, 'problem')}, {text.plural(max(s.n_runs for s in scores), 'run')} a model"
    return Board(suite, caption, tuple(rows), _published(figures, top))


def _rank(standing: Standing | None) -> str:
    return "–" if standing is None else standing.range.replace("-", "–")


def _cell(estimate: Estimate, name: str, top: float, study: Study, model: str) -> Cell:
    form = text.count if name == "comp" else text.number
    span = "" if math.isnan(estimate.low) else f"{form(estimate.low)} to {form(estimate.high)}"
    colour = series_class(study.models.index(model))
    return Cell(form(estimate.value), span, interval(estimate, top if name == "comp" else 1.0, colour))


def _note(standing: Standing, best: bool) -> str:
    if best:
        return "highest Perf; not told apart from the other shaded ones"
    if math.isnan(standing.p):
        return "too few problems to tell"
    return f"tied with the first: {text.probability(standing.p)} (paired, Holm)"


def _change(study: Study, suite: str, model: str, baseline: Measurements | None) -> tuple[str, str, str]:
    pair = pair_of(study, suite, model, baseline)
    found = None if pair is None else paired_difference(*pair.shared("perf"), unit=True)
    if found is None or math.isnan(found.value):
        return "", "", ""
    if math.isnan(found.low):
        return text.signed(found.value), "", "same"
    direction = "better" if found.low > 0 else "worse" if found.high < 0 else "same"
    return text.signed(found.value), f"{text.signed(found.low)} to {text.signed(found.high)}", direction


def _runs(score: Score) -> str:
    lost = f", {score.n_infra} lost" if score.n_infra else ""
    return f"{score.n_runs:,}{lost}"


def _published(figures: Sequence[Figure], top: float) -> tuple[PublishedRow, ...]:
    rows = []
    for system in dict.fromkeys(figure.system for figure in figures):
        mine = {figure.metric: figure for figure in figures if figure.system == system}
        sources = tuple(dict.fromkeys(f"{_title(f.metric)}: {f.source}" for f in mine.values()))
        cells = tuple(
            _published_cell(next((f for f in mine.values() if f.metric == n), None), top) for n, _, _ in COLUMNS
        )
        rows.append(PublishedRow(system, cells, next(iter(mine.values())).problems, sources))
    return tuple(rows)


def _title(metric: str) -> str:
    return next(title for name, title, _ in COLUMNS if name == metric)


def _published_cell(figure: Figure | None, top: float) -> Cell:
    if figure is None:
        return Cell("", "", Markup(""))
    tokens = figure.metric == "comp"
    shown = text.count(figure.value) if tokens else text.number(figure.value)
    estimate = Estimate(figure.value, math.nan, math.nan)
    drawing = interval(estimate, top if tokens else 1.0, "paper", hollow=True)
    return Cell(f"≤ {shown}" if figure.bound else shown, "", drawing)
