"""How much of the way to the virtual best solver is told on the card."""

from __future__ import annotations

import pytest

from llamoco_bench.training.nano.card import gap_closed


@pytest.mark.parametrize(("model", "told"), [(0.6, "50%"), (0.5, "0%"), (0.4, "-50%"), (0.7, "100%"), (0.8, "150%")])
def test_share_of_the_way_from_the_single_to_the_virtual_best(model: float, told: str) -> None:
    ways = {"single best": {"reach": 0.5}, "model": {"reach": model}, "best": {"reach": 0.7}}
    assert gap_closed(ways, "best", "reach") == told


def test_no_way_no_share() -> None:
    ways = {"single best": {"perf": 0.7}, "model": {"perf": 0.9}, "best": {"perf": 0.7}}
    assert gap_closed(ways, "best", "perf") == "-"
