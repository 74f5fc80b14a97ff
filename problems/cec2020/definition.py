"""What a module of the suite has to supply for one problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llamoco_bench.problems.problem import Array, Evaluation, Prompt


@dataclass(frozen=True, slots=True)
class Definition:
    """The values and the descriptions of one problem; the catalogue adds bounds, budget and provenance.

    Attributes
    ----------
    evaluator: maps points (n, dim) to an `Evaluation`; must not modify its argument.
    describe: gives the prompts; called only when they are wanted.
    source: text that fixes every value of the problem (formulas, constants, tables); hashed into the keys of runs.
    """

    evaluator: Callable[[Array], Evaluation]
    describe: Callable[[], Sequence[Prompt]]
    source: str
