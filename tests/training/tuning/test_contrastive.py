from __future__ import annotations

from collections import Counter

import pytest
import torch

from llamoco_bench.training.tuning.contrastive import Triplets, contrastive_loss, distance, pooled


@pytest.mark.parametrize("margin", [0.1, 0.3, 0.5])
def test_the_loss_is_half_of_torchs_cosine_embedding_loss(margin: float) -> None:
    anchor, positive, negative = torch.randn(3, 64, 16, generator=torch.Generator().manual_seed(1)).unbind()
    peer = torch.nn.CosineEmbeddingLoss(margin=1 - 2 * margin)
    ones = torch.ones(64)
    expected = (peer(anchor, positive, ones) + peer(anchor, negative, -ones)) / 2
    torch.testing.assert_close(contrastive_loss(anchor, positive, negative, margin).loss, expected)


def test_the_distance_is_0_for_one_direction_and_1_for_opposite_ones() -> None:
    a = torch.tensor([[1.0, 2.0], [1.0, 2.0], [1.0, 0.0]])
    b = torch.tensor([[2.0, 4.0], [-3.0, -6.0], [0.0, 5.0]])
    torch.testing.assert_close(distance(a, b), torch.tensor([0.0, 1.0, 0.5]), atol=1e-6, rtol=0)


def test_negatives_beyond_the_margin_no_longer_count() -> None:
    anchor = torch.tensor([[1.0, 0.0]])
    found = contrastive_loss(anchor, anchor, torch.tensor([[0.0, 1.0]]))  # G- is 0.5
    assert found.loss == 0
    assert found.ordered == 1


def test_pooling_sees_no_padding() -> None:
    hidden = torch.arange(12.0).reshape(2, 3, 2)
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert pooled(hidden, mask, "last").tolist() == [[2.0, 3.0], [10.0, 11.0]]
    assert pooled(hidden, mask, "mean").tolist() == [[1.0, 2.0], [8.0, 9.0]]


def test_triplets_go_by_optimizer_and_are_balanced() -> None:
    problems = [f"p{i // 2}" for i in range(40)]
    optimizers = ["a"] * 30 + ["b"] * 8 + ["c"] * 2
    triplets = Triplets(problems, optimizers, seed=0)
    drawn = [triplets.draw(i) for i in range(600)]
    for anchor, positive, negative in drawn:
        assert optimizers[anchor] == optimizers[positive] != optimizers[negative]
        assert problems[anchor] != problems[positive] or optimizers[anchor] == "c"  # c has a single problem
    for kind in (0, 2):
        counts = Counter(optimizers[triplet[kind]] for triplet in drawn)
        assert all(abs(n / 600 - 1 / 3) < 0.1 for n in counts.values())
    assert drawn[:5] == [Triplets(problems, optimizers, seed=0).draw(i) for i in range(5)]


def test_contrast_needs_two_optimizers() -> None:
    with pytest.raises(ValueError, match="two optimizers"):
        Triplets(["p", "q"], ["a", "a"], seed=0)
