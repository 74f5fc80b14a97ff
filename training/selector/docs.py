"""The page of the documentation on what can be learned from the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from llamoco_bench.baselines.optimizers import Kind
from llamoco_bench.markdown import table
from llamoco_bench.training.evaluation.report import AGAIN
from llamoco_bench.training.selector.evidence import PERF_WEIGHT, Evidence
from llamoco_bench.training.selector.validation import FOLDS, Outcome

Found = Mapping[Kind, tuple[Evidence, Mapping[str, Outcome]]]

_PAGE: Final = """\
# What can be learned from the runs

<!-- Generated; do not edit. `python -m llamoco_bench.training selector LABELS RUNS --page PAGE` writes this page. -->

Which program is best on a problem is often decided by a hair, and differently with other seeds. A model that learns
to guess the winner is then taught noise, and where it errs, it errs by anything. A *selector* learns from all runs
what each program would score, and takes the one that promises most: the usual way of per-instance algorithm
selection. Its choices exist for every problem, labelled or not, and it is these that [`nano`](nano.md) is taught
(`targets` in its recipe; the labels themselves, as in the paper, are one of its ablations).

It knows of a problem what its description tells: shares of the base functions, families of the constraints, labels of
the landscape, sizes; not, for one, whether the constraints cut off the optimum without them, since the numbers that
decide it stand in no prompt. It learns from the programs that ran on every problem of a kind, on training problems
alone: no evaluation problem, held-out function or family is in it. It seeks the most of {weight:g} Perf + Reach.

Extremely randomized trees, {folds}-fold cross-validation repeated three times, scores of problems that the forest had
not seen:

{rows}

`gap closed` is the share of the way from the single best program to the virtual best as it was run again, in Reach. The
virtual best of the race is flattered, since it is scored by the runs that chose it, most often one; the labels'
programs as they were run again, on other seeds, are not.
"""


def page(found: Found) -> str:
    """Write the page."""
    return _PAGE.format(weight=PERF_WEIGHT, folds=FOLDS, rows=rows_of(found))


def rows_of(found: Found) -> str:
    """Write the table of outcomes."""
    rows: list[tuple[object, ...]] = []
    for kind, (evidence, outcomes) in found.items():
        low, high = outcomes["single best"].reach, outcomes[AGAIN].reach
        for name, outcome in outcomes.items():
            closed = (outcome.reach - low) / (high - low) if high > low else float("nan")
            size = f"{len(evidence.problems)} x {len(evidence.programs)}"
            rows.append((kind, size, name, f"{outcome.perf:.3f}", f"{outcome.reach:.3f}", f"{closed:.0%}"))
    return table(("problems", "problems x programs", "choice by", "Perf", "Reach", "gap closed"), rows)
