"""Making text that a model wrote, and numbers, fit to be shown."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

_SHOWN_AS_ESCAPE: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories without a glyph of their own: controls, marks that turn the direction of text, surrogates."""


def visible(text: str, limit: int = 200) -> str:
    """Return `text` on one line, at most `limit` characters, with what has no glyph written as ``\\u202e``.

    Text that turns its reading direction could otherwise make a table say what it does not.
    """
    cut = text[:limit].replace("\n", " ").replace("\t", " ")
    shown = "".join(c if unicodedata.category(c) not in _SHOWN_AS_ESCAPE else _escape(c) for c in cut)
    return shown + "…" if len(text) > limit else shown


def storable(text: str, limit: int) -> str:
    """Return `text` cut to `limit` characters, encodable as UTF-8, otherwise untouched."""
    kept = text if len(text) <= limit else f"{text[:limit]}\n… cut here: {len(text) - limit:,} more characters"
    return kept.encode("utf-8", "backslashreplace").decode("utf-8")


def number(value: float | None, digits: int = 3) -> str:
    """Format a value between 0 and 1, or a dash where it is undefined."""
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def signed(value: float, digits: int = 3) -> str:
    """Format a difference with its sign; zero has none."""
    if math.isnan(value):
        return "–"
    shown = f"{abs(value):.{digits}f}"
    if not float(shown):
        return shown
    return f"{'+' if value > 0 else '−'}{shown}"


def probability(p: float) -> str:
    """Format a p-value, which is never shown as 0."""
    if math.isnan(p):
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def count(value: float | None) -> str:
    """Format a large number with separators, or a dash where it is undefined."""
    return "–" if value is None or math.isnan(value) else f"{value:,.0f}"


def short_number(value: float | None) -> str:
    """Format any number with at most four significant digits."""
    return "–" if value is None or math.isnan(value) else f"{value:.4g}"


def plural(n: int, noun: str) -> str:
    """Count things: ``1 run``, ``2 runs``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
