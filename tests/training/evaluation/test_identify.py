from __future__ import annotations

import pytest

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.training.evaluation.identify import Choice, identify


@pytest.mark.parametrize("name", POOL)
def test_a_program_of_the_pool_is_recognised_with_its_configuration(name: str) -> None:
    for config in (POOL[name].configurations()[0], POOL[name].configurations()[-1]):
        expected = Choice(name, canonical_json(POOL[name].complete(config)))
        assert identify(POOL[name].source(config)) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("best[2]", "best[1]"),
        lambda text: text.replace("SAMPLES = 16", "SAMPLES = '16'"),
        lambda text: text.replace("SAMPLES = 16", "SAMPLES = some"),
        lambda text: text[:-30] + "(",
        lambda text: "",
    ],
)
def test_a_program_that_differs_by_a_letter_is_none_of_the_pool(change: object) -> None:
    source = POOL["slsqp"].source()
    changed = change(source)  # type: ignore[operator]
    assert changed != source
    assert identify(changed) is None
