"""What the models are compared with: another run, or one of the models of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llamoco_bench.errors import choose
from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.study import Cell, Study, Values, make_study
from llamoco_bench.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Baseline:
    """Values to compare with.

    Attributes
    ----------
    name: as shown.
    perf: by (suite, model) and problem.
    passed: by cell, see `passed_cells`.
    only: label of the one model that all are compared with; empty where each is compared with its namesake.
    """

    name: str
    perf: Mapping[tuple[str, str], Values]
    passed: Mapping[Cell, bool]
    only: str = ""

    def values(self, suite: str, model: str) -> Values | None:
        """Return what `model` is compared with on `suite`; None where there is nothing."""
        return self.perf.get((suite, self.only or model))

    def passes(self, suite: str, problem: str, model: str) -> bool | None:
        """Tell whether what `model` is compared with passed on `problem`; None where it was not measured."""
        return self.passed.get((suite, problem, self.only or model))


def passed_cells(study: Study) -> dict[Cell, bool]:
    """Tell for every cell whether all of its final runs ended well and found a feasible point."""
    return {
        cell: bool(item.counted) and all(run["status"] == "ok" and run["feasible"] for run in item.counted)
        for cell, item in study.items.items()
    }


def baseline_model(study: Study, label: str) -> Baseline:
    """Compare with one model of the study itself.

    Raises
    ------
    UsageError: where it has no such model.
    """
    if label not in study.models:
        raise choose("model to compare with", label, study.models)
    return Baseline(label, study.perf, passed_cells(study), label)


def baseline_run(folder: RunFolder) -> Baseline:
    """Compare with another run: each model with its namesake, all with its only model where it has one."""
    study = make_study(read_runs([folder]))
    name = study.evidence.sources[0].name
    if len(study.models) == 1:
        return Baseline(f"{study.models[0]} in {name}", study.perf, passed_cells(study), study.models[0])
    return Baseline(name, study.perf, passed_cells(study))
