"""The score table as text for the terminal, Markdown, CSV and JSON.

Where standings are given, a column says which ranks (by Perf) the results leave open to a model; ``=`` behind it marks
a model that cannot be told from the best.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from llamoco_bench.markdown import table
from llamoco_bench.ranking import Standing
from llamoco_bench.scoring import Score
from llamoco_bench.spreadsheet import write_csv
from llamoco_bench.statistics import Estimate

Standings: TypeAlias = Mapping[tuple[str, str], Standing]
"""By (suite, model)."""

FORMATS: Final = ("md", "csv", "json")
"""Those that a run folder keeps."""

_METRICS: Final = ("err", "rec", "perf", "reach", "comp", "feasible", "perf_own_start")
_COLUMNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("Err", "err", ".3f"),
    ("Rec", "rec", ".3f"),
    ("Perf", "perf", ".3f"),
    ("Reach", "reach", ".3f"),
    ("Comp", "comp", ",.0f"),
    ("Feasible", "feasible", ".3f"),
)


def render(scores: Sequence[Score], form: str, standings: Standings | None = None) -> str:
    """Render `scores` in one of `FORMATS`, or as ``latex``."""
    from llamoco_bench.reports.latex import score_table

    renderers: dict[str, Callable[[Sequence[Score], Standings], str]] = {
        "md": markdown,
        "csv": as_csv,
        "json": as_json,
        "latex": score_table,
    }
    return renderers[form](scores, standings or {})


def terminal(scores: Sequence[Score], standings: Standings | None = None) -> list[str]:
    """Lay out one table a suite in columns, with the 95 % interval behind each value."""
    lines: list[str] = []
    for suite in suites_of(scores):
        rows = [score for score in scores if score.suite == suite]
        lines += [f"{suite}: {_size(rows)}", *_aligned(_table(rows, standings or {})), ""]
    return lines


def markdown(scores: Sequence[Score], standings: Standings | None = None) -> str:
    """Write one Markdown table a suite."""
    parts = []
    for suite in suites_of(scores):
        rows = [score for score in scores if score.suite == suite]
        header, *body = _table(rows, standings or {})
        parts.append(f"### {suite}: {_size(rows)}\n\n{table(header, body, numbers=True)}\n")
    return "\n".join(parts)


def as_csv(scores: Sequence[Score], standings: Standings | None = None) -> str:
    """Write one line a model and suite, with value and interval in columns of their own."""
    out = io.StringIO()
    bounds = [f"{metric}{suffix}" for metric in _METRICS for suffix in ("", "_low", "_high")]
    ranks = ["best_rank", "worst_rank", "tied_with_best"] if standings else []
    header = ["suite", "model", *bounds, "n_problems", "n_runs", "n_infra", *ranks]
    write_csv(out, header, (_csv_row(score, standings) for score in scores))
    return out.getvalue()


def _csv_row(score: Score, standings: Standings | None) -> list[object]:
    numbers = ["" if math.isnan(x) else repr(x) for metric in _METRICS for x in _estimate(score, metric)]
    row: list[object] = [score.suite, score.model, *numbers, score.n_problems, score.n_runs, score.n_infra]
    if not standings:
        return row
    standing = standings.get((score.suite, score.model))
    return [*row, *(["", "", ""] if standing is None else [standing.best_rank, standing.worst_rank, standing.tied])]


def as_json(scores: Sequence[Score], standings: Standings | None = None) -> str:
    """Write a list of objects; an undefined value is null."""
    return json.dumps([as_dict(score, standings) for score in scores], indent=1, allow_nan=False) + "\n"


def as_dict(score: Score, standings: Standings | None = None) -> dict[str, object]:
    """Return a score as JSON values."""
    numbers = {
        metric: {
            name: None if math.isnan(number) else number
            for name, number in zip(("value", "low", "high"), _estimate(score, metric), strict=True)
        }
        for metric in _METRICS
    }
    counts = {"n_problems": score.n_problems, "n_runs": score.n_runs, "n_infra": score.n_infra}
    found = {"suite": score.suite, "model": score.model, **numbers, **counts}
    if standing := (standings or {}).get((score.suite, score.model)):
        ranks = {"best": standing.best_rank, "worst": standing.worst_rank, "tied_with_best": standing.tied}
        return {**found, "rank": ranks}
    return found


def _estimate(score: Score, metric: str) -> Estimate:
    estimate: Estimate = getattr(score, metric)
    return estimate


def _table(rows: Sequence[Score], standings: Standings) -> list[list[str]]:
    ranked = any((score.suite, score.model) in standings for score in rows) and len(rows) > 1
    found = [["model", *(title for title, _, _ in _COLUMNS), *(["Rank"] if ranked else [])]]
    for score in rows:
        cells = [score.model, *(_show(_estimate(score, metric), form) for _, metric, form in _COLUMNS)]
        standing = standings.get((score.suite, score.model))
        rank = "-" if standing is None else f"{standing.range}{' =' if standing.tied else ''}"
        found.append([*cells, *([rank] if ranked else [])])
    return found


def _show(estimate: Estimate, form: str) -> str:
    if math.isnan(estimate.value):
        return "-"
    value = format(estimate.value, form)
    if math.isnan(estimate.low):
        return value
    return f"{value} [{format(estimate.low, form)}, {format(estimate.high, form)}]"


def _size(rows: Sequence[Score]) -> str:
    problems = max(score.n_problems for score in rows)
    runs = max(score.n_runs for score in rows)
    return f"{problems} problem{'s' * (problems != 1)}, {runs} runs a model; value [95 % interval]"


def suites_of(scores: Sequence[Score]) -> list[str]:
    """Return the names of the suites in their order."""
    return list(dict.fromkeys(score.suite for score in scores))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
