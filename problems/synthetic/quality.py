"""Quality control: which draws are no good as problems, and which ones took their places.

A draw that is refused is replaced by the next attempt for the same id. The attempts that were taken, and how often each
reason came up, are stored beside this file in ``replacements.json``, which::

    python -m llamoco_bench.problems.synthetic.quality

makes anew; it comes out the same everywhere.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final, Literal

import numpy as np

from llamoco_bench.problems.problem import EQUALITY_TOLERANCE, Array, Evaluation
from llamoco_bench.problems.synthetic import N_EACH
from llamoco_bench.problems.synthetic.compiled import evaluator_of
from llamoco_bench.problems.synthetic.generate import Generated, Suite, generate

Reason = Literal["non-finite", "constant", "trivial", "unsolvable", "misplaced", "idle", "ambiguous"]

REASONS: Final[dict[Reason, str]] = {
    "non-finite": "objective or a constraint is not finite at some random point",
    "constant": "objective or a constraint hardly changes over random points",
    "trivial": "the best of 51 random points is already within 1e-4 of the way from their median to the optimum",
    "unsolvable": "the point that is feasible by construction is not, or lies on the edge",
    "misplaced": "the optimum without constraints is feasible where it should be cut off, or the reverse",
    "idle": "an inequality holds at every random point and at the optimum without it",
    "ambiguous": "a number was rounded so close to a tie that another machine might round it the other way",
}
"""Why a draw is refused."""

TRIVIAL: Final = 1e-4
CONSTANT: Final = 1e-3
MARGIN: Final = 1e-3
"""Distance from 0 by which inequalities hold at the anchor, in units of their own scale."""

SUITES: Final[tuple[Suite, ...]] = ("u", "c")

_FILE: Final = Path(__file__).with_name("replacements.json")


def inspect(generated: Generated) -> Reason | None:
    """Return why a draw is no good, or None if it is."""
    instance = generated.instance
    evaluator = evaluator_of(instance)
    values = evaluator.evaluate(generated.sample)
    if not all(np.isfinite(column).all() for column in values):
        return "non-finite"
    if _is_constant(values):
        return "constant"
    if values.f.min() <= TRIVIAL * np.median(values.f):
        return "trivial"
    anchor, shift = evaluator.evaluate(np.vstack((instance.anchor, instance.shift))), 1
    if (anchor.g[0] > -MARGIN).any() or (np.abs(anchor.h[0]) > 0.1 * EQUALITY_TOLERANCE).any():
        return "unsolvable"
    violated = (anchor.g[shift] > MARGIN).any() or (np.abs(anchor.h[shift]) > 10.0 * EQUALITY_TOLERANCE).any()
    if instance.cuts_off_optimum != violated:
        return "misplaced"
    if ((values.g <= 0.0).all(axis=0) & (anchor.g[shift] <= 0.0)).any():
        return "idle"
    return "ambiguous" if generated.doubtful else None


def _is_constant(values: Evaluation) -> bool:
    return any(bool((_spread(column) < CONSTANT).any()) for column in (values.f[:, np.newaxis], values.g, values.h))


def _spread(columns: Array) -> Array:
    """Range of each column in units of its largest magnitude."""
    width = columns.max(axis=0) - columns.min(axis=0)
    spread: Array = width / np.maximum(np.abs(columns).max(axis=0), np.finfo(np.float64).tiny)
    return spread


def attempt_of(name: str) -> int:
    """Return the attempt that was taken for a problem, e.g. ``"u0000"``; 0 is the first."""
    return _replacements().get(name, 0)


@cache
def _replacements() -> dict[str, int]:
    attempts: dict[str, int] = json.loads(_FILE.read_text(encoding="utf-8"))["attempts"]
    return attempts


def search(suite: Suite, index: int) -> tuple[int, list[Reason]]:
    """Return the first attempt for an id that is good, and why those before it are not."""
    refused: list[Reason] = []
    for attempt in count():
        reason = inspect(generate(suite, index, attempt))
        if reason is None:
            return attempt, refused
        refused.append(reason)
    raise AssertionError


def search_all(n: int = N_EACH) -> dict[str, object]:
    """Return the contents of ``replacements.json``: attempts other than the first, and the counts of reasons."""
    attempts: dict[str, int] = {}
    counts: dict[str, dict[str, int]] = {}
    for suite in SUITES:
        reasons: Counter[Reason] = Counter()
        for index in range(n):
            attempt, refused = search(suite, index)
            reasons.update(refused)
            if attempt:
                attempts[f"{suite}{index:04d}"] = attempt
        counts[suite] = {reason: reasons[reason] for reason in REASONS}
    return {"refused": counts, "attempts": attempts}


if __name__ == "__main__":
    _FILE.write_text(json.dumps(search_all(), indent=0) + "\n", encoding="utf-8")
