"""What became of one item, in short; the journal has it in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from llamoco_bench.statuses import is_erroneous

Stage = Literal["", "generate", "execute"]
"""The stage that an item waits for; empty if it is finished."""


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one item, in short; the journal has it in full.

    Attributes
    ----------
    first: status of each run of the first program, (runs,); empty where points are proposed instead of a program.
    final: the same after the repair, of each run in any case.
    cached: whether everything was found in the journal.
    faults: what went wrong on our side; empty unless the item must be run again.
    waits_for: the stage that has to come next, where sessions do one stage only.
    """

    first: tuple[str, ...]
    final: tuple[str, ...]
    cached: bool
    faults: tuple[str, ...] = ()
    waits_for: Stage = ""

    @property
    def status(self) -> str:
        """One word for the item: the fate that most of its runs met, and ``repaired`` if the repair mended all.

        An item whose answer another session is to execute is ``generated``, one that needs an answer ``waiting``.
        """
        if self.faults or "infra" in self.final:
            return "infra"
        if self.waits_for:
            return "generated" if self.waits_for == "execute" else "waiting"
        errors = [status for status in self.final if is_erroneous(status)]
        if errors:
            return max(dict.fromkeys(errors), key=errors.count)
        if any(map(is_erroneous, self.first)):
            return "repaired"
        return "cached" if self.cached else "ok"
