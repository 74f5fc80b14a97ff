"""What racing costs in quality and saves in evaluations, against the full product on the same seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Record
from llamoco_bench.markdown import table
from llamoco_bench.statistics import mean_difference
from llamoco_bench.training.kinds import KINDS, kind_by_id
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.improvements import sandbox_score
from llamoco_bench.training.labels.runs import Run
from llamoco_bench.training.labels.scores import Score, mean_score, score_run

SAMPLE: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {"u": ((10, 16), (20, 8)), "c": ((10, 12), (20, 4))}
"""Of problems without (u) and with constraints (c): up to how many variables, how many problems of that class."""


@cache
def sample() -> tuple[str, ...]:
    """Ids of the problems of the comparison, the small ones first.

    They are the first of the order of labelling in each class, none of the pilot.
    """
    from llamoco_bench.problems.synthetic.catalogue import instance_of
    from llamoco_bench.training.labels.order import order
    from llamoco_bench.training.labels.pilot import PILOT_PROBLEMS

    pilot = {f"synthetic/{name}" for names in PILOT_PROBLEMS.values() for name in names}
    dims = {problem_id: instance_of(problem_id).dim for problem_id in order() if problem_id not in pilot}
    found: list[tuple[int, float, str]] = []
    for letter, classes in SAMPLE.items():
        low = 0
        for high, n in classes:
            fitting = [name for name, dim in dims.items() if f"/{letter}" in name and low < dim <= high]
            found += [(high, i / n, name) for i, name in enumerate(fitting[:n])]
            low = high
    return tuple(name for *_, name in sorted(found))


@dataclass(frozen=True, slots=True)
class Pair:
    """The labels of one problem in both modes, scored against the same f*.

    Attributes
    ----------
    problem: its id.
    same_optimizer, same_config: whether both modes chose the same.
    p_full: probability that the full product's winning optimizer wins, see `Evidence`; its mean is the share of
        agreement that the full product would have with itself on other seeds.
    raced, full: mean scores of the two winners on the seeds that chose them.
    raced_fresh, full_fresh: on the seeds of the sandbox, which chose neither.
    runs, evaluations: (raced, full), what the race spent, and what every configuration on every seed takes; for a run
        that could change nothing and was left out, the mean evaluations of the same configuration's other seeds.
    done: share of the full product's runs that were done.
    """

    problem: str
    same_optimizer: bool
    same_config: bool
    p_full: float
    raced: Score
    full: Score
    raced_fresh: Score
    full_fresh: Score
    runs: tuple[int, int]
    evaluations: tuple[int, float]
    done: float


def pairs(folder: LabelFolder) -> list[Pair]:
    """Compare all problems of a folder that have a raced and a full label.

    Raises
    ------
    UsageError: there is none, or a problem has several labels of one mode.
    """
    by_mode: dict[str, dict[str, Record]] = {"race": {}, "full": {}}
    for label in folder.labels.values():
        if label["problem"] in by_mode[label["mode"]]:
            raise UsageError(f"{label['problem']} has several labels of mode {label['mode']}; use a folder of one grid")
        by_mode[label["mode"]][label["problem"]] = label
    shared = sorted(by_mode["race"].keys() & by_mode["full"].keys())
    if not shared:
        raise UsageError(f"{folder.path} has no problem with labels of both modes; run label with each --mode on it")
    return [_pair(by_mode["race"][name], by_mode["full"][name], folder.runs[name]) for name in shared]


def _pair(raced: Record, full: Record, runs: Sequence[Record]) -> Pair:
    values = [label["best_known"] for label in (raced, full) if label["best_known"] is not None]
    best_known = min(values, default=None)
    return Pair(
        problem=raced["problem"],
        same_optimizer=raced["optimizer"] == full["optimizer"],
        same_config=(raced["optimizer"], raced["config"]) == (full["optimizer"], full["config"]),
        p_full=full["p_optimizer"],
        raced=_on_choosing_seeds(raced, runs, best_known),
        full=_on_choosing_seeds(full, runs, best_known),
        raced_fresh=sandbox_score(raced, best_known),
        full_fresh=sandbox_score(full, best_known),
        runs=(raced["runs"], full["candidates"] * full["seeds"]),
        evaluations=(raced["evaluations"], _product_evaluations(full, runs)),
        done=full["runs"] / (full["candidates"] * full["seeds"]),
    )


def _product_evaluations(full: Record, runs: Sequence[Record]) -> float:
    by_candidate: dict[tuple[str, str], list[int]] = defaultdict(list)
    for run in runs:
        by_candidate[run["optimizer"], canonical_json(run["config"])].append(run["evaluations"])
    if len(by_candidate) != full["candidates"]:
        raise UsageError(
            f"{full['problem']}: runs of {len(by_candidate)} configurations, where its label rests on "
            f"{full['candidates']}; use a folder of one grid"
        )
    return float(sum(full["seeds"] * np.mean(counts) for counts in by_candidate.values()))


def _on_choosing_seeds(label: Record, runs: Sequence[Record], best_known: float | None) -> Score:
    config = canonical_json(label["config"])
    mine = [r for r in runs if r["optimizer"] == label["optimizer"] and canonical_json(r["config"]) == config]
    by_number = {r["number"]: Run.of(r) for r in mine}
    return mean_score([score_run(by_number[i], best_known, f0) for i, f0 in enumerate(label["f0"])])


_COLUMNS: Final = (
    "problems",
    "n",
    "same optimizer",
    "full with itself",
    "same configuration",
    "loss of Perf, choosing seeds",
    "fresh seeds",
    "loss of Reach, fresh seeds",
    "runs saved",
    "evaluations saved",
    "runs of full done",
)


def as_table(found: Sequence[Pair]) -> str:
    """Write the comparison as a Markdown table, by kind and together."""
    groups = [*((kind, [p for p in found if kind_by_id(p.problem) == kind]) for kind in KINDS), ("all", found)]
    rows = ((title, len(group), *_cells(group)) for title, group in groups if group)
    return table(_COLUMNS, rows, numbers=True)


def _cells(group: Sequence[Pair]) -> Iterator[str]:
    yield f"{np.mean([p.same_optimizer for p in group]):.0%}"
    yield f"{np.mean([p.p_full for p in group]):.0%}"
    yield f"{np.mean([p.same_config for p in group]):.0%}"
    yield _interval([p.full.perf - p.raced.perf for p in group])
    yield _interval([p.full_fresh.perf - p.raced_fresh.perf for p in group])
    yield _interval([p.full_fresh.reach - p.raced_fresh.reach for p in group])
    for name in ("runs", "evaluations"):
        raced, full = np.sum([getattr(p, name) for p in group], axis=0)
        yield f"{full / raced:.1f} times"
    yield f"{np.mean([p.done for p in group]):.0%}"


def _interval(losses: Sequence[float]) -> str:
    found = mean_difference(losses, unit=True)
    return f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]"
