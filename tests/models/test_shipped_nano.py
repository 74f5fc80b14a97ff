"""The model that ships with the package is whole, and is the one that its card is about."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models.nano import adapter
from llamoco_bench.baselines.models.nano.adapter import SHIPPED, Nano
from llamoco_bench.baselines.models.spec import parse_spec
from llamoco_bench.errors import ModelError
from llamoco_bench.evaluation import first_request
from llamoco_bench.extraction import extract_program
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.settings import Settings


@pytest.mark.parametrize("suite", ["smoke", "synthetic/test", "realistic"])
def test_it_answers_a_problem_of_any_kind_with_a_program(suite: str) -> None:
    nano = Nano(SHIPPED)
    for problem_id in list_problems(suite)[:: max(1, len(list_problems(suite)) // 4)]:
        program = extract_program(nano.generate(first_request(load_problem(problem_id), Settings(models=()))).text)
        assert program is not None
        compile(program, problem_id, "exec")
        assert "def solve(" in program


def test_its_card_is_about_these_weights_and_it_is_small() -> None:
    digest = hashlib.sha256((SHIPPED / "model.safetensors").read_bytes()).hexdigest()
    assert re.findall(r"SHA-256 of the weights: `(\w+)`", (SHIPPED / "README.md").read_text()) == [digest]
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 20_000_000


def cut_off(text: str) -> str:
    return text[: len(text) // 2]


def with_(**changes: object) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), **changes})


def without_its_first_token(text: str) -> str:
    tokenizer: dict[str, Any] = json.loads(text)
    return json.dumps({**tokenizer, "added_tokens": tokenizer["added_tokens"][1:]})


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.json", cut_off),
        ("config.json", lambda _: "[]"),
        ("config.json", with_(num_attention_heads=0, head_dim=None)),
        ("config.json", with_(max_position_embeddings="many")),
        ("config.json", with_(num_attention_heads=7)),
        ("config.json", with_(num_hidden_layers=99)),
        ("tokenizer.json", cut_off),
        ("tokenizer.json", lambda _: "[]"),
        ("tokenizer.json", without_its_first_token),
        ("model.safetensors", lambda _: ""),
        ("model.safetensors", lambda _: "\2" * 100),
    ],
)
def test_damaged_files_are_told_before_a_session_begins(
    file: str, change: Callable[[str], str], tmp_path: Path
) -> None:
    folder = tmp_path / "nano"
    shutil.copytree(SHIPPED, folder)
    text = "" if file == "model.safetensors" else (folder / file).read_text()
    (folder / file).write_text(change(text))
    with pytest.raises(ModelError, match=re.escape(str(folder))):
        adapter.prepare(parse_spec(f"nano?folder={folder}"), print)
