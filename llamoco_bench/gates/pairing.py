"""What of a run and a baseline can be compared: model by model, on the problems that are the same in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llamoco_bench import metrics
from llamoco_bench.gates.baseline import ROUNDING, staleness
from llamoco_bench.gates.measurements import Measurements, Sample, Values
from llamoco_bench.scoring import MEASURES


@dataclass(frozen=True, slots=True)
class Pair:
    """A sample and its counterpart in the baseline on the problems that are the same in both.

    Attributes
    ----------
    suite, model: of the sample; `against` is the model of the baseline.
    base, current: values by measure and problem.
    notes: what a reader must know: problems that are left out, another model.
    """

    suite: str
    model: str
    against: str
    base: Mapping[str, Values]
    current: Mapping[str, Values]
    notes: tuple[str, ...]

    @property
    def problems(self) -> list[str]:
        """Problems that are the same in both."""
        return list(self.current["err"])

    def shared(self, measure: str) -> tuple[Values, Values]:
        """Return the values of the problems that both sides have values of, in the baseline and now."""
        before, after = self.base[measure], self.current[measure]
        both = [problem for problem in before if before[problem] and after[problem]]
        return {problem: before[problem] for problem in both}, {problem: after[problem] for problem in both}


def usable(base: Measurements | None, current: Measurements) -> tuple[Measurements | None, list[str]]:
    """Return `base` if its numbers can be compared at all, else None; and what has changed since, in a line each."""
    if base is None:
        return None, []
    notes = [f"the baseline {base.name} is stale: {line}" for line in staleness(base, current)]
    return (base if base.metrics == metrics.VERSION else None), notes


def pair_with(sample: Sample, base: Measurements | None) -> Pair | None:
    """Pair `sample` with its counterpart in `base`; None where there is none or they share no problem."""
    other = None if base is None else base.counterpart(sample.suite, sample.model)
    if base is None or other is None:
        return None
    where = f"{sample.suite}[{sample.model}]"
    there = [problem for problem in sample.problems if problem in other.problems]
    changed = [
        p for p in there if sample.definitions.get(p, "") != other.definitions.get(p, sample.definitions.get(p, ""))
    ]
    same = [problem for problem in there if problem not in changed]
    notes = []
    if changed:
        notes.append(f"the baseline {base.name} is stale: {_some(changed)} of {where} have another definition now")
    if lost := [problem for problem in other.problems if problem not in sample.problems]:
        notes.append(f"{where}: {_some(lost)} of the baseline are not in this run; compared on {len(same)}")
    if new := [problem for problem in sample.problems if problem not in other.problems]:
        notes.append(f"{where}: {_some(new)} are not in the baseline {base.name}; compared on {len(same)}")
    if other.model != sample.model:
        notes.append(f"{where} is compared with {other.model}, the only model of the baseline {base.name}")
    if not same:
        return None

    current: dict[str, Values] = {m: {p: sample.values[m].get(p, ()) for p in same} for m in MEASURES}
    before: dict[str, Values] = {
        m: {p: _unrounded(other.values[m].get(p, ()), current[m][p]) for p in same} for m in MEASURES
    }
    return Pair(sample.suite, sample.model, other.model, before, current, tuple(notes))


def _unrounded(before: tuple[float, ...], now: tuple[float, ...]) -> tuple[float, ...]:
    """Take what differs by no more than the rounding of a baseline's file for the same, or equal runs would differ."""
    same = len(before) == len(now) and all(abs(a - b) <= ROUNDING for a, b in zip(before, now, strict=True))
    return now if same else before


def notes_on(base: Measurements, current: Measurements) -> tuple[str, ...]:
    """Say all that a reader must know of a comparison of everything in `current` with `base`."""
    comparable, notes = usable(base, current)
    pairs = (pair_with(sample, comparable) for sample in current.samples.values())
    return tuple(dict.fromkeys([*notes, *(note for pair in pairs if pair for note in pair.notes)]))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{len(names)} problem{'s' * (len(names) != 1)} ({shown}{', ...' if len(names) > 3 else ''})"
