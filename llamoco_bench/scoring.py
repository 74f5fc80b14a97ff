"""From journal records to the numbers of a report.

Records are grouped into items (one model on one problem), items into scores (one model on one suite). Nothing is
stored that can be derived: the metrics are computed here, from what the journal holds, every time.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from llamoco_bench import metrics
from llamoco_bench.extraction import extract_program
from llamoco_bench.journal import BY_POINTS, Record
from llamoco_bench.statistics import UNDEFINED, Estimate, clustered_ratio
from llamoco_bench.statuses import is_erroneous

Group = tuple[str, str, str]
"""(suite, problem, model)"""


@dataclass(frozen=True, slots=True)
class Item:
    """One model on one problem.

    Attributes
    ----------
    suite, problem, model: what it is about.
    first: records of the first program's runs, by run.
    final: for every run the record that counts: that of the repaired program where the first one failed.
    recovery: cost of the repair, or None where the first program had no error.
    tokens: (input, output) that it takes to solve the problem once, or None for a model without tokens: of both turns
        for a program, the mean of the runs for a method that is asked anew in each.
    has_program: whether there is a program, which can be erroneous.
    """

    suite: str
    problem: str
    model: str
    first: tuple[Record, ...]
    final: tuple[Record, ...]
    recovery: float | None
    tokens: tuple[float, float] | None
    has_program: bool = True

    @property
    def counted(self) -> tuple[Record, ...]:
        """The final runs that count: all but failures of ours."""
        return tuple(run for run in self.final if run["status"] != "infra")


@dataclass(frozen=True, slots=True)
class Score:
    """One model on one suite: the four metrics, Reach and feasibility rate, each with its 95 % interval.

    Attributes
    ----------
    err: code error rate; rec: recovery cost; perf: optimization performance; reach: share of targets reached;
    comp: tokens per problem; feasible: share of runs on constrained problems that found a feasible point;
    perf_own_start: perf measured from the program's own first call, as in the paper (a program can choose a bad start).
    n_problems, n_runs: what the numbers rest on; n_infra: runs lost to failures of ours.
    """

    suite: str
    model: str
    err: Estimate
    rec: Estimate
    perf: Estimate
    reach: Estimate
    comp: Estimate
    feasible: Estimate
    perf_own_start: Estimate
    n_problems: int
    n_runs: int
    n_infra: int


def score_items(items: Iterable[Item]) -> list[Score]:
    """Score every model on every suite: suites in the order of their names, in each the best Perf first, then Reach."""
    return sorted(map(score, group_items(items).values()), key=_standing)


def group_items(items: Iterable[Item]) -> dict[tuple[str, str], list[Item]]:
    """Group `items` by (suite, model); groups and items are in the order of their names."""
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.suite, item.model, item.problem)):
        groups[item.suite, item.model].append(item)
    return dict(groups)


def _standing(score: Score) -> tuple[str, float, float, str]:
    perf, reach = (math.inf if math.isnan(x) else -x for x in (score.perf.value, score.reach.value))
    return score.suite, perf, reach, score.model


def score(items: Sequence[Item]) -> Score:
    """Score the items of one model on one suite."""
    return Score(
        suite=items[0].suite,
        model=items[0].model,
        **{name: _over_items(items, name) for name in MEASURES},
        n_problems=len(items),
        n_runs=sum(len(item.counted) for item in items),
        n_infra=sum(len(item.final) - len(item.counted) for item in items),
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the reported numbers: how it is taken from an item, and which way is better.

    Attributes
    ----------
    title: head of its column.
    better: the side on which a model wants to be.
    unit: whether values lie in [0, 1]; `comp` counts tokens.
    values: its values in one item, one a run or one an item; empty where the item says nothing about it.
    """

    title: str
    better: Literal["lower", "higher"]
    unit: bool
    values: Callable[[Item], Sequence[float]]

    def worsening(self, change: float) -> float:
        """Turn a change of this number into one that is positive where the model became worse."""
        return change if self.better == "lower" else -change


def _errors(item: Item) -> list[bool]:
    return [is_erroneous(run["status"]) for run in item.first if item.has_program and run["status"] != "infra"]


def run_performance(run: Record) -> float:
    """Optimization performance of a final run; 0 where it is still erroneous."""
    return _relative(metrics.optimization_performance, run)


def run_performance_own_start(run: Record) -> float:
    """Optimization performance from the program's own first call or batch instead of the common sample."""
    return _relative(metrics.optimization_performance, run, start="first_f")


