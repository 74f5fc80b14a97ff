"""The adapters of OPRO and LMEA over a recorded model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.baselines.models import Model, make_model, parse_spec
from llamoco_bench.baselines.models.points.base import PointModel, Space
from llamoco_bench.baselines.models.registry import proposes_points
from llamoco_bench.testing import AdapterConformance


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({"problem": "synthetic/u0000", "text": "[1, 2]"}))
    return file


@pytest.mark.parametrize("kind", ["opro", "lmea"])
class TestConforms(AdapterConformance):
    @pytest.fixture
    def model(self, kind: str, recorded: Path) -> Model:
        return make_model(parse_spec(f"{kind}:replay:{recorded}"))


@pytest.mark.parametrize("kind", ["opro", "lmea"])
def test_every_setting_and_the_model_below_are_in_the_identity(kind: str, recorded: Path) -> None:
    def identity(query: str = "") -> str:
        return json.dumps(dict(make_model(parse_spec(f"{kind}:replay:{recorded}{query}")).identity), sort_keys=True)

    options = list(parse_spec(f"{kind}:replay:{recorded}").options)
    assert len({identity(), *(identity(f"?{name}=7") for name in options)}) == len(options) + 1
    before = identity()
    recorded.write_text(json.dumps({"problem": "synthetic/u0000", "text": "[3, 4]"}))
    assert identity() != before


@pytest.mark.parametrize("kind", ["opro", "lmea"])
def test_options_of_the_spec_reach_the_method(kind: str, recorded: Path) -> None:
    spec = parse_spec(f"{kind}:replay:{recorded}?{'start' if kind == 'opro' else 'population'}=3")
    model = make_model(spec)
    assert proposes_points(spec)
    assert isinstance(model, PointModel)
    method = model.method(Space(np.zeros(2), np.ones(2), "", 0))
    assert len(method.start(np.random.default_rng(0))) == 3
