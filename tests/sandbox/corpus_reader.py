"""Read the programs in `corpus`: text files of sections ``#### name: status that is right, another``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).with_name("corpus")
_HEADING = re.compile(r"^#### (.+): ([a-z_ ]+)\n", re.MULTILINE)

# What cannot stand in a text file, or would only make it long.
_SPELLED = {
    "{nul}": "\0",
    "{bom}": "\ufeff",
    "{cr}": "\r",
    "{surrogate}": "\ud800",
    "{nine_thousand_digits}": "x = " + "9" * 9000,
    "{five_megabytes}": "# padding, nothing to see here\n" * 170_000,
    "{nested}": "(" * 100_000 + ")" * 100_000,
}


class Hostile(NamedTuple):
    """A program and the statuses that are right for it."""

    name: str
    accepted: tuple[str, ...]
    source: str


def read_corpus(*files: str) -> Iterator[Hostile]:
    """Yield the programs of some files, by default of all."""
    for name in files or sorted(path.stem for path in _FOLDER.glob("*.txt")):
        pieces = _HEADING.split((_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
        for heading, statuses, source in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            for word, text in _SPELLED.items():
                source = source.replace(word, text)
            yield Hostile(f"{name}: {heading}", tuple(statuses.split()), source)