def run_reach(run: Record) -> float:
    """Reach of a final run; 0 where it is still erroneous."""
    return _relative(metrics.reach, run)


def collect_items(records: Iterable[Record]) -> list[Item]:
    """Group records into items. Of several records under one key the latest counts."""
    generations: dict[Group, dict[tuple[int, int], Record]] = defaultdict(dict)
    runs: dict[Group, dict[tuple[int, int], Record]] = defaultdict(dict)
    for record in sorted(records, key=lambda r: r.get("time", 0.0)):
        group = (record.get("suite", ""), record.get("problem", ""), record.get("model", ""))
        if record["kind"] == "generation":
            generations[group][record["turn"], record.get("sample", 0)] = record
        elif record["kind"] == "run":
            runs[group][record["turn"], record["run"]] = record
    return [_make_item(group, generations[group], found) for group, found in runs.items()]


def _make_item(group: Group, generations: dict[tuple[int, int], Record], runs: dict[tuple[int, int], Record]) -> Item:
    first = {run: record for (turn, run), record in runs.items() if turn == 0}
    repaired = {run: record for (turn, run), record in runs.items() if turn == 1}
    failed = [run for run, record in first.items() if is_erroneous(record["status"])]
    final = {run: repaired.get(run, record) if run in failed else record for run, record in first.items()}
    has_program = not any(record.get("by") == BY_POINTS for record in first.values())
    paid = [g for g in generations.values() if has_program or g.get("run") in first]
    works = bool(failed) and all(final[run]["status"] == "ok" for run in failed)
    return Item(
        *group,
        first=tuple(first[run] for run in sorted(first)),
        final=tuple(final[run] for run in sorted(final)),
        recovery=_recovery(generations, works) if failed else None,
        tokens=_tokens(paid, 1 if has_program else len(first)),
        has_program=has_program,
    )


def _recovery(generations: dict[tuple[int, int], Record], works: bool) -> float:
    if not works or (1, 0) not in generations:
        return metrics.recovery_cost("", None)
    before, after = (extract_program(generations[turn, 0]["text"]) for turn in (0, 1))
    return metrics.recovery_cost(before or "", after)


def _tokens(generations: Iterable[Record], runs: int) -> tuple[float, float] | None:
    usages = [record["usage"] for record in generations if record["usage"] is not None]
    if not usages:
        return None
    read, written = (sum(usage[name] for usage in usages) for name in ("input_tokens", "output_tokens"))
    return read / runs, written / runs


def _relative(metric: Callable[[float | None, float | None, float], float], run: Record, start: str = "f0") -> float:
    if is_erroneous(run["status"]) or not run["feasible"]:
        return 0.0
    began = run["f0"] if run[start] is None else run[start]
    return metric(run["best_f"], run["best_known"], began)


def _over_items(items: Sequence[Item], measure: str) -> Estimate:
    return estimate_over_problems({item.problem: item_values(item, measure) for item in items}, measure)


def item_values(item: Item, measure: str) -> tuple[float, ...]:
    """Return the values of one of `MEASURES` in an item; those that are not defined are left out."""
    return tuple(float(value) for value in MEASURES[measure].values(item) if not math.isnan(value))


def estimate_over_problems(values: Mapping[str, Sequence[float]], measure: str) -> Estimate:
    """Put the values of one of `MEASURES`, by problem, together; nan where no problem has any."""
    totals = [math.fsum(numbers) for numbers in values.values()]
    counts = [len(numbers) for numbers in values.values()]
    return clustered_ratio(totals, counts, unit=MEASURES[measure].unit) if any(counts) else UNDEFINED


MEASURES: Final[Mapping[str, Measure]] = {
    "err": Measure("Err", "lower", True, _errors),
    "rec": Measure("Rec", "lower", True, lambda i: [] if i.recovery is None else [i.recovery]),
    "perf": Measure("Perf", "higher", True, lambda i: [run_performance(run) for run in i.counted]),
    "reach": Measure("Reach", "higher", True, lambda i: [run_reach(run) for run in i.counted]),
    "comp": Measure("Comp", "lower", False, lambda i: [] if i.tokens is None else [sum(i.tokens)]),
    "feasible": Measure(
        "Feasible", "higher", True, lambda i: [bool(run["feasible"]) for run in i.counted if run["constraints"]]
    ),
    "perf_own_start": Measure(
        "Perf, own start", "higher", True, lambda i: [run_performance_own_start(run) for run in i.counted]
    ),
}
"""By name, in the order of the tables."""
