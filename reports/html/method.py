"""How the numbers are made, and what was run: the last section of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.evidence import Source

METRICS: Final = (
    ("Err", "share of erroneous runs of the first program; every status but ok is an error, failures of the harness do not count"),
    ("Rec", "an erroneous program goes back to the model once, with its error; lines to repair / lines of the program by line diff, "
            "where a replaced block counts its longer side; 1 where there is no repair that works"),
    ("Perf", "mean of clip(1 - (f_best - f*) / (f0 - f*), 0, 1): f0 is the best of 50 random points drawn with the run's seed, f* the "
             "best known value; 0 for a run without a feasible point, or still erroneous after the repair"),
    ("Reach", "share of 51 targets reached within the budget, log-spaced from f0 - f* down to 1e-8 of it; where Perf saturates, this does not"),
    ("Comp", "input and output tokens per problem, repair turn included"),
    ("Feasible", "share of runs on constrained problems that found a feasible point"),
    ("Intervals", "95 %, by bootstrap over problems, each drawn with all of its runs; runs on one problem are not independent, problems are"),
    ("Ties", "permutation test of the differences paired by problem, against the first of the table, p adjusted for the number of "
             "comparisons after Holm; a model with p above 0.05 is shaded as tied. Rank ranges: the ranks in 95 % of 2,000 resampled suites"),
    ("Data profiles", "share of (problem, run, target) triples reached over evaluations / dimension, with the targets of Reach; "
                      "a curve ends at the model's Reach"),
    ("Convergence", "what is left of the way, (f - f*) / (f0 - f*): median and quartiles over the final runs, where a run without a feasible "
                    "point yet counts as worse than any; solid where all runs have a feasible point, dashed where only some have"),
    ("Optimizers used", "told from imports, calls, names and docstrings by the syntax tree; a program that uses two counts under both"),
)  # fmt: skip

DEPARTURES: Final = (
    "f0 is the best of 50 uniform points, the same for every model; the paper takes the optimizer's own start, which a program can make as "
    "bad as it likes.",
    "Figures of the paper were measured on its own test set, with its own limits, and are context, not a comparison.",
)  # fmt: skip


def manifest_rows(source: Source) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of what a run's manifest says."""
    for name, value in source.manifest.items():
        if name not in ("schema", "argv"):
            yield text.visible(name, 40), text.visible(_shown(value), 2000)
    argv = source.manifest.get("argv")
    if isinstance(argv, list):
        yield "command line", text.visible(" ".join(map(str, argv)), 2000)


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and not any(isinstance(v, dict | list) for v in value.values()):
        return ", ".join(f"{k} {'–' if v is None else v}" for k, v in value.items())
    return json.dumps(value, ensure_ascii=False)
