"""Which items a shard has."""

from __future__ import annotations

import pytest

from llamoco_bench.baselines.models.spec import parse_specs
from llamoco_bench.errors import UsageError
from llamoco_bench.options import _shard
from llamoco_bench.settings import Settings, Shard

MODELS = ("random", "pool:slsqp", "pool:de")


def shard(number: int, of: int, *models: str, suite: str = "cec2020") -> Settings:
    return Settings(models=parse_specs(models), suites=(suite,), shard=Shard(number, of))


@pytest.mark.parametrize("suite", ["smoke", "cec2020"])
@pytest.mark.parametrize("of", [1, 2, 3, 5, 16])
def test_shards_are_a_partition_balanced_in_all_and_for_each_model(suite: str, of: int) -> None:
    everything = list(Settings(models=parse_specs(MODELS), suites=(suite,)).items())
    shards = [list(shard(number, of, *MODELS, suite=suite).items()) for number in range(1, of + 1)]
    assert sorted(str(item) for part in shards for item in part) == sorted(map(str, everything))
    counts = [len(part) for part in shards]
    assert max(counts) - min(counts) <= 1
    for label in MODELS:
        counts = [sum(spec.label == label for _, _, spec in part) for part in shards]
        assert max(counts) - min(counts) <= 1


def test_order_of_the_models_does_not_move_items_between_shards() -> None:
    one, other = (set(map(str, shard(2, 4, *models).items())) for models in (MODELS, MODELS[::-1]))
    assert one == other


def test_items_of_a_shard_keep_the_order_of_the_suite() -> None:
    everything = list(Settings(models=parse_specs(MODELS)).items())
    places = [everything.index(item) for item in shard(1, 3, *MODELS).items()]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "1/2/3", "\u00b2/3", ""])
def test_wrong_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="I from 1 to N"):
        _shard(text)


def test_shard_is_read() -> None:
    assert _shard("3/16") == Shard(3, 16)
