"""Writes the page about the labels from the published tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.journal import Record
from llamoco_bench.markdown import table
from llamoco_bench.problems.cec2020.prompt_text import fill
from llamoco_bench.statistics import Difference, Estimate
from llamoco_bench.training.kinds import KINDS
from llamoco_bench.training.labels.candidates import grid_candidates, optimizers_for
from llamoco_bench.training.labels.comparison import as_table, pairs
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.pilot import portfolio
from llamoco_bench.training.labels.race import SCHEDULES
from llamoco_bench.training.labels.statistics import (
    PROPERTIES,
    Gap,
    Labelled,
    by_property,
    fixed_solvers,
    gap,
    read_labelled,
    win_counts,
)
from llamoco_bench.training.labels.tables import MANIFEST

TEMPLATE: Final = Path(__file__).with_name("page.md")

_RACED: Final = "race"
_NOT_COMPARED: Final = "Not measured yet on these labels; how to do it stands below."


def page(data: Path, comparison: Path | None = None) -> str:
    """Return the page as Markdown: the template ``page.md`` with what the tables in `data` say.

    Parameters
    ----------
    data: folder that ``label-export`` wrote.
    comparison: folder with labels of both modes, as ``label-export`` wrote it, or None.

    Raises
    ------
    UsageError: there is nothing to compare in `comparison`.
    """
    folder = LabelFolder.read(data)
    manifest = json.loads((data / MANIFEST).read_text(encoding="utf-8"))
    labelled = read_labelled(record for record in folder.labels.values() if record["mode"] == _RACED)
    groups = {kind: [one for one in labelled if one.kind == kind] for kind in KINDS}
    values = {
        "counts": _counts(groups),
        "cost": _cost(groups, manifest),
        "schedules": _schedules(),
        "sureness": _sureness(groups),
        "gaps": _gaps(groups, folder.runs),
        "wins": "\n\n".join(_wins(kind, groups[kind]) for kind in KINDS),
        "losers": "\n".join(_losers(groups, folder.runs)),
        "comparison": _NOT_COMPARED if comparison is None else _comparison(LabelFolder.read(comparison)),
    }
    return fill(TEMPLATE.read_text(encoding="utf-8"), values)


def _comparison(folder: LabelFolder) -> str:
    """Write how both modes compare, with what was compared."""
    from llamoco_bench.problems.synthetic.catalogue import instance_of

    found = pairs(folder)
    dims = [instance_of(pair.problem).dim for pair in found]
    grids = sorted({one["granularity"] for one in folder.protocols.values()})
    return (
        f"{len(found)} problems of {min(dims)} to {max(dims)} variables, {' and '.join(grids)} grids, "
        f"the same seeds for both modes:\n\n{as_table(found)}"
    )


def _counts(groups: Mapping[Kind, Sequence[Labelled]]) -> str:
    classes = ("2 to 10", "11 to 30", "31 to 50")

    def row(kind: Kind, labels: Sequence[Labelled]) -> tuple[object, ...]:
        found = Counter(one.properties["variables"] for one in labels)
        return kind, len(labels), _n_kept(labels), *(found[c] for c in classes)

    columns = ("", "problems", "kept for evaluation", *(f"{c} variables" for c in classes))
    return table(columns, (row(kind, labels) for kind, labels in groups.items()), numbers=True)


def _n_kept(labels: Sequence[Labelled]) -> int:
    from llamoco_bench.problems.synthetic.split import is_for_evaluation

    return sum(is_for_evaluation(one.record["problem"]) for one in labels)


def _cost(groups: Mapping[Kind, Sequence[Labelled]], manifest: Mapping[str, Any]) -> str:
    def row(kind: Kind, labels: Sequence[Labelled]) -> tuple[str, ...]:
        candidates, runs, cpu_s = (
            np.mean([one.record[name] for one in labels]) for name in ("candidates", "runs", "cpu_s")
        )
        saved = np.mean([_share_of_full(one) for one in labels])
        return kind, f"{candidates:.0f}", f"{runs:.0f}", f"1/{1 / saved:.0f}", f"{cpu_s:.1f}", f"{7200 / cpu_s:.0f}"

    columns = (
        "labels of problems",
        "configurations",
        "runs",
        "of the full product",
        "CPU seconds",
        "an hour on 2 cores",
    )
    return (
        table(columns, (row(kind, labels) for kind, labels in groups.items() if labels), numbers=True)
        + f"\n\nAll runs together: {manifest['runs']:,}, {manifest['cpu_hours_of_runs']} CPU hours; \n"
        f"{manifest['failed_runs']} ended by an exception and score 0, {manifest['capped_runs']} met the time limit."
    )


def _share_of_full(one: Labelled) -> float:
    """Runs of a label, over those of every configuration on every seed."""
    n = sum(len(grid_candidates(name)) for name in optimizers_for(one.kind))
    return float(one.record["runs"] / (n * one.record["seeds"]))


def _schedules() -> str:
    names = list(asdict(next(iter(SCHEDULES.values()))))
    rows = (
        (kind, sum(map(len, portfolio(kind).values())), *asdict(schedule).values())
        for kind, schedule in SCHEDULES.items()
    )
    return table(("", "portfolio", *names), rows, numbers=True)


def _sureness(groups: Mapping[Kind, Sequence[Labelled]]) -> str:
    def row(kind: Kind, labels: Sequence[Labelled]) -> tuple[str, ...]:
        p = np.array([one.record["p_optimizer"] for one in labels])
        how = Counter(decided_by(one.record) for one in labels)
        shares = (f"{how[name] / len(labels):.0%}" for name in ("perf", "reach", "evaluations"))
        return kind, f"{p.mean():.2f}", f"{np.mean(p >= 0.7):.0%}", f"{np.mean(p >= 0.95):.0%}", *shares

    columns = ("", "P(optimizer) mean", ">= 0.7", ">= 0.95", "decided by Perf", "by Reach", "by evaluations or order")
    return table(columns, (row(kind, labels) for kind, labels in groups.items() if labels), numbers=True)


def decided_by(label: Record) -> str:
    """What told the winner from the runner-up: ``perf``, ``reach`` or ``evaluations``."""
    from llamoco_bench.training.labels.scores import RESOLUTION

    if label["margin_perf"] is None or label["margin_perf"] > RESOLUTION:
        return "perf"
    return "reach" if label["margin_reach"] > 1e-9 else "evaluations"


def _gaps(groups: Mapping[Kind, Sequence[Labelled]], runs: Mapping[str, Sequence[Record]]) -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for kind, labels in groups.items():
            solvers = fixed_solvers(labels, runs) if labels else []
            for measure in ("perf", "reach") if solvers else ():
                yield kind, measure.capitalize(), *_gap(gap(labels, solvers, measure))

    return table(("", "by", "single best", "its mean", "virtual best", "difference"), rows())


def _gap(found: Gap) -> tuple[str, ...]:
    name = f"`{found.single.optimizer}` {_short(found.single.config)}"
    return name, _interval(found.of_single), _interval(found.of_virtual), _interval(found.difference)


def _short(config: str) -> str:
    return ", ".join(f"{key} {value}" for key, value in json.loads(config).items())


def _interval(estimate: Estimate | Difference) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _wins(kind: Kind, labels: Sequence[Labelled]) -> str:
    """Win shares in per cent, by optimizer, over all and by each property."""
    groups: list[tuple[str, Sequence[Labelled]]] = [("all", labels)]
    for name in PROPERTIES[kind]:
        groups += [(f"{name}: {value}", members) for value, members in by_property(labels, name).items()]
    names = [name for name, _ in win_counts(labels).most_common()]

    def row(title: str, members: Sequence[Labelled]) -> tuple[object, ...]:
        counts = win_counts(members)
        shares = (f"{100 * counts[name] / len(members):.0f}" if counts[name] else "" for name in names)
        return title, *shares, len(members)

    shares = table(("", *(f"`{name}`" for name in names), "n"), (row(*group) for group in groups), numbers=True)
    return f"**{kind.capitalize()}** ({len(labels)} problems), per cent of labels\n\n{shares}"


def _losers(groups: Mapping[Kind, Sequence[Labelled]], runs: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """Optimizers that win nothing, with how far behind the winner their best run on the first seed is."""
    for kind, labels in groups.items():
        counts = win_counts(labels)
        winners = sum(counts[name] > 0 for name in optimizers_for(kind))
        yield f"- {kind}: {winners} of {len(optimizers_for(kind))} optimizers win somewhere."
        for name in optimizers_for(kind):
            if labels and not counts[name]:
                yield f"    - {POOL[name].title} never does: {_behind(name, labels, runs)}."


def _behind(name: str, labels: Sequence[Labelled], runs: Mapping[str, Sequence[Record]]) -> str:
    from llamoco_bench.training.labels.runs import Run
    from llamoco_bench.training.labels.scores import score_run

    gaps = []
    for one in labels:
        label = one.record
        perfs = [
            score_run(Run.of(r), label["best_known"], label["f0"][0]).perf
            for r in runs[label["problem"]]
            if r["number"] == 0 and r["optimizer"] == name
        ]
        gaps.append(label["selection_perf"] - max(perfs, default=0.0))
    return f"it is behind by {np.mean(gaps):.3f} Perf in the mean, by {np.quantile(gaps, 0.1):.4f} in the best tenth"
