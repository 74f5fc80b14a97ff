"""Prompts that are nearly the same: exact Jaccard similarity of shingles of words.

Descriptions are compared, not whole prompts: what the harness says around a description is the same everywhere. A
shingle is five words in a row; numbers count as words, since the dimension is one. Measured on the suite: from 0.8 on,
two descriptions are of the same functions in the same dimension and differ by a divisor or a weight; below, in a base
function, a constraint or a rotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

THRESHOLD: Final = 0.8
"""Similarity from which on two descriptions count as nearly the same."""

_LENGTH: Final = 5
_WORD: Final = re.compile(r"[A-Za-z_]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\S")
_ROWS_AT_ONCE: Final = 200


def shingles(text: str) -> frozenset[str]:
    """Return all runs of five words of a text; the whole text where it is shorter."""
    words = _WORD.findall(text)
    return frozenset(" ".join(words[i : i + _LENGTH]) for i in range(max(1, len(words) - _LENGTH + 1)))


def nearest(texts: Sequence[str], others: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find for each of n `texts` the most similar one of m `others`.

    Returns
    -------
    (n,) similarities in [0, 1], and (n,) the indices of those others.

    Raises
    ------
    ValueError: where there are no others.
    """
    if not others:
        raise ValueError("there is nothing to compare with")
    numbers: dict[str, int] = {}
    a, b = _incidence(texts, numbers), _incidence(others, numbers)
    a.resize((len(texts), len(numbers)))  # words that only the others have came later
    similarity, index = np.zeros(len(texts)), np.zeros(len(texts), np.intp)
    sizes_a, sizes_b = np.diff(a.indptr), np.diff(b.indptr)
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        common = (a[rows] @ b.T).toarray()
        jaccard = common / (sizes_a[rows, None] + sizes_b - common)
        similarity[rows], index[rows] = jaccard.max(axis=1), jaccard.argmax(axis=1)
    return similarity, index


def _incidence(texts: Iterable[str], numbers: dict[str, int]) -> csr_array:
    """Build the matrix (texts, shingles) of zeros and ones; new shingles get the next number."""
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in sorted(shingles(text))]
        ends.append(len(columns))
    data = np.ones(len(columns), np.float32)
    return csr_array((data, np.array(columns), np.array(ends)), shape=(len(ends) - 1, len(numbers)))
