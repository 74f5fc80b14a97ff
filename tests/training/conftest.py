"""Fixtures: a toy problem for tests of labels; a small instruction set and a nano model for the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.training.instructions.build import build, read_group
from llamoco_bench.training.nano.architecture import export, new_model
from llamoco_bench.training.nano.vocabulary import train_tokenizer
from tests.training.label_toys import MakeToy, toy_problem
from tests.training.nano.making import SHAPE
from tests.training.rule_labels import rule_labels


@pytest.fixture
def make_toy() -> MakeToy:
    return toy_problem


@pytest.fixture(scope="session")
def instruction_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A small instruction set with rule-made labels, and its manifest."""
    folder = tmp_path_factory.mktemp("instructions") / "set"
    return folder, build(rule_labels(IDS[::75]), folder, {"provenance": "rule"}, lambda line: None)


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
