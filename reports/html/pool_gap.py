"""How much of the gap between the single best expert of the pool and the virtual best one a model closes.

The single best expert has the highest mean Perf over the suite; the virtual best one is, on each problem, the expert
that is best there. A model that picks the right expert everywhere closes the gap to 1; one that always takes the single
best closes 0 of it (Bischl et al. 2016, ASlib, https://doi.org/10.1016/j.artint.2016.04.003).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from llamoco_bench.portfolio import portfolio
from llamoco_bench.reports.html.study import Study


@dataclass(frozen=True, slots=True)
class Gap:
    """One suite.

    Attributes
    ----------
    single: label of the single best expert; single_perf, virtual_perf: mean Perf over the shared problems.
    problems: on which all experts and models were measured.
    experts: how many.
    closed: (label, mean Perf, share of the gap), the best first; nan where there is no gap.
    """

    suite: str
    single: str
    single_perf: float
    virtual_perf: float
    problems: int
    experts: int
    closed: tuple[tuple[str, float, float], ...]


def pool_gaps(study: Study) -> tuple[Gap, ...]:
    """Make the table of every suite on which at least two experts of the pool were measured."""
    experts = pool_labels(study)
    return tuple(gap for suite in study.suites if (gap := _gap(study, suite, experts)))


def pool_labels(study: Study) -> frozenset[str]:
    """Labels of the experts, by the manifests; by their default label where a manifest does not say."""
    described: Iterable[Any] = (m for source in study.evidence.sources for m in source.manifest.get("models", ()))
    kinds = {m["label"]: m["kind"] for m in described if isinstance(m, dict) and "label" in m and "kind" in m}

    def kind(model: str) -> str:
        without_run = model.rpartition("@")[0]  # behind the @ stands the run, where two runs measured the model
        return kinds.get(model) or kinds.get(without_run) or model.partition(":")[0]

    return frozenset(model for model in study.models if kind(model) == "pool")


def _gap(study: Study, suite: str, experts: frozenset[str]) -> Gap | None:
    here = [score.model for score in study.scores[suite]]
    mine = [model for model in here if model in experts]
    shared = [p for p in study.problems[suite] if all(study.perf[suite, m].get(p) for m in here)]
    if len(mine) < 2 or not shared:
        return None
    means = {m: {p: study.mean_perf(suite, p, m) for p in shared} for m in here}
    marks = portfolio({m: means[m] for m in mine})
    closed = [(m, fmean(means[m].values()), marks.gap_closed(means[m])) for m in here]
    return Gap(
        suite,
        marks.single_best,
        marks.single_best_value,
        marks.virtual_best_value,
        len(shared),
        len(mine),
        tuple(sorted(closed, key=lambda c: -c[1])),
    )
