"""Which problems a model may be trained on, and which are kept for its evaluation: by problem, never by text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from llamoco_bench.errors import choose
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.seeds import derive_seed

SHARE: Final = 2_570 / 32_570
"""Share of prompts that the paper keeps for evaluation; here of problems, so that no problem is on both sides."""

_KNOWN: Final = frozenset(IDS)


def is_for_evaluation(problem_id: str) -> bool:
    """Tell whether a synthetic problem is kept for evaluation; what depends on its id alone.

    Raises
    ------
    UsageError: if there is no such problem.
    """
    if problem_id not in _KNOWN:
        raise choose("problem", problem_id, IDS)
    return derive_seed("synthetic split", problem_id) < SHARE * 2**32


@cache
def evaluation_ids(ids: Sequence[str]) -> tuple[str, ...]:
    """Return those of some synthetic problems that are kept for evaluation, in their order."""
    return tuple(name for name in ids if is_for_evaluation(name))


@cache
def training_ids(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the others."""
    kept = set(evaluation_ids(ids))
    return tuple(name for name in ids if name not in kept)
