"""Parsing what a model wrote. Nothing is executed."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=8)
def parse_program(source: str) -> ast.Module | None:
    """Return the syntax tree of `source`, or None where it does not parse; not to be changed.

    A few are kept: whoever finds a program in an answer mostly wants to know next what it calls.
    """
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
