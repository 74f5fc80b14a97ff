"""Trying again: how often, how long, how patiently."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.baselines.models.retrying import RetryPolicy, TransientError, parse_retry_after, with_retries
from llamoco_bench.errors import ModelError

POLICY = RetryPolicy(retries=3, timeout_s=5.0, total_s=10.0, first_pause_s=0.001)


class Attempts:
    """Fails with `errors` in turn, then gives 42."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    async def __call__(self) -> int:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return 42


def run(attempts: Attempts, policy: RetryPolicy = POLICY) -> int:
    return asyncio.run(with_retries(attempts, policy))


def test_transient_failures_are_tried_again_until_one_succeeds() -> None:
    attempts = Attempts(TransientError("a"), TransientError("b"))
    assert run(attempts) == 42
    assert attempts.made == 3


def test_number_of_attempts_is_bounded() -> None:
    attempts = Attempts(*[TransientError("busy")] * 10)
    with pytest.raises(ModelError, match=r"busy \(attempt 4 of 4\)"):
        run(attempts)
    assert attempts.made == 4


def test_other_errors_are_final() -> None:
    attempts = Attempts(ModelError("refused"), TransientError("never reached"))
    with pytest.raises(ModelError, match="refused"):
        run(attempts)
    assert attempts.made == 1


def test_wait_that_would_outlast_the_total_is_not_begun() -> None:
    with pytest.raises(ModelError, match=r"asked to wait 3600 s"):
        run(Attempts(TransientError("busy", retry_after_s=3600)))


def test_total_time_bounds_attempts_that_never_end() -> None:
    with pytest.raises(ModelError, match="no answer within"):
        asyncio.run(with_retries(lambda: asyncio.sleep(3600), RetryPolicy(100, 0.1, 0.3, 0.001)))


@given(
    attempt=st.integers(0, 10_000),
    retry_after_s=st.floats(0, 1e6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_pause_never_undercuts_the_server_and_stays_bounded(attempt: int, retry_after_s: float, jitter: float) -> None:
    policy = RetryPolicy(5, 1.0, 1.0)
    pause_s = policy.pause_s(attempt, retry_after_s, jitter)
    assert pause_s >= retry_after_s
    assert policy.first_pause_s / 2 <= pause_s <= max(retry_after_s, policy.longest_pause_s) + policy.longest_pause_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("nan", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("1 Jan 99999999999999 00:00", 0.0),
    ],
)
def test_retry_after_is_read_as_number_or_date(text: str | None, seconds: float) -> None:
    assert parse_retry_after(text, now_s=60.0) == seconds
