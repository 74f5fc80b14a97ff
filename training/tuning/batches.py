"""Batches for instruction tuning: all prompts of a problem stand in one batch, problems are sampled by equation 5."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.tuning.balance import balanced

_POOL = 16
"""Batches that are sorted by length together; larger saves padding, smaller mixes better."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sampler has to know of the rows of a set, each list (n,) long.

    Attributes
    ----------
    problems: rows of one problem are told by it.
    optimizers: the winner, by which problems are balanced.
    lengths: tokens.
    """

    problems: Sequence[Hashable]
    optimizers: Sequence[str]
    lengths: Sequence[int]


class HomogeneousBatches:
    """A batch sampler for `torch.utils.data.DataLoader`: lists of row numbers, all epochs in one pass.

    It is a function of its arguments: a resumed training skips what it had, and every process of a data-parallel
    training computes the same batches and takes every `world`-th one. They all have the same number of batches, and
    those of one step have about the same length.

    Parameters
    ----------
    rows: of the set.
    epochs: in each, as many problems are drawn as there are.
    problems_at_once: problems in a batch.
    prompts: of a problem in a batch, drawn anew each time; 0 for all of them.
    balance: draw by equation 5, with replacement; else every problem once an epoch.
    seed: of the draws.
    rank, world: number of this process, and of processes.
    steps_of: the number of batches of each process is a multiple of it, so that accumulated gradients come out even.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        epochs: int = 1,
        problems_at_once: int = 1,
        prompts: int = 0,
        balance: bool = True,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
        steps_of: int = 1,
    ) -> None:
        if not 0 <= rank < world:
            raise ValueError(f"rank {rank} is not below the number of processes, {world}")
        self._members = _members(rows.problems)
        firsts = [members[0] for members in self._members]
        self._weights = balanced([rows.optimizers[first] for first in firsts]) if balance else None
        self._lengths = [max(rows.lengths[row] for row in members) for members in self._members]
        self._epochs, self._size, self._seed = epochs, problems_at_once, seed
        self._prompts = prompts
        self._rank, self._world = rank, world
        step = world * steps_of
        self._batches = max(1, -(-len(self._members) // (problems_at_once * step))) * step  # an epoch, all processes

    def __len__(self) -> int:
        """Batches of this process, in all epochs."""
        return self._epochs * self._batches // self._world

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the batches of this process."""
        for epoch in range(self._epochs):
            yield from itertools.islice(self._epoch(epoch), self._rank, None, self._world)

    def _epoch(self, epoch: int) -> Iterator[list[int]]:
        """Yield the batches of all processes."""
        rng = np.random.default_rng(derive_seed("batches", self._seed, epoch))
        for batch in self._by_length(self._draw(rng), rng):
            yield [row for problem in batch for row in self._chosen(problem, rng)]

    def _chosen(self, problem: int, rng: np.random.Generator) -> list[int]:
        """Rows of a problem that stand in a batch, as many as are wanted and there."""
        members = self._members[problem]
        if not 0 < self._prompts < len(members):
            return members
        return [members[place] for place in rng.permutation(len(members))[: self._prompts]]

    def _draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw the problems of an epoch, as many as fill its batches."""
        wanted, there = self._batches * self._size, len(self._members)
        if self._weights is not None:
            return rng.choice(there, wanted, p=self._weights)
        rounds = [rng.permutation(there) for _ in range(-(-wanted // there))]
        return np.concatenate(rounds)[:wanted]

    def _by_length(self, problems: NDArray[np.int64], rng: np.random.Generator) -> list[list[int]]:
        """Form batches of problems of about the same length; the processes' batches of one step stay together."""
        step = self._size * self._world
        pool = step * _POOL
        steps: list[list[int]] = []
        for start in range(0, len(problems), pool):
            chosen = sorted(problems[start : start + pool].tolist(), key=lambda problem: self._lengths[problem])
            steps += [chosen[i : i + step] for i in range(0, len(chosen), step)]
        order = rng.permutation(len(steps)).tolist()
        return [steps[i][j : j + self._size] for i in order for j in range(0, step, self._size)]


def _members(problems: Sequence[Hashable]) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for row, problem in enumerate(problems):
        found.setdefault(problem, []).append(row)
    return list(found.values())
