"""Sums of regression trees, evaluated for many points at once.

Every node that sends a point to the right rules out the leaves of its left subtree; the leaf reached is the leftmost
one not ruled out. With the leaves of a tree as bits of one word, the leaves ruled out by one variable are a table
look-up, and those of all variables their conjunction. Source: C. Lucchese et al., "QuickScorer: a fast algorithm to
rank documents with additive ensembles of regression trees", SIGIR 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array

_WORD: Final = 64
_ALL: Final = np.uint64(2**_WORD - 1)
_ONE: Final = np.uint64(1)


class _Column(NamedTuple):
    """Leaves that one variable leaves possible: row k holds where k of the thresholds are at most its value."""

    variable: int
    thresholds: Array
    possible: NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Forest:
    """A sum of regression trees with at most 64 leaves each; a child stands behind its parent.

    Parameters
    ----------
    feature: (t, m) int, variable that a node compares.
    split: (t, m), a node's threshold, or a leaf's value.
    left, right: (t, m) int, children of a node: left where variable < threshold; 0 at leaves and unused places.
    base: (1,), added to the sum of the leaves reached.
    """

    feature: NDArray[Any]
    split: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    base: NDArray[Any]

    def predict(self, points: Array) -> Array:
        """Values of points (n, dim), (n,)."""
        possible: NDArray[np.uint64] | None = None
        for variable, thresholds, table in self._columns:
            row = table.take(thresholds.searchsorted(points[:, variable], side="right"), axis=0)
            possible = row if possible is None else np.bitwise_and(possible, row, out=possible)
        assert possible is not None
        lowest = possible & (~possible + _ONE)
        leaf = np.bitwise_count(lowest - _ONE) + self._offset
        total: Array = self._leaf_values.take(leaf).sum(axis=1) + float(self.base[0])
        return total

    @cached_property
    def _offset(self) -> NDArray[np.intp]:
        return np.arange(len(self.left)) * _WORD

    @cached_property
    def _inner(self) -> NDArray[np.bool_]:
        return self.left > 0

    @cached_property
    def _numbering(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Leaves below each node, and the number of the leftmost of them from the left, both (t, m)."""
        trees = np.arange(len(self.left))
        count, first = np.ones(self.left.shape, np.intp), np.zeros(self.left.shape, np.intp)
        for node in reversed(range(self.left.shape[1])):
            below = count[trees, self.left[:, node]] + count[trees, self.right[:, node]]
            count[:, node] = np.where(self._inner[:, node], below, 1)
        for node in range(self.left.shape[1]):
            t = trees[self._inner[:, node]]
            left, right = self.left[t, node], self.right[t, node]
            first[t, left] = first[t, node]
            first[t, right] = first[t, node] + count[t, left]
        return count, first

    @cached_property
    def _leaf_values(self) -> Array:
        """Values of the leaves of all trees in turn, each tree's from left to right in 64 places, (64 t,)."""
        _, first = self._numbering
        tree, node = np.nonzero(self._reachable & ~self._inner)
        values = np.zeros((len(self.left), _WORD))
        values[tree, first[tree, node]] = self.split[tree, node]
        return values.ravel()

    @cached_property
    def _reachable(self) -> NDArray[np.bool_]:
        """Tells nodes from unused places, (t, m)."""
        reachable = np.zeros(self.left.shape, np.bool_)
        reachable[:, 0] = True
        tree = np.nonzero(self._inner)[0]
        for child in (self.left, self.right):
            reachable[tree, child[self._inner]] = True
        return reachable

    @cached_property
    def _columns(self) -> tuple[_Column, ...]:
        variables = np.unique(self.feature[self._inner])
        # A forest of single leaves compares nothing; any variable will do to give the shape.
        return tuple(self._column(int(variable)) for variable in (variables if len(variables) else [0]))

    def _column(self, variable: int) -> _Column:
        count, first = self._numbering
        tree, node = np.nonzero(self._inner & (self.feature == variable))
        thresholds, place = np.unique(self.split[tree, node].astype(np.float64), return_inverse=True)
        leaves = count[tree, self.left[tree, node]].astype(np.uint64)
        # A shift by the whole word would be undefined, but a left subtree never holds all leaves.
        ruled_out = ((_ONE << leaves) - _ONE) << first[tree, node].astype(np.uint64)
        possible = np.full((len(thresholds) + 1, len(self.left)), _ALL)
        np.bitwise_and.at(possible, (place + 1, tree), ~ruled_out)
        return _Column(variable, thresholds, np.bitwise_and.accumulate(possible, axis=0))
