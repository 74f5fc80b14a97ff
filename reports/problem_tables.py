"""Tables with a row for each problem: Perf of every model side by side, as the paper's tables by problem.

CSV and JSON have a row for each problem and model, with every measure; for constrained problems these are the figures
that the CEC2020 guidelines ask for too: feasibility rate and mean violation.
"""

from __future__ import annotations

import io
import json
import math
import statistics
from collections.abc import Callable, Sequence
from typing import Final

from llamoco_bench import metrics
from llamoco_bench.markdown import table
from llamoco_bench.reports.latex import escape
from llamoco_bench.scoring import MEASURES, Item, item_values, run_performance
from llamoco_bench.settings import short_name
from llamoco_bench.spreadsheet import write_csv

FIELDS: Final = (*MEASURES, "perf_std", "violation", "best_f", "best_known")


def render(items: Sequence[Item], form: str) -> str:
    """Render the `items` as ``md``, ``csv``, ``json`` or ``latex``."""
    renderers: dict[str, Callable[[Sequence[Item]], str]] = {
        "md": _markdown,
        "csv": _csv,
        "json": _json,
        "latex": _latex,
    }
    return renderers[form](sorted(items, key=lambda item: (item.suite, item.problem, item.model)))


def problem_figures(item: Item) -> dict[str, float | None]:
    """Return what one model reached on one problem, by `FIELDS`; None where it is not defined.

    `perf_std` is the standard deviation over the runs, `violation` the mean violation of the runs' best points and
    `best_f` the best feasible objective of any run.
    """
    found: dict[str, float] = {}
    for name in MEASURES:
        values = item_values(item, name)
        found[name] = math.fsum(values) / len(values) if values else math.nan
    performances = [value for run in item.counted if not math.isnan(value := run_performance(run))]
    found["perf_std"] = statistics.stdev(performances) if len(performances) > 1 else math.nan
    constrained = [run["violation"] for run in item.counted if run["constraints"] and run.get("violation") is not None]
    found["violation"] = metrics.mean_violation(constrained)
    best = [run["best_f"] for run in item.counted if run["feasible"] and run.get("best_f") is not None]
    found["best_f"] = min(best, default=math.nan)
    known = [run["best_known"] for run in item.counted if run.get("best_known") is not None]
    found["best_known"] = known[0] if known else math.nan
    return {name: found[name] if math.isfinite(found[name]) else None for name in FIELDS}


def _csv(items: Sequence[Item]) -> str:
    out = io.StringIO()
    rows = ([item.suite, item.problem, item.model, *problem_figures(item).values()] for item in items)
    write_csv(out, ["suite", "problem", "model", *FIELDS], rows)
    return out.getvalue()


def _json(items: Sequence[Item]) -> str:
    rows = [{"suite": i.suite, "problem": i.problem, "model": i.model, **problem_figures(i)} for i in items]
    return json.dumps(rows, indent=1, allow_nan=False) + "\n"


def _markdown(items: Sequence[Item]) -> str:
    parts = []
    for suite, models, rows in _grids(items):
        lines = table(["problem", *models], [[problem, *map(_plain, cells)] for problem, cells in rows], numbers=True)
        parts.append(f"### {suite}: Perf, mean (standard deviation) of the runs\n\n{lines}\n")
    return "\n".join(parts)


def _latex(items: Sequence[Item]) -> str:
    parts = []
    for suite, models, rows in _grids(items):
        lines = [
            f"% {suite}: Perf in percent, mean (standard deviation) of the runs",
            rf"\begin{{tabular}}{{l{'r' * len(models)}}}",
            r"\toprule",
            rf"Problem & {' & '.join(map(escape, models))} \\",
            r"\midrule",
            *(rf"{escape(problem)} & {' & '.join(_tex(cells))} \\" for problem, cells in rows),
            r"\bottomrule",
            r"\end{tabular}",
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


Cell = tuple[float, float] | None
"""Mean and standard deviation of Perf; None where there is none."""


def _grids(items: Sequence[Item]) -> list[tuple[str, list[str], list[tuple[str, list[Cell]]]]]:
    """Return for each suite its models, and its problems with a cell for each model."""
    grids = []
    for suite in dict.fromkeys(item.suite for item in items):
        here = {(item.problem, item.model): _cell(item) for item in items if item.suite == suite}
        models = sorted({model for _, model in here})
        problems = sorted({problem for problem, _ in here})
        rows = [(short_name(problem), [here.get((problem, model)) for model in models]) for problem in problems]
        grids.append((suite, models, rows))
    return grids


def _cell(item: Item) -> Cell:
    figures = problem_figures(item)
    mean, deviation = figures["perf"], figures["perf_std"]
    return None if mean is None else (mean, math.nan if deviation is None else deviation)


def _plain(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell[0]:.3f}" + ("" if math.isnan(cell[1]) else f" ({cell[1]:.3f})")


def _tex(cells: Sequence[Cell]) -> list[str]:
    best = max((cell[0] for cell in cells if cell is not None), default=math.nan)
    texts = []
    for cell in cells:
        if cell is None:
            texts.append("--")
            continue
        mean = f"{100 * cell[0]:.1f}"
        mean = rf"\textbf{{{mean}}}" if cell[0] == best and len(cells) > 1 else mean
        texts.append(mean + ("" if math.isnan(cell[1]) else f" ({100 * cell[1]:.1f})"))
    return texts
