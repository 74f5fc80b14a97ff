"""Phases on rows of a few tokens: everything is real but the size."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from llamoco_bench.training.tuning.encoding import Row
from llamoco_bench.training.tuning.loading import Trainable, load_trainable
from llamoco_bench.training.tuning.phases import Job
from llamoco_bench.training.tuning.settings import Lora, Run

FP32 = Run(precision="fp32", save_steps=2, seed=3)


def rows(problems: int = 8) -> list[Row]:
    """Three prompts a problem; the optimizer stands in prompt and answer."""
    lot = random.Random(0)
    found = []
    for problem in range(problems):
        kind = problem % 2
        for _ in range(3):
            prompt = tuple(lot.randrange(10, 90) for _ in range(lot.randrange(4, 9)))
            found.append(Row(f"p{problem}", "ab"[kind], (*prompt, 100 + kind), (200 + kind, 201, 1)))
    return found


def job(base: Path, folder: Path, run: Run = FP32, lora: Lora | None = None, **other: Any) -> Job:
    """A job on a checkpoint in `base`."""
    trainable: Trainable = load_trainable(str(base), lora)
    return Job(trainable, other.get("rows", rows()), folder, run, "test", other.get("say", lambda line: None))


def weights(folder: Path) -> dict[str, Any]:
    """Weights of a checkpoint or an adapter."""
    from safetensors.torch import load_file

    [file] = folder.glob("*.safetensors")
    return load_file(file)
