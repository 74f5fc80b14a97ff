"""What the labels say: who wins how often and where, and what a perfect choice of optimizer would be worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.journal import Record
from llamoco_bench.statistics import Difference, Estimate, clustered_ratio, mean_difference
from llamoco_bench.training.kinds import kind_by_id
from llamoco_bench.training.labels.runs import Run
from llamoco_bench.training.labels.scores import score_run

PROPERTIES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "unconstrained": (
        "variables",
        "base functions",
        "construction",
        "modality",
        "separability",
        "conditioning",
        "flatness",
    ),
    "constrained": (
        "variables",
        "base functions",
        "constraints",
        "optimum",
        "feasible set",
        "modality",
        "conditioning",
    ),
}
"""By which win shares are told, for each kind."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label with what is known of its problem.

    Attributes
    ----------
    record: of the label.
    kind: of the problem.
    properties: of the landscape, by name.
    """

    record: Record
    kind: Kind
    properties: Mapping[str, str]


def describe_problem(problem_id: str) -> dict[str, str]:
    """Properties of a synthetic problem: its landscape's labels, classes of dimension, number of base functions."""
    from llamoco_bench.problems.synthetic.catalogue import instance_of
    from llamoco_bench.problems.synthetic.labels import labels

    instance = instance_of(problem_id)
    low = next(low for low in (31, 11, 2) if instance.dim >= low)
    return {
        **labels(instance),
        "variables": {2: "2 to 10", 11: "11 to 30", 31: "31 to 50"}[low],
        "base functions": str(len(instance.parts)),
    }


def read_labelled(records: Iterable[Record]) -> list[Labelled]:
    """Put properties to labels, ordered by problem."""
    found = []
    for record in sorted(records, key=lambda record: str(record["problem"])):
        problem = record["problem"]
        found.append(Labelled(record, kind_by_id(problem), describe_problem(problem)))
    return found


def win_counts(labelled: Iterable[Labelled]) -> Counter[str]:
    """How many labels name each optimizer."""
    return Counter(one.record["optimizer"] for one in labelled)


def by_property(labelled: Iterable[Labelled], name: str) -> dict[str, list[Labelled]]:
    """Group labels by a property, its values in a natural order."""
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for one in labelled:
        groups[one.properties[name]].append(one)
    return {value: groups[value] for value in sorted(groups, key=_natural)}


def _natural(value: str) -> tuple[int, str]:
    head = value.partition(" ")[0]
    return (int(head), value) if head.isdigit() else (0, value)


@dataclass(frozen=True, slots=True)
class Solver:
    """A fixed configuration, measured on every labelled problem.

    Attributes
    ----------
    optimizer, config: what it is; the configuration as JSON.
    perf, reach: by problem, one run each on the first seed of the labelling.
    """

    optimizer: str
    config: str
    perf: tuple[float, ...]
    reach: tuple[float, ...]


def fixed_solvers(labelled: Sequence[Labelled], runs: Mapping[str, Sequence[Record]]) -> list[Solver]:
    """Return every configuration that ran on the first seed of all labelled problems: the openings of the races.

    Parameters
    ----------
    runs: records of runs by problem.
    """
    scores: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for one in labelled:
        label = one.record
        for run in runs[label["problem"]]:
            if run["number"] == 0:
                score = score_run(Run.of(run), label["best_known"], label["f0"][0])
                scores[run["optimizer"], canonical_json(run["config"])].append((score.perf, score.reach))
    return [
        Solver(name, config, *map(tuple, zip(*values, strict=True)))
        for (name, config), values in sorted(
            scores.items(), key=lambda item: (list(POOL).index(item[0][0]), item[0][1])
        )
        if len(values) == len(labelled)
    ]


@dataclass(frozen=True, slots=True)
class Gap:
    """What the right optimizer for each problem is worth, against the best one for all.

    Attributes
    ----------
    single: the best fixed configuration by the measure.
    of_single, of_virtual: means of the measure over problems; the virtual best is the labels' programs in the sandbox.
    difference: of the two, with its interval over problems.
    """

    single: Solver
    of_single: Estimate
    of_virtual: Estimate
    difference: Difference


def gap(labelled: Sequence[Labelled], solvers: Sequence[Solver], measure: str) -> Gap:
    """Compare the single best solver by ``perf`` or ``reach`` with the virtual best one.

    Neither is flattered: a label's score comes from other seeds than those that chose it, and to choose one out of some
    fifty configurations by hundreds of problems gains next to nothing by chance.
    """
    single = max(solvers, key=lambda solver: float(np.mean(getattr(solver, measure))))
    virtual = [float(one.record[measure]) for one in labelled]
    mine = [float(value) for value in getattr(single, measure)]
    ones = np.ones(len(virtual))
    return Gap(
        single=single,
        of_single=clustered_ratio(mine, ones, unit=True),
        of_virtual=clustered_ratio(virtual, ones, unit=True),
        difference=mean_difference(np.subtract(virtual, mine), unit=True),
    )
