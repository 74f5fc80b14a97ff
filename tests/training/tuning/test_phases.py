from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from llamoco_bench.errors import UsageError
from llamoco_bench.training.tuning.contrastive import pooled
from llamoco_bench.training.tuning.encoding import prompt_batch
from llamoco_bench.training.tuning.phases import FINAL, Job, result_of, tune, warm_up
from llamoco_bench.training.tuning.settings import Lora, Tuning, WarmUp
from tests.models.tiny_checkpoints import save_llama
from tests.training.tuning.making import FP32, job, rows, weights

TUNING = Tuning(epochs=2, warmup_steps=2, accumulate=2)
WARM_UP = WarmUp(steps=6, triplets=4, optimizer="adamw_torch", learning_rate=5e-3, collapse=0)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llama(tmp_path_factory.mktemp("base"))


def test_tuning_learns_the_answers(base: Path, tmp_path: Path) -> None:
    result = tune(job(base, tmp_path), replace(TUNING, epochs=20, learning_rate=1e-2))
    losses = [entry["loss"] for entry in result["log"] if "loss" in entry]
    assert losses[-1] < 0.3 * losses[0]
    assert result_of(tmp_path) == json.loads(json.dumps(result))
    assert list((tmp_path / "tensorboard").glob("events*"))
    assert (tmp_path / FINAL / "tokenizer.json").is_file()


def test_warm_up_draws_prompts_of_one_optimizer_together(base: Path, tmp_path: Path) -> None:
    work = job(base, tmp_path)
    before = _contrast(work)
    result = warm_up(work, replace(WARM_UP, steps=40))
    assert not result["collapsed"]
    assert _contrast(work) > before + 0.1
    assert all({"positive", "negative", "ordered"} <= set(entry) for entry in result["log"] if "loss" in entry)


def _contrast(work: Job) -> float:
    """Mean cosine similarity within the two optimizers less that between them."""
    inputs = prompt_batch([row.prompt for row in work.rows], work.trainable.padding)
    with torch.no_grad():
        hidden = work.trainable.model(**inputs, output_hidden_states=True).hidden_states[-1]
    units = torch.nn.functional.normalize(pooled(hidden, inputs["attention_mask"], "last"), dim=-1)
    cosine = units @ units.T
    kinds = torch.tensor([row.optimizer == "a" for row in work.rows])
    same = kinds[:, None] == kinds
    return float(cosine[same].mean() - cosine[~same].mean())


def test_a_collapse_ends_the_warm_up(base: Path, tmp_path: Path) -> None:
    said: list[str] = []
    result = warm_up(job(base, tmp_path, say=said.append), replace(WARM_UP, steps=200, collapse=1.0))
    assert result["collapsed"]
    assert result["steps"] < 200


def test_warm_up_needs_two_optimizers(base: Path, tmp_path: Path) -> None:
    alike = [row for row in rows() if row.optimizer == "a"]
    with pytest.raises(UsageError, match="two optimizers"):
        warm_up(job(base, tmp_path, rows=alike), WARM_UP)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft provokes it in transformers
@pytest.mark.parametrize("phase", ["warm_up", "tune"])
def test_a_resumed_phase_ends_as_one_that_ran_through(base: Path, tmp_path: Path, phase: str) -> None:
    def run(folder: Path, stops: list[int]) -> None:
        for stop in stops:
            work = job(base, folder, replace(FP32, max_steps=stop), Lora(rank=2))
            warm_up(work, WARM_UP) if phase == "warm_up" else tune(work, TUNING)
            assert (result_of(folder) is not None) == (stop == stops[-1])

    run(tmp_path / "through", [0])
    run(tmp_path / "broken", [3, 0])  # after a step that is no checkpoint's, and with dropout on
    one, other = (weights(tmp_path / name / FINAL) for name in ("through", "broken"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    changed = [name for name in one if "lora_B" in name and one[name].any()]
    assert changed


def test_accumulated_gradients_are_those_of_one_large_batch(base: Path, tmp_path: Path) -> None:
    for name, problems, accumulate in (("large", 2, 1), ("small", 1, 2)):
        settings = replace(TUNING, epochs=1, problems=problems, accumulate=accumulate, balance=False, warmup_steps=0)
        tune(job(base, tmp_path / name, rows=_of_equal_length()), settings)
    one, other = (weights(tmp_path / name / FINAL) for name in ("large", "small"))
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=0, atol=2e-4)


def _of_equal_length() -> list[object]:
    return [replace(row, prompt=row.prompt[-4:]) for row in rows(2)]
