"""What the models of a report are compared with: a run, a baseline file, or one of the report's own models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from llamoco_bench.errors import choose
from llamoco_bench.gates.measurements import Measurements, Values
from llamoco_bench.gates.pairing import Pair, pair_with
from llamoco_bench.reports.html.study import Study


def choose_baseline(study: Study, baseline: Measurements | str | None) -> Measurements | None:
    """Return what to compare with: what a run or file holds, or the model of the study with that label.

    Raises
    ------
    UsageError: where the study has no such model.
    """
    if isinstance(baseline, str):
        return own_model(study, baseline)
    return None if baseline is None else replace(baseline, name=PurePath(baseline.name).name)


def own_model(study: Study, label: str) -> Measurements:
    """Compare with one model of the study itself.

    Raises
    ------
    UsageError: where it has no such model.
    """
    if label not in study.models:
        raise choose("model to compare with", label, study.models)
    samples = {pair: sample for pair, sample in study.measured.samples.items() if pair[1] == label}
    return replace(study.measured, name=label, samples=samples)


def pair_of(study: Study, suite: str, model: str, baseline: Measurements | None) -> Pair | None:
    """Pair a model with what it is compared with; None where there is nothing, or it would be itself."""
    sample = study.measured.samples[suite, model]
    if baseline is None or baseline.samples.get((suite, model)) is sample:
        return None
    return pair_with(sample, baseline)


def passed(values: Mapping[str, Values], problem: str) -> bool | None:
    """Tell whether no run of the first program was erroneous and every run found a feasible point.

    None where nothing was measured. All that a baseline file keeps of a problem is enough to tell.
    """
    errors, feasible = values["err"].get(problem, ()), values["feasible"].get(problem, ())
    if not (errors or feasible or values["perf"].get(problem, ())):
        return None
    return not any(errors) and all(feasible)
