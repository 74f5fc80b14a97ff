"""Measures what an evaluation costs and writes ``cost.json``.

    python -m llamoco_bench.problems.realistic.make_data.cost

Processor time in microseconds, the least of several repetitions: of one point given alone, and of each of a hundred
given together. The points are uniform, but for neuroevolution, where a good policy may last longer: there the best
known one.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import numpy as np

from llamoco_bench.problems.problem import Array, Problem
from llamoco_bench.problems.realistic import IDS
from llamoco_bench.problems.realistic.catalogue import load
from llamoco_bench.problems.realistic.data import FOLDER, table

BATCH: Final = 100
_REPETITIONS: Final = 7
_LEAST_S: Final = 0.02


def main() -> None:
    """Measure all problems of the suite."""
    costs = {problem_id: _cost(load(problem_id)) for problem_id in IDS}
    machine = f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    content = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, "costs": costs}
    (FOLDER / "cost.json").write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def _cost(problem: Problem) -> list[float]:
    points = _points(problem)
    single = _seconds(lambda: problem.evaluate(points[:1]))
    batch = _seconds(lambda: problem.evaluate(points)) / BATCH
    sys.stdout.write(f"{problem.id} {single * 1e6:.3g} {batch * 1e6:.3g}\n")
    return [float(f"{seconds * 1e6:.2g}") for seconds in (single, batch)]


def _points(problem: Problem) -> Array:
    if problem.id.startswith("realistic/neuro-") and problem.id in table("best_known"):
        return np.tile(np.array(table("best_known")[problem.id]["point"]), (BATCH, 1))
    return np.random.default_rng(0).uniform(problem.lower, problem.upper, (BATCH, problem.dim))


def _seconds(work: Callable[[], object]) -> float:
    """Processor time of one call, the least over repetitions that are long enough for the clock."""
    work()
    calls, least = 1, np.inf
    for _ in range(_REPETITIONS):
        start = time.process_time()
        for _ in range(calls):
            work()
        spent = time.process_time() - start
        least = min(least, spent / calls)
        calls = max(calls, int(_LEAST_S / max(least, 1e-7)))
    return float(least)


if __name__ == "__main__":
    main()
