"""Baselines: measurements in a file that is small enough to commit, or those of a run folder.

The file is JSON with one line a problem, so that a changed baseline reads well in a diff: definition hash, then the
values of each measure in the order of ``measures``, rounded to `DIGITS` decimals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from llamoco_bench import metrics
from llamoco_bench.errors import UsageError
from llamoco_bench.gates.measurements import Measurements, Sample, measure_run
from llamoco_bench.run_folder import find_run
from llamoco_bench.scoring import MEASURES

FORMAT: Final = 1
DIGITS: Final = 6
ROUNDING: Final = 10.0**-DIGITS
"""How far a stored value may lie from the measured one; comparisons with a baseline allow for it."""

WHAT: Final = "a file written by 'llamoco baseline save RUN -o FILE', or a run folder"


def write_baseline(measured: Measurements, path: Path) -> None:
    """Write `measured` to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(measured), encoding="utf-8")


def dump(measured: Measurements) -> str:
    """Return the text of the file."""
    head: dict[str, object] = {
        "llamoco_baseline": FORMAT,
        "run": dict(measured.run),
        "metrics": measured.metrics,
        "contracts": list(measured.contracts),
        "options": dict(measured.options),
        "measures": list(MEASURES),
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    samples = ",\n".join(_dump_sample(sample) for sample in measured.samples.values())
    return "{\n" + "\n".join(lines) + f'\n "samples": [\n{samples}\n ]\n' + "}\n"


def load_baseline(name: str, root: Path) -> Measurements | None:
    """Load the baseline that a user means: a file, a run folder, a run below `root`, or ``last``.

    Returns
    -------
    The measurements, or None where nothing is there.

    Raises
    ------
    UsageError: for something that is there but is no baseline.
    """
    path = Path(name)
    if path.is_file():
        return _read(path)
    if path.is_dir() and not (path / "manifest.json").is_file():
        raise UsageError(f"{path} is a folder without manifest.json. A baseline is {WHAT}")
    try:
        run = find_run(name, root)
    except UsageError:
        return None
    return measure_run(run)


def load_measurements(name: str, root: Path) -> Measurements:
    """Load a baseline or run that must be there.

    Raises
    ------
    UsageError: where it is not.
    """
    found = load_baseline(name, root)
    if found is None:
        find_run(name, root)  # raises with the runs that there are
        raise UsageError(f"{name} is neither a baseline nor a run. Give {WHAT}")
    return found


def _dump_sample(sample: Sample) -> str:
    rows = ",\n".join(
        f"   {json.dumps(problem)}: {json.dumps(_row(sample, problem), separators=(',', ':'))}"
        for problem in sample.problems
    )
    return (
        f'  {{"suite": {json.dumps(sample.suite)}, "model": {json.dumps(sample.model)}, "problems": {{\n{rows}\n  }}}}'
    )


def _row(sample: Sample, problem: str) -> list[object]:
    values = [[_short(x) for x in sample.values[measure].get(problem, ())] for measure in MEASURES]
    return [sample.definitions.get(problem, ""), *values]


def _short(value: float) -> float | int:
    rounded = round(value, DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded


def _read(path: Path) -> Measurements:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a baseline ({error}). A baseline is {WHAT}") from None
    form = content.get("llamoco_baseline") if isinstance(content, dict) else None
    if form != FORMAT:
        raise UsageError(f"{path} is no baseline of format {FORMAT} (it says {form!r}). A baseline is {WHAT}")
    try:
        samples = {(sample.suite, sample.model): sample for sample in _read_samples(content)}
        return Measurements(
            name=str(path),
            samples=samples,
            options=dict(content["options"]),
            contracts=tuple(content["contracts"]),
            metrics=int(content["metrics"]),
            run=dict(content["run"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UsageError(f"{path} is a damaged baseline ({type(error).__name__}: {error}); save it anew") from None


def _read_samples(content: Mapping[str, Any]) -> Iterator[Sample]:
    measures = list(content["measures"])
    for entry in content["samples"]:
        rows: Mapping[str, list[Any]] = entry["problems"]
        if any(len(row) != len(measures) + 1 for row in rows.values()):
            raise ValueError(f"a line of {entry['model']} on {entry['suite']} has not {len(measures) + 1} parts")
        values = {
            measure: {problem: tuple(map(float, row[1 + place])) for problem, row in rows.items()}
            for place, measure in enumerate(measures)
        }
        missing: dict[str, tuple[float, ...]] = dict.fromkeys(rows, ())
        yield Sample(
            suite=str(entry["suite"]),
            model=str(entry["model"]),
            values={measure: values.get(measure, missing) for measure in MEASURES},
            definitions={problem: str(row[0]) for problem, row in rows.items() if row[0]},
        )


def staleness(base: Measurements, current: Measurements) -> list[str]:
    """Say what has changed since the baseline, apart from the models: one line each, empty where nothing has."""
    found = []
    if base.metrics != metrics.VERSION:
        found.append(
            f"its metrics are of version {base.metrics}, now {metrics.VERSION}: the numbers cannot be compared"
        )
    if base.contracts and current.contracts and base.contracts != current.contracts:
        was, now = ("/".join(map(str, versions)) for versions in (base.contracts, current.contracts))
        found.append(f"its contract with programs is of version {was}, now {now}")
    found += [
        f"its {name} was {base.options[name]!r}, now {value!r}"
        for name, value in current.options.items()
        if name != "seed" and name in base.options and base.options[name] != value
    ]
    return found
