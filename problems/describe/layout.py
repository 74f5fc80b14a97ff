"""Lays out Python source: breaks lines that are too long at the operators and commas that bind weakest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

WIDTH: Final = 100
_STEP: Final = "    "
_SHORT: Final = 8  # elements up to this length share lines
_BREAK: Final = re.compile(r" (?=[-+*/@] |if |else |for )|(?<=,) ")
_INTEGER: Final = re.compile(r"-?\d+")
_BRACKETS: Final = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}


def statement(head: str, expression: str) -> list[str]:
    """Lay out ``head expression``, where head is like ``y =`` or ``return``."""
    if _fits(f"{head} {expression}"):
        return [f"{head} {expression}"]
    return [f"{head} (", *indent(broken(expression)), ")"]


def comprehension(head: str, element: str, repetition: str) -> list[str]:
    """Lay out ``head [element for i in ...]``."""
    line = f"{head} [{element} {repetition}]"
    return [line] if _fits(line) else [f"{head} [", *indent([*broken(element), repetition]), "]"]


def listing(head: str, elements: Iterable[str]) -> list[str]:
    """Lay out ``head [...]``."""
    text = ", ".join(elements)
    line = f"{head} [{text}]"
    return [line] if _fits(line) else [f"{head} [", *indent(broken(f"{text},")), "]"]


def array(head: str, elements: Iterable[str]) -> list[str]:
    """Lay out ``head np.array([...])``, with an element a line if they do not fit on one and are not short."""
    return call(head, "np.array", elements)


def call(head: str, function: str, elements: Iterable[str]) -> list[str]:
    """Lay out ``head function([...])``, with an element a line if they do not fit on one and are not short."""
    items = list(elements)
    # Powers and quotients of whole numbers are not those of reals.
    end = "], dtype=float)" if all(map(_INTEGER.fullmatch, items)) else "])"
    line = f"{head} {function}([{', '.join(items)}{end}"
    if _fits(line):
        return [line]
    if all(len(item) <= _SHORT for item in items):
        return [f"{head} {function}([", *indent(broken(f"{', '.join(items)},")), end]
    return [f"{head} {function}([", *indent(part for item in items for part in _element(item)), end]


def indent(lines: Iterable[str]) -> list[str]:
    """Indent lines by one step."""
    return [_STEP + line for line in lines]


def broken(text: str, width: int = WIDTH - 3 * len(_STEP)) -> list[str]:
    """Break an expression that stands in brackets into lines of at most about `width` characters."""
    lines: list[str] = []
    while len(text) > width:
        place = _best_break(text, width)
        if place is None:
            break
        lines.append(text[:place])
        text = text[place + 1 :]
    return [*lines, text]


def _fits(line: str) -> bool:
    return len(line) <= WIDTH - len(_STEP)


def _element(item: str) -> list[str]:
    first, *others = broken(f"{item},")
    return [first, *indent(others)]


def _best_break(text: str, width: int) -> int | None:
    """Return the place to break at: least nested, weakest binding, latest; within the width, not close to the start."""
    depths = _depths(text)
    places = [match.start() for match in _BREAK.finditer(text, 0, width + 2) if width // 3 < match.start() <= width]
    return min(places, key=lambda place: (depths[place], text[place + 1] in "*/@", -place), default=None)


def _depths(text: str) -> list[int]:
    depths, depth = [], 0
    for character in text:
        depth += _BRACKETS.get(character, 0)
        depths.append(depth)
    return depths
