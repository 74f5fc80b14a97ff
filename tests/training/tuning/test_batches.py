from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.training.tuning.balance import balanced
from llamoco_bench.training.tuning.batches import HomogeneousBatches, Rows

OPTIMIZERS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=40)


def rows_of(optimizers: str | list[str], prompts: int = 5) -> Rows:
    """`prompts` rows a problem, in an order that mixes problems."""
    n = len(optimizers)
    return Rows(
        [f"p{i % n}" for i in range(prompts * n)],
        [optimizers[i % n] for i in range(prompts * n)],
        [10 * (i % n) + i // n for i in range(prompts * n)],
    )


@given(OPTIMIZERS)
def test_every_optimizer_is_sampled_equally_often(optimizers: list[str]) -> None:
    weights = balanced(optimizers)
    shares = [weights[[name == other for name in optimizers]].sum() for other in set(optimizers)]
    np.testing.assert_allclose(shares, 1 / len(shares))


def test_the_weights_are_those_of_equation_5() -> None:
    # Two optimizers; one of them won on three instances, the other on one.
    np.testing.assert_allclose(balanced(["a", "a", "b", "a"]), [1 / 6, 1 / 6, 1 / 2, 1 / 6])


@given(OPTIMIZERS, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_a_batch_holds_whole_problems_and_processes_share_them_out(
    optimizers: list[str], at_once: int, world: int, steps_of: int, balance: bool
) -> None:
    rows = rows_of(optimizers)
    settings = {"problems_at_once": at_once, "balance": balance, "epochs": 2, "steps_of": steps_of}
    shards = [
        HomogeneousBatches(rows, rank=rank, world=world, **settings)  # type: ignore[arg-type]
        for rank in range(world)
    ]
    lists = [list(shard) for shard in shards]
    assert {len(batches) for batches in lists} == {len(shards[0])}
    assert len(shards[0]) % (2 * steps_of) == 0
    for batch in (batch for batches in lists for batch in batches):
        counts = Counter(rows.problems[row] for row in batch)
        assert sum(counts.values()) == 5 * at_once
        assert all(n % 5 == 0 for n in counts.values())


def test_without_balance_every_problem_comes_once_an_epoch() -> None:
    rows = rows_of("aabcdabd")
    batches = list(HomogeneousBatches(rows, epochs=3, balance=False))
    for epoch in range(3):
        part = batches[8 * epoch : 8 * epoch + 8]
        assert sorted(row for batch in part for row in batch) == list(range(40))
    assert batches[:8] != batches[8:16]


def test_with_balance_a_rare_optimizer_comes_as_often_as_a_frequent_one() -> None:
    rows = rows_of("a" * 39 + "b")
    batches = list(HomogeneousBatches(rows, epochs=50))
    share = np.mean([rows.optimizers[batch[0]] == "b" for batch in batches])
    assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(len(batches))


def test_processes_have_batches_of_like_length_in_the_same_step() -> None:
    rows = rows_of("abcd" * 64)
    shards = [list(HomogeneousBatches(rows, balance=False, rank=rank, world=2)) for rank in (0, 1)]
    gaps = [abs(rows.lengths[a[0]] - rows.lengths[b[0]]) for a, b in zip(*shards, strict=True)]
    lengths = [rows.lengths[batch[0]] for batch in shards[0]]
    assert np.mean(gaps) < 0.2 * np.mean(np.abs(np.diff(lengths)))
    assert sorted(row for shard in shards for batch in shard for row in batch) == list(range(5 * 256))


def test_several_processes_see_what_one_would_see() -> None:
    rows = rows_of("abcd" * 8)
    shards = [list(HomogeneousBatches(rows, rank=rank, world=2, seed=5)) for rank in (0, 1)]
    drawn = Counter(rows.problems[batch[0]] for shard in shards for batch in shard)
    alone = Counter(rows.problems[batch[0]] for batch in HomogeneousBatches(rows, seed=5))
    assert drawn == alone


def test_fewer_prompts_of_a_problem_are_drawn_anew_each_time() -> None:
    rows = rows_of("ab")
    batches = list(HomogeneousBatches(rows, prompts=2, epochs=30))
    assert all(len(set(batch)) == 2 and len({rows.problems[row] for row in batch}) == 1 for batch in batches)
    assert {row for batch in batches for row in batch} == set(range(10))
    assert all(len(batch) == 5 for batch in HomogeneousBatches(rows, prompts=7))


def test_the_seed_decides() -> None:
    rows = rows_of("aabbcd")
    assert list(HomogeneousBatches(rows, seed=1)) == list(HomogeneousBatches(rows, seed=1))
    assert list(HomogeneousBatches(rows, seed=1, epochs=4)) != list(HomogeneousBatches(rows, seed=2, epochs=4))


def test_a_rank_outside_the_world_is_refused() -> None:
    with pytest.raises(ValueError, match="rank 2"):
        HomogeneousBatches(rows_of("ab"), rank=2, world=2)
