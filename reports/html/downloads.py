"""The tables behind the views, as files that the page holds."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.tables import as_csv, as_json
from llamoco_bench.scoring import Score, run_performance, run_reach
from llamoco_bench.spreadsheet import write_csv

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
    write_csv(out, ["suite", "problem", *study.models], rows)
    return out.getvalue()


def write_every_run(study: Study, out: TextIO) -> None:
    """Write one line a run, of first and repaired programs."""
    write_csv(out, ["suite", "problem", "model", *RUN_FIELDS, "error", "perf", "reach"], _runs(study))


def _runs(study: Study) -> Iterator[list[object]]:
    for (suite, problem, model), item in sorted(study.items.items()):
        runs = {(run["turn"], run["run"]): run for run in (*item.first, *item.final)}
        for _, run in sorted(runs.items()):
            error = (run["error"] or {}).get("type", "")
            scores = ["", ""] if run["status"] == "infra" else [_cell(run_performance(run)), _cell(run_reach(run))]
            yield [suite, problem, model, *(run[name] for name in RUN_FIELDS), error, *scores]


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
