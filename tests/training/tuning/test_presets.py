from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.baselines.models.base import Message, Request
from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.baselines.models.spec import parse_spec
from llamoco_bench.training.tuning.command import changed
from llamoco_bench.training.tuning.phases import FINAL, tune, warm_up
from llamoco_bench.training.tuning.presets import PRESETS
from llamoco_bench.training.tuning.settings import Run, Tuning
from tests.training.tuning import architectures
from tests.training.tuning.making import FP32, job

ARCHITECTURES = {"llamoco-s": "codegen", "llamoco-m": "phi", "llamoco-l": "llama"}


def test_the_presets_have_the_papers_settings() -> None:
    for name in ARCHITECTURES:
        preset = PRESETS[name]
        warm, tuning = preset.warm_up, preset.tuning
        assert (warm.optimizer, warm.learning_rate, warm.margin, warm.pooling) == ("sgd", 5e-4, 0.3, "last")
        assert (tuning.learning_rate, tuning.warmup_steps, tuning.epochs) == (5e-4, 1000, 20)
        assert warm.balance
        assert tuning.balance
    assert PRESETS["llamoco-s"].lora is None
    for name in ("llamoco-m", "llamoco-l"):
        lora = PRESETS[name].lora
        assert lora is not None
        assert (lora.rank, lora.alpha, lora.dropout) == (8, 32, 0.05)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_preset_runs_both_phases_on_its_architecture(name: str, tmp_path: Path) -> None:
    preset = PRESETS[name]
    base = architectures.save(ARCHITECTURES[name], tmp_path / "base")
    first = warm_up(job(base, tmp_path / "1", FP32, preset.lora), replace(preset.warm_up, steps=3))
    second = tune(
        job(tmp_path / "1" / FINAL, tmp_path / "2", replace(FP32, precision="bf16"), preset.lora),
        replace(preset.tuning, epochs=1),
    )
    assert (first["steps"], second["steps"]) == (3, 8)
    assert (tmp_path / "2" / FINAL / "adapter_model.safetensors").is_file() == (preset.lora is not None)
    model = make_model(parse_spec(f"hf:{tmp_path / '2' / FINAL}?max_new_tokens=4"))
    assert model.generate(Request("p", [Message("user", "x")])).finish_reason in ("stop", "length")
    model.close()


def test_options_take_the_place_of_the_presets_values() -> None:
    options = argparse.Namespace(epochs=3, balance=False, learning_rate=None)
    assert changed(Tuning(), options) == Tuning(epochs=3, balance=False)
    assert changed(Run(), options) == Run()
