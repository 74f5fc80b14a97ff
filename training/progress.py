"""What a command of the training says while it works."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeAlias

Say: TypeAlias = Callable[[str], None]
"""Receives a line now and then."""


def say(line: str) -> None:
    """Show a line of progress at once, on standard error: standard output is for results."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
