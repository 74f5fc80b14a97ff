"""The tokenizer of `nano` in plain Python: what the package tokenizers does with the same ``tokenizer.json``.

Added tokens are cut out first, the longest of those that begin leftmost; what lies between is cut into pieces by a
pattern, written in the byte alphabet of GPT-2, and merged pair by pair.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from llamoco_bench.errors import ModelError

FILE: Final = "tokenizer.json"


def _byte_alphabet() -> dict[int, str]:
    """Letter of each byte: itself where it can be seen, else one from 256 on."""
    seen = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = (byte for byte in range(256) if byte not in seen)
    return {byte: chr(byte) for byte in seen} | {byte: chr(256 + i) for i, byte in enumerate(others)}


_LETTERS: Final = _byte_alphabet()
_BYTES: Final = {letter: byte for byte, letter in _LETTERS.items()}


class Tokens:
    """Turns text into ids and back.

    Parameters
    ----------
    path: of ``tokenizer.json``.

    Raises
    ------
    ModelError: where it is not such a file, or its tokenizer does other things than this one.
    """

    def __init__(self, path: Path) -> None:
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            split, _ = found["pre_tokenizer"]["pretokenizers"]
            self._piece = re.compile(split["pattern"]["Regex"])
            self._ids: dict[str, int] = found["model"]["vocab"]
            self._ranks = {tuple(merge): rank for rank, merge in enumerate(found["model"]["merges"])}
            self._added: dict[str, int] = {entry["content"]: entry["id"] for entry in found["added_tokens"]}
            self._special = {entry["id"] for entry in found["added_tokens"] if entry["special"]}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, re.error) as error:
            raise ModelError(f"{path} is not the tokenizer of a nano model: {error!r}") from error
        longest_first = sorted(self._added, key=len, reverse=True)
        self._cut = re.compile("|".join(map(re.escape, longest_first)))
        self._texts = {number: text for text, number in (self._ids | self._added).items()}
        self._merged = lru_cache(maxsize=10_000)(self._merge)

    def id(self, token: str) -> int:
        """Id of an added token."""
        return self._added[token]

    def encode(self, text: str) -> list[int]:
        """Turn any text into ids."""
        return list(self._encode(text))

    def _encode(self, text: str) -> Iterator[int]:
        place = 0
        for match in self._cut.finditer(text):
            yield from self._between(text[place : match.start()])
            yield self._added[match[0]]
            place = match.end()
        yield from self._between(text[place:])

    def _between(self, text: str) -> Iterator[int]:
        for piece in self._piece.findall(text):
            yield from self._merged(piece)

    def _merge(self, piece: str) -> tuple[int, ...]:
        """Merge the pair that was learned first, until no pair is known."""
        parts = [_LETTERS[byte] for byte in piece.encode()]
        never = len(self._ranks)
        while len(parts) > 1:
            ranks = [self._ranks.get(pair, never) for pair in itertools.pairwise(parts)]
            best = min(ranks)
            if best == never:
                break
            parts = list(_joined(parts, ranks, best))
        return tuple(self._ids[part] for part in parts)

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids into text, without the special tokens."""
        return b"".join(self._bytes(number) for number in ids if number not in self._special).decode(errors="replace")

    def _bytes(self, number: int) -> bytes:
        text = self._texts[number]
        return text.encode() if text in self._added else bytes(_BYTES[letter] for letter in text)


def _joined(parts: list[str], ranks: list[int], best: int) -> Iterator[str]:
    """Join every pair of rank `best`, from the left."""
    i = 0
    while i < len(parts):
        if i < len(ranks) and ranks[i] == best:
            yield parts[i] + parts[i + 1]
            i += 2
        else:
            yield parts[i]
            i += 1
