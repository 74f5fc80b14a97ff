"""What of a run is finished: told from its journals alone, whatever became of its sessions.

Every session notes which items it is about to do (a ``plan`` record) and every item what became of it; what is planned
and not finished is missing. A session that goes on with more runs plans its items anew: what it did not come to is
missing, though an earlier one had finished it. Shards note their number, so that those of which nothing is there can be
named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from llamoco_bench.journal import Record
from llamoco_bench.settings import ItemId, short_name

UNFINISHED: Final = ("infra", "generated", "waiting")
"""Fates of items that another session has to go on with."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a run is.

    Attributes
    ----------
    planned: items that some session set out to do; those that have any result where no plan is recorded.
    missing: items among them that are not finished.
    shards: numbers of the shards that began, and how many there are; empty and 0 for a run without shards.
    """

    planned: frozenset[ItemId]
    missing: frozenset[ItemId]
    shards: frozenset[int] = frozenset()
    of: int = 0

    @property
    def missing_shards(self) -> list[int]:
        """Numbers of the shards that never began."""
        return [number for number in range(1, self.of + 1) if number not in self.shards]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and not self.missing_shards

    def describe(self) -> str:
        """Say in a line what is missing; empty where nothing is."""
        parts = []
        if self.missing_shards:
            parts.append(f"shards missing: {', '.join(f'{number}/{self.of}' for number in self.missing_shards)}")
        if self.missing:
            names = sorted(f"{suite}::{problem}[{model}]" for suite, problem, model in self.missing)
            shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            parts.append(f"{len(names)} of {len(self.planned)} items not finished: {shown}")
        return "; ".join(parts)


def completeness_of(records: Iterable[Record]) -> Completeness:
    """Tell from the records of a run how far it is."""
    plans: list[Record] = []
    fates: list[Record] = []
    for record in records:
        if record["kind"] in ("plan", "item"):
            (plans if record["kind"] == "plan" else fates).append(record)
    plans.sort(key=lambda plan: plan.get("time", 0.0))
    runs = {ItemId(*item): plan.get("runs", 0) for plan in plans for item in plan["items"]}
    planned = runs.keys() or {item_of(fate) for fate in fates}
    finished = {item_of(fate) for fate in fates if is_finished(fate, runs.get(item_of(fate), 0))}
    shards = {(number, of) for plan in plans for number, of in [plan["shard"] or (0, 0)] if of}
    return Completeness(
        planned=frozenset(planned),
        missing=frozenset(planned - finished),
        shards=frozenset(number for number, _ in shards),
        of=max((of for _, of in shards), default=0),
    )


def is_finished(fate: Record, runs: int) -> bool:
    """Tell from an ``item`` record whether that many runs of the item are done."""
    return fate["status"] not in UNFINISHED and int(fate.get("runs", runs)) >= runs


def item_of(record: Record) -> ItemId:
    """Return the item that a record belongs to."""
    return ItemId(record["suite"], short_name(record["problem"]), record["model"])
