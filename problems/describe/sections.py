"""Reads definition files: sections of ``key: value`` lines.

::

    [RC08]
    title: Process synthesis
    note: The first remark.
    note: The second, which
        goes on here.
    equations:
        y = round(x2)
        f = 2*x1 + y

Indented lines belong to the key above. A key may be repeated. What stands before the first section is a comment.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from llamoco_bench.problems.describe.notation import NotationError

_HEAD: Final = re.compile(r"^\[(\w+)\]$", re.MULTILINE)
_KEY: Final = re.compile(r"^(\w+):[ \t]*(.*(?:\n(?:[ \t]+.*|(?=\n)))*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """The values under one heading."""

    name: str
    values: Mapping[str, tuple[str, ...]]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a value as one line of running text."""
        return " ".join(self.block(key, default).split())

    def texts(self, key: str) -> tuple[str, ...]:
        """Return every value of a repeated key as running text."""
        return tuple(" ".join(value.split()) for value in self.values.get(key, ()))

    def block(self, key: str, default: str | None = None) -> str:
        """Return a value with its lines as they stand, without their common indentation."""
        found = self.values.get(key, () if default is None else (default,))
        if len(found) != 1:
            raise NotationError(f"Section [{self.name}] needs one {key!r}, it has {len(found)}.")
        return textwrap.dedent(found[0]).strip("\n")


def split_sections(text: str) -> dict[str, str]:
    """Split a file into the bodies of its sections, unread."""
    _, *parts = _HEAD.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def read_section(name: str, body: str) -> Section:
    """Read the body of a section."""
    values: dict[str, list[str]] = {}
    for match in _KEY.finditer(body):
        values.setdefault(match[1], []).append(match[2])
    return Section(name, {key: tuple(found) for key, found in values.items()})
