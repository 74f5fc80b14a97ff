"""What models did on suites, in the form that gates and comparisons need: every run's value, by measure and problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from llamoco_bench import metrics
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.scoring import MEASURES, Item, collect_items, group_items, item_values

_UNUSED: Final = frozenset({"curve", "prompt", "error", "best_x"})
"""Fields of records that no measure looks at, and that take most of the memory."""

Values = Mapping[str, tuple[float, ...]]
"""Values of the runs (or the one value) of an item, by id of its problem."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One model on one suite.

    Attributes
    ----------
    suite, model: what it is about.
    values: by measure (all of `MEASURES`) and problem.
    definitions: hash of each problem's definition, where the journal has it.
    """

    suite: str
    model: str
    values: Mapping[str, Values]
    definitions: Mapping[str, str]

    @property
    def problems(self) -> list[str]:
        """Problems that any run was made on."""
        return list(self.values["err"])


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a run found, or a baseline keeps.

    Attributes
    ----------
    name: what to call it in messages.
    samples: by (suite, model).
    options: those that change outcomes, as the manifest has them.
    contracts: versions of the contract between harness and program that its runs were made under.
    metrics: version of the definitions behind the values.
    run: id and time of the run.
    """

    name: str
    samples: Mapping[tuple[str, str], Sample]
    options: Mapping[str, object] = field(default_factory=dict)
    contracts: tuple[int, ...] = ()
    metrics: int = metrics.VERSION
    run: Mapping[str, object] = field(default_factory=dict)

    def counterpart(self, suite: str, model: str) -> Sample | None:
        """Find what `model` on `suite` is to be compared with: the same label, else the only model that there is."""
        if (suite, model) in self.samples:
            return self.samples[suite, model]
        others = [sample for (there, _), sample in self.samples.items() if there == suite]
        return others[0] if len(others) == 1 else None


def measure_run(folder: RunFolder) -> Measurements:
    """Measure everything that a run has finished."""
    records = (
        {name: value for name, value in record.items() if name not in _UNUSED} for record in folder.iterate_records()
    )
    return measure_items(collect_items(records), folder.manifest, str(folder.path))


def measure_items(items: Iterable[Item], manifest: Mapping[str, Any], name: str) -> Measurements:
    """Measure the `items` of the run that `manifest` describes."""
    groups = group_items(items)
    runs = (run for mine in groups.values() for item in mine for run in item.first)
    return Measurements(
        name=name,
        samples={pair: _sample(mine) for pair, mine in groups.items()},
        options=manifest.get("options", {}),
        contracts=tuple(sorted({run["contract"] for run in runs if run.get("contract") is not None})),
        run={key: manifest.get(key) for key in ("id", "started")},
    )


def _sample(items: Sequence[Item]) -> Sample:
    return Sample(
        suite=items[0].suite,
        model=items[0].model,
        values={name: {item.problem: item_values(item, name) for item in items} for name in MEASURES},
        definitions={
            item.problem: run["definition"] for item in items for run in item.final[:1] if run.get("definition")
        },
    )
