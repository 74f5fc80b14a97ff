"""What `ps` says, on Linux and on macOS."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from llamoco_bench.sandbox.group_use import group_use, parse, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:00.05", 0.05),  # macOS
        ("12:34.50", 754.5),
        ("123:00.00", 7380.0),
        ("00:00:07", 7.0),  # Linux
        ("01:02:03", 3723.0),
        ("2-00:00:01", 172801.0),
    ],
)
def test_processor_times_are_read_as_either_system_writes_them(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "-", "x:y", "1:2:z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|invalid literal"):
        seconds(text)


def test_processes_of_a_group_are_added_up() -> None:
    text = "  1  100 0:01.00\n 42 2048   0:00.50\n 42 1024 1:00.00\n421 9 0:09.00\n"
    assert parse(text, 42) == (60.5, 2, 3 << 20)
    assert parse(text, 2) is None


def test_own_group_is_found_and_one_that_has_gone_is_not() -> None:
    use = group_use(os.getpgid(0))
    assert use is not None
    assert use.threads >= 1
    assert use.rss_bytes > 1 << 20
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as process:
        process.wait()
    assert group_use(process.pid) is None


def test_system_without_ps_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert group_use(os.getpgid(0)) is None
