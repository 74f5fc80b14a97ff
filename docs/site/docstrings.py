"""Extension of griffe: reads ``name: text``, as docstrings here have it; numpydoc wants the text on the next line."""

from __future__ import annotations

import re
from typing import Any, Final

import griffe

SECTION: Final = re.compile(r"^(Attributes|Parameters|Raises)\n-+\n((?:[^\n]+\n?)+)", re.MULTILINE)
ENTRY: Final = re.compile(r"^(\w[\w, ]*): (.+)$", re.MULTILINE)


class NamesBeforeColons(griffe.Extension):
    """Puts the text of each entry below its name."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of `obj`, if it has one."""
        if obj.docstring:
            obj.docstring.value = SECTION.sub(_separated, obj.docstring.value)


def _separated(section: re.Match[str]) -> str:
    title, entries = section[1], section[2]
    return f"{title}\n{'-' * len(title)}\n{ENTRY.sub(_entry, entries)}"


def _entry(entry: re.Match[str]) -> str:
    return f"{entry[1]}\n    {entry[2]}"
