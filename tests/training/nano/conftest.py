from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.training.instructions.build import read_group
from llamoco_bench.training.nano.architecture import Shape, export, new_model
from llamoco_bench.training.nano.vocabulary import train_tokenizer

SHAPE = Shape(width=32, layers=2, heads=2, hidden=64, vocabulary=1600)


@pytest.fixture(scope="session")
def checkpoint(instruction_set: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nano model with random weights and a trained tokenizer."""
    import torch

    prompts = [pair.prompt for pair in read_group(instruction_set[0], "train")]
    tokenizer = train_tokenizer(prompts, [], SHAPE.vocabulary)
    model = new_model(SHAPE, tokenizer, seed=0)
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(4)  # so that logits differ
    folder = tmp_path_factory.mktemp("nano") / "checkpoint"
    export(model, tokenizer, folder)
    return folder
