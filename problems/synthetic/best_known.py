"""Best-known values: in closed form where no constraint is in the way, else the best that any search has found."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from llamoco_bench.problems.synthetic.instance import Instance

CLOSED_FORM: Final = "closed form: every base function has its minimum, 0, at the shift, which is feasible"
NOT_SEARCHED: Final = "not searched for yet"

FILE: Final = Path(__file__).with_name("best_known.csv")

Found = Mapping[str, tuple[float, str]]
"""By id: objective of a feasible point, and where it is from."""


def best_known(instance: Instance) -> tuple[float | None, str]:
    """Return the lowest objective known of a feasible point, and where it comes from."""
    if not instance.cuts_off_optimum:
        return 0.0, CLOSED_FORM
    return _stored().get(instance.id, (None, NOT_SEARCHED))


def read(file: Path = FILE) -> dict[str, tuple[float, str]]:
    """Read a table of values; one that does not exist is empty."""
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: (float(row["value"]), row["source"]) for row in csv.DictReader(lines)}


def improve(found: Found, file: Path = FILE) -> list[str]:
    """Put values into a table that are lower than what it has; return the ids that changed, sorted."""
    known = read(file)
    better = sorted(name for name, (value, _) in found.items() if name not in known or value < known[name][0])
    known.update({name: found[name] for name in better})
    if better:
        _write(known, file)
    return better


def _write(known: Found, file: Path) -> None:
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("id", "value", "source"))
        writer.writerows((name, repr(value), source) for name, (value, source) in sorted(known.items()))
    fresh.replace(file)  # readers meet the old table or the new one, never half of one


@cache
def _stored() -> dict[str, tuple[float, str]]:
    return read()
