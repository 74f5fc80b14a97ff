"""Parsing what a model wrote. Nothing is executed."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache


@lru_cache(maxsize=8)
def parse_program(source: str) -> ast.Module | None:
    """Return the syntax tree of `source`, or None where it does not parse; not to be changed.

    Python's warnings about the model's text (an escape such as ``\\d``, say) are silenced: where a session makes
    warnings errors, a program that parses elsewhere would not parse.

    A few trees are kept: whoever finds a program in an answer mostly wants to know next what it calls.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
