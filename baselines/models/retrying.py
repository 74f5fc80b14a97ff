"""Trying again, bounded in number and in time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from llamoco_bench.errors import ModelError

T = TypeVar("T")


class TransientError(Exception):
    """An attempt failed in a way that another one may not.

    Attributes
    ----------
    retry_after_s: seconds that the server asked to wait; 0 where it asked nothing.
    """

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try.

    Attributes
    ----------
    retries: attempts after the first.
    timeout_s: seconds that one attempt may take.
    total_s: seconds that all attempts and pauses may take.
    first_pause_s, longest_pause_s: pauses double from the first to the longest.
    """

    retries: int
    timeout_s: float
    total_s: float
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0

    def pause_s(self, attempt: int, retry_after_s: float, jitter: float) -> float:
        """Seconds to wait after `attempt` (from 0).

        Parameters
        ----------
        retry_after_s: what the server asked for; never undercut.
        jitter: in [0, 1); spreads processes that failed together over half a pause.
        """
        doubled = min(self.first_pause_s * 2.0 ** min(attempt, 60), self.longest_pause_s)
        return max(doubled / 2, retry_after_s) + jitter * doubled / 2


async def with_retries(attempt: Callable[[], Awaitable[T]], policy: RetryPolicy) -> T:
    """Await `attempt` until it succeeds, each time for at most `timeout_s`, all in all for at most `total_s`.

    Raises
    ------
    ModelError: the last `TransientError`, once attempts or time are used up. Other exceptions pass through.
    """
    draw = random.Random().random
    deadline = time.monotonic() + policy.total_s
    number = 0
    while True:
        error = await _outcome(attempt, min(policy.timeout_s, deadline - time.monotonic()))
        if not isinstance(error, TransientError):
            return error
        tried = f"{error} (attempt {number + 1} of {policy.retries + 1})"
        if number >= policy.retries:
            raise ModelError(tried) from error
        pause_s = policy.pause_s(number, error.retry_after_s, draw())
        if time.monotonic() + pause_s >= deadline:
            asked = f"; the server asked to wait {error.retry_after_s:g} s" if error.retry_after_s else ""
            raise ModelError(f"{tried}; no time is left of {policy.total_s:g} s{asked}") from error
        await asyncio.sleep(pause_s)
        number += 1


async def _outcome(attempt: Callable[[], Awaitable[T]], limit_s: float) -> T | TransientError:
    try:
        return await asyncio.wait_for(attempt(), max(limit_s, 0.0))
    except TimeoutError:
        return TransientError(f"no answer within {limit_s:.3g} s")
    except TransientError as error:
        return error


def parse_retry_after(text: str | None, now_s: float) -> float:
    """Seconds that a ``Retry-After`` header asks for: a number or a date; 0 for none, nonsense and the past.

    Parameters
    ----------
    now_s: the present, in seconds since the epoch.
    """
    if text is None:
        return 0.0
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now_s
        except (ValueError, OverflowError):
            return 0.0
    return seconds if seconds > 0 else 0.0
