"""What a command answers where its exit code says something too."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """Text to print, and the exit code: 0, or 1 where what was asked does not hold."""

    text: str
    code: int = 0
