"""What of a run is finished: told from its journals alone, whatever became of its sessions.

Every session notes which items it is about to do (a ``plan`` record) and every item what became of it; what is planned
and not finished is missing. Shards note their number, so that those of which nothing is there can be named.
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
    planned: set[ItemId] = set()
    seen: set[ItemId] = set()
    finished: set[ItemId] = set()
    shards: set[tuple[int, int]] = set()
    for record in records:
        if record["kind"] == "plan":
            planned |= {ItemId(*item) for item in record["items"]}
            shards |= {(number, of) for number, of in [record["shard"] or (0, 0)] if of}
        elif record["kind"] == "item":
            seen.add(item_of(record))
            if record["status"] not in UNFINISHED:
                finished.add(item_of(record))
    return Completeness(
        planned=frozenset(planned or seen),
        missing=frozenset((planned or seen) - finished),
        shards=frozenset(number for number, _ in shards),
        of=max((of for _, of in shards), default=0),
    )


def item_of(record: Record) -> ItemId:
    """Return the item that a record belongs to."""
    return ItemId(record["suite"], short_name(record["problem"]), record["model"])
