"""The tables behind the views, as files that the page holds."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.tables import as_csv, as_json
from llamoco_bench.scoring import Score, run_performance, run_reach

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

RUN_FIELDS: Final = (
    "turn", "run", "seed", "status", "stopped", "feasible", "best_f", "best_known", "f0", "first_f", "violation",
    "evaluations", "budget", "dim", "constraints", "wall_s", "cpu_s", "peak_rss_mb",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Download:
    """One file.

    Attributes
    ----------
    name: that it is saved under; title: what it is.
    """

    name: str
    title: str
    mime: str
    text: str


def downloads(study: Study) -> tuple[Download, ...]:
    """Make the files that are small whatever the size of the run."""
    scores: list[Score] = [score for suite in study.suites for score in study.scores[suite]]
    return (
        Download("scores.csv", "scores with intervals", "text/csv", as_csv(scores)),
        Download("scores.json", "scores with intervals", "application/json", as_json(scores)),
        Download("perf_by_problem.csv", "mean Perf by problem and model", "text/csv", perf_by_problem(study)),
    )


def perf_by_problem(study: Study) -> str:
    """One line a problem, one column a model."""
    rows = (
        [suite, problem, *(_cell(study.mean_perf(suite, problem, model)) for model in study.models)]
        for suite in study.suites
        for problem in study.problems[suite]
    )
    out = io.StringIO()
    _write(["suite", "problem", *study.models], rows, out)
    return out.getvalue()


def write_every_run(study: Study, out: TextIO) -> None:
    """Write one line a run, of first and repaired programs."""
    _write(["suite", "problem", "model", *RUN_FIELDS, "error", "perf", "reach"], _runs(study), out)


def _runs(study: Study) -> Iterator[list[object]]:
    for (suite, problem, model), item in sorted(study.items.items()):
        runs = {(run["turn"], run["run"]): run for run in (*item.first, *item.final)}
        for _, run in sorted(runs.items()):
            error = (run["error"] or {}).get("type", "")
            scores = ["", ""] if run["status"] == "infra" else [_cell(run_performance(run)), _cell(run_reach(run))]
            yield [suite, problem, model, *(run[name] for name in RUN_FIELDS), error, *scores]


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"


def _write(header: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_inert(name) for name in header])
    writer.writerows([_inert(value) for value in row] for row in rows)


def _inert(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula, and what no file can hold out of it."""
    if not isinstance(value, str):
        return value
    written = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{written}" if written[:1] in _FORMULA and not _is_number(written) else written


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
