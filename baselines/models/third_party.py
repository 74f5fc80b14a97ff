"""Kinds of models that other distributions bring: entry points of the group ``llamoco_bench.models``.

The entry point's name is the kind. It points to a factory, ``factory(spec) -> Model``; where the factory has an
attribute ``prepare``, that is called as ``prepare(spec, say)`` before any worker starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.errors import UsageError

GROUP: Final = "llamoco_bench.models"


def find() -> Mapping[str, EntryPoint]:
    """Return the entry points by kind; nothing of theirs is imported.

    Raises
    ------
    UsageError: where a name is taken, by a kind or preset of ours or by another distribution.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        taken = "llamoco-bench itself" if point.name in KINDS or point.name in PRESETS else ""
        if point.name in found and found[point.name].value != point.value:
            taken = _owner(found[point.name])
        if taken:
            raise UsageError(
                f"{_owner(point)} brings a kind of model called {point.name!r}, which is a name of {taken}. "
                "Uninstall one of them"
            )
        found[point.name] = point
    return found


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
