"""Measurements made up for the tests of gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llamoco_bench.gates.measurements import Measurements, measure_items
from llamoco_bench.journal import Record
from llamoco_bench.scoring import collect_items

MANIFEST: Mapping[str, Any] = {"id": "1", "started": "20260101T000000", "options": {"seed": 0, "prompt": "python"}}


def runs(
    performances: Sequence[Sequence[float]], model: str = "m", suite: str = "s", *, start: int = 0, **fields: Any
) -> list[Record]:
    """Records of runs with the given Perf, a row a problem, numbered from `start`; nan stands for an erroneous run."""
    return [
        {
            "kind": "run",
            "key": f"{suite}-{model}-{problem}-{number}",
            "suite": suite,
            "problem": f"p/{problem:02}",
            "model": model,
            "turn": 0,
            "run": number,
            "status": "ok" if performance == performance else "runtime",
            "feasible": performance == performance,
            "best_f": 1.0 - performance,
            "f0": 1.0,
            "first_f": 1.0,
            "best_known": 0.0,
            "constraints": 0,
            "definition": f"d{problem}",
            "contract": 1,
            **fields,
        }
        for problem, row in enumerate(performances, start)
        for number, performance in enumerate(row)
    ]


def measured(
    performances: Sequence[Sequence[float]], model: str = "m", suite: str = "s", name: str = "run", **fields: Any
) -> Measurements:
    """Measurements of one model on one suite."""
    return measure_items(collect_items(runs(performances, model, suite, **fields)), MANIFEST, name)
