"""The score table as text for the terminal, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from typing import Final

from llamoco_bench.scoring import Score
from llamoco_bench.statistics import Estimate

FORMATS: Final = ("md", "csv", "json")

_METRICS: Final = ("err", "rec", "perf", "reach", "comp", "feasible", "perf_own_start")
_COLUMNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("Err", "err", ".3f"),
    ("Rec", "rec", ".3f"),
    ("Perf", "perf", ".3f"),
    ("Reach", "reach", ".3f"),
    ("Comp", "comp", ",.0f"),
    ("Feasible", "feasible", ".3f"),
)


def render(scores: Sequence[Score], form: str) -> str:
    """Render `scores` in one of `FORMATS`."""
    renderers: dict[str, Callable[[Sequence[Score]], str]] = {"md": markdown, "csv": as_csv, "json": as_json}
    return renderers[form](scores)


def terminal(scores: Sequence[Score]) -> list[str]:
    """Lay out one table a suite in columns, with the 95 % interval behind each value."""
    lines: list[str] = []
    for suite in _suites(scores):
        rows = [score for score in scores if score.suite == suite]
        lines += [f"{suite}: {_size(rows)}", *_aligned([_header(), *map(_cells, rows)]), ""]
    return lines


def markdown(scores: Sequence[Score]) -> str:
    """Write one Markdown table a suite."""
    parts = []
    for suite in _suites(scores):
        rows = [score for score in scores if score.suite == suite]
        table = [_header(), ["---", *["---:"] * len(_COLUMNS)], *map(_cells, rows)]
        body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table)
        parts.append(f"### {suite}: {_size(rows)}\n\n{body}\n")
    return "\n".join(parts)


def as_csv(scores: Sequence[Score]) -> str:
    """Write one line a model and suite, with value and interval in columns of their own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    bounds = [f"{metric}{suffix}" for metric in _METRICS for suffix in ("", "_low", "_high")]
    writer.writerow(["suite", "model", *bounds, "n_problems", "n_runs", "n_infra"])
    for score in scores:
        numbers = ["" if math.isnan(x) else repr(x) for metric in _METRICS for x in _estimate(score, metric)]
        writer.writerow([score.suite, score.model, *numbers, score.n_problems, score.n_runs, score.n_infra])
    return out.getvalue()


def as_json(scores: Sequence[Score]) -> str:
    """Write a list of objects; an undefined value is null."""
    return json.dumps([_as_dict(score) for score in scores], indent=1, allow_nan=False) + "\n"


def _as_dict(score: Score) -> dict[str, object]:
    numbers = {
        metric: {
            name: None if math.isnan(number) else number
            for name, number in zip(("value", "low", "high"), _estimate(score, metric), strict=True)
        }
        for metric in _METRICS
    }
    counts = {"n_problems": score.n_problems, "n_runs": score.n_runs, "n_infra": score.n_infra}
    return {"suite": score.suite, "model": score.model, **numbers, **counts}


def _estimate(score: Score, metric: str) -> Estimate:
    estimate: Estimate = getattr(score, metric)
    return estimate


def _header() -> list[str]:
    return ["model", *(title for title, _, _ in _COLUMNS)]


def _cells(score: Score) -> list[str]:
    return [score.model, *(_show(_estimate(score, metric), form) for _, metric, form in _COLUMNS)]


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


def _suites(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(score.suite for score in scores))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
