"""The model that ships with the package is whole, and is the one that its card is about."""

from __future__ import annotations

import hashlib
import re

import pytest

from llamoco_bench.baselines.models.nano.adapter import SHIPPED, Nano
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
