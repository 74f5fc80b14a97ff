"""Make text of a program fit to be stored and shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TAIL_BYTES: Final = 4096

_NEWLINES = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
# What a CI service takes for an order to itself: "::error::", and in the older form "##[error]", after any blanks.
_ORDER = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_OLD_ORDER = re.compile(r"##(?=\[)")
# Controls; formats (among them the marks that turn the direction of text); halves of surrogate pairs.
_UNWANTED: Final = frozenset(("Cc", "Cf", "Cs"))


def clean(text: str) -> str:
    """Remove escape sequences, controls and direction marks, and defuse lines that a CI service takes for orders."""
    text = _ESCAPES.sub("", _NEWLINES.sub("\n", text))
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNWANTED)
    return _OLD_ORDER.sub("# #", _ORDER.sub(r"\1: ", text))


def clean_tail(raw: bytes, *, whole: bool) -> str:
    """Return `raw`, the end of some output, as clean text; `whole` tells that nothing was cut off before it."""
    text = raw.decode("utf-8", errors="replace")
    if not whole:
        text = text.lstrip("\N{REPLACEMENT CHARACTER}")
    return clean(text)


def shorten_paths(text: str, names: dict[str, str]) -> str:
    """Replace folders of this machine, longest first, by their names."""
    for path in sorted(names, key=len, reverse=True):
        text = text.replace(path, names[path])
    return text


def lines_of(source: str) -> list[str]:
    """Return the lines of a program as Python counts them (form feeds and the like do not end a line)."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
