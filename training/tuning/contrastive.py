"""Phase 1: prompts that the same optimizer solves best are drawn together, others are pushed apart.

LLaMoCo, section 3.2, equations 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.tuning.balance import balanced

if TYPE_CHECKING:
    from torch import Tensor

MARGIN: Final = 0.3
"""phi of equation 4, in units of half the cosine distance."""

Pooling = Literal["last", "mean"]


@dataclass(frozen=True, slots=True)
class Distances:
    """Loss of a batch of triplets, and what it is made of; scalars.

    Attributes
    ----------
    loss: mean of equation 3 over the batch.
    positive, negative: mean G between anchor and positive, and anchor and negative, each in [0, 1].
    ordered: share of triplets whose positive is nearer than their negative.
    """

    loss: Tensor
    positive: Tensor
    negative: Tensor
    ordered: Tensor


def contrastive_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = MARGIN) -> Distances:
    """Compute the loss of triplets of embeddings, each (n, width)."""
    near, far = distance(anchor, positive), distance(anchor, negative)
    loss = near + (margin - far).clamp(min=0)  # eq. 3, with G and the margin phi of eq. 4
    return Distances(loss.mean(), near.mean(), far.mean(), (near < far).float().mean())


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Half the cosine distance of embeddings (n, width): (n,), 0 for one direction, 1 for opposite ones."""
    import torch

    return (1 - torch.nn.functional.cosine_similarity(a.float(), b.float(), dim=-1)) / 2  # G, eq. 4


def pooled(hidden: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """Turn hidden states (n, length, width) into embeddings (n, width).

    Parameters
    ----------
    mask: (n, length), 1 for tokens and 0 for padding, which stands on the right.
    pooling: ``last`` takes that of the last token, as the paper does; ``mean`` that of all tokens.
    """
    import torch

    if pooling == "last":
        last = mask.sum(dim=1) - 1
        return hidden[torch.arange(len(hidden), device=hidden.device), last]
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)


class Triplets:
    """Draws anchor, positive and negative: rows of a set, by what their optimizer is.

    The anchor is drawn by equation 5; the positive is another prompt of the same optimizer, of another problem where
    there is one; the negative is drawn by equation 5 among the other optimizers. Triplet number i is a function of
    seed and i.

    Parameters
    ----------
    problems, optimizers: (n,) of the rows.
    balance: draw by equation 5; else all rows are equally likely.

    Raises
    ------
    ValueError: where there is only one optimizer, so that no negative exists.
    """

    def __init__(self, problems: Sequence[str], optimizers: Sequence[str], seed: int, *, balance: bool = True) -> None:
        if len(set(optimizers)) < 2:
            raise ValueError("contrast needs rows of at least two optimizers")
        self._problems, self._optimizers = np.array(problems), np.array(optimizers)
        self._seed = seed
        self._weights = balanced(optimizers) if balance else np.full(len(optimizers), 1 / len(optimizers))

    def draw(self, number: int) -> tuple[int, int, int]:
        """Rows of the triplet: anchor, positive, negative."""
        rng = np.random.default_rng(derive_seed("triplet", self._seed, number))
        anchor = int(rng.choice(len(self._weights), p=self._weights))
        same = self._optimizers == self._optimizers[anchor]
        elsewhere = same & (self._problems != self._problems[anchor])
        positive = int(rng.choice(np.flatnonzero(elsewhere if elsewhere.any() else same)))
        others = np.where(same, 0.0, self._weights)
        return anchor, positive, int(rng.choice(len(others), p=others / others.sum()))
