"""``pool:frequent``: the program that is best most often, apart for problems with constraints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Message, Model, Request, make_model, parse_spec
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.extraction import extract_program
from llamoco_bench.problems import list_problems
from llamoco_bench.testing import AdapterConformance

FREE = list_problems("synthetic/unconstrained/train")[:6]
BOUND = list_problems("synthetic/constrained/train")[:6]


def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    path.write_text(
        "".join(json.dumps({"problem": name, "prompt": "p", "answer": answer}) + "\n" for name, answer in rows)
    )
    return path


def frequent(path: Path) -> Model:
    return make_model(parse_spec(f"pool:frequent?examples={path}"))


def answer(model: Model, problem: str) -> str:
    return model.generate(Request(problem, [Message("user", "?")])).text


class TestFrequentConforms(AdapterConformance):
    @pytest.fixture
    def model(self) -> Model:
        return make_model(parse_spec("pool:frequent"))


def test_most_votes_win_for_each_kind(tmp_path: Path) -> None:
    rows = [(FREE[0], "a"), (FREE[1], "b"), (FREE[2], "b"), (BOUND[0], "c"), (BOUND[1], "d"), (BOUND[2], "c")]
    model = frequent(write(tmp_path / "e.jsonl", rows))
    assert answer(model, FREE[0]) == answer(model, "synthetic/u0000") == "b"
    assert answer(model, "cec2020/RC17") == "c"


def test_a_problem_has_one_vote_however_many_prompts_it_has(tmp_path: Path) -> None:
    rows = [(FREE[0], "a")] * 5 + [(FREE[1], "b"), (FREE[2], "b")]
    assert answer(frequent(write(tmp_path / "e.jsonl", rows)), FREE[3]) == "b"


def test_ties_do_not_depend_on_the_order(tmp_path: Path) -> None:
    rows = [(FREE[0], "b"), (FREE[1], "a")]
    there, back = frequent(write(tmp_path / "e.jsonl", rows)), frequent(write(tmp_path / "f.jsonl", rows[::-1]))
    assert answer(there, FREE[2]) == answer(back, FREE[2]) == "a"
    assert there.identity == back.identity


def test_a_kind_without_examples_is_an_error(tmp_path: Path) -> None:
    model = frequent(write(tmp_path / "e.jsonl", [(FREE[0], "a")]))
    with pytest.raises(ModelError, match="no problem with constraints, as cec2020/RC17 is"):
        answer(model, "cec2020/RC17")


def test_shipped_examples_give_two_programs_of_the_pool() -> None:
    model = make_model(parse_spec("pool:frequent"))
    programs = {extract_program(answer(model, problem)) for problem in (FREE[0], BOUND[0])}
    assert len(programs) == 2
    assert all(program and program.startswith("# optimizer: ") for program in programs)


def test_unknown_option_is_refused() -> None:
    with pytest.raises(UsageError, match=r"option of pool:frequent 'labels'.*Allowed: examples"):
        make_model(parse_spec("pool:frequent?labels=x"))
