"""Puts lines of code together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

INDENT: Final = "    "


def function(signature: str, body: Iterable[str]) -> list[str]:
    """Return the lines of a function."""
    return [f"def {signature}:", *(INDENT + line for line in body)]


def module(imports: str, blocks: Iterable[list[str]]) -> str:
    """Return the text of a module: imports, and functions two empty lines apart."""
    return "\n\n\n".join([imports, *("\n".join(block) for block in blocks)]) + "\n"
