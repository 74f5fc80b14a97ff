"""Every random stream of the project is derived here, from names and not from order.

A run's seed depends on the master seed, the problem and the number of the run; never on the model, the worker or the
order of execution. All models therefore meet the same starting samples (common random numbers), which is what makes
the paired comparison of models sharp.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from numbers import Integral
from typing import TypeVar

from llamoco_bench.errors import UsageError

T = TypeVar("T")


def checked_seed(seed: object) -> int:
    """Return the seed of a run as an int: streams tell whole numbers of numpy from Python's own.

    Raises
    ------
    UsageError: it is not a whole number in [0, 2**32).
    """
    if not isinstance(seed, Integral) or not 0 <= int(seed) < 2**32:
        raise UsageError(f"The seed must be a whole number in [0, 2**32), got {seed!r}.")
    return int(seed)


def derive_seed(*parts: str | int) -> int:
    """Return a seed in [0, 2**32) that is a pure function of `parts`, the same on every machine."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def run_seed(master: int, problem_id: str, run: int) -> int:
    """Return the seed that run number `run` (from 0) of a program on a problem receives."""
    return derive_seed("run", master, problem_id, run)


def handed_round(things: Iterable[T], *parts: str | int) -> dict[T, T]:
    """Draw another of `things` for each of them: one cycle through all, so that none keeps itself unless it is alone.

    Parameters
    ----------
    things: all different; their order matters.
    parts: the draw is a pure function of them and of `things`.
    """
    order = list(things)
    random.Random(derive_seed(*parts)).shuffle(order)
    return dict(zip(order, [*order[1:], *order[:1]], strict=True))
