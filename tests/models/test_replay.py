"""Kind ``replay``: recorded answers from files and runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models import (
    Generation,
    Message,
    Model,
    Request,
    Usage,
    make_model,
    parse_spec,
    prepare_model,
)
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.journal import Journal
from llamoco_bench.testing import AdapterConformance

ANSWER = {"problem": "synthetic/u0000", "text": "import this"}


def write(path: Path, *records: object, tail: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + tail, encoding="utf-8")
    return path


def replay(path: Path, options: str = "") -> Model:
    return make_model(parse_spec(f"replay:{path}{options}"))


def ask(model: Model, problem: str = "synthetic/u0000", turn: int = 0, sample: int = 0) -> Generation:
    return model.generate(Request(problem, [Message("user", "?")], turn=turn, sample=sample))


class TestReplayConforms(AdapterConformance):
    @pytest.fixture
    def model(self, tmp_path: Path) -> Model:
        return replay(write(tmp_path / "a.jsonl", ANSWER))


def test_answer_is_found_by_problem_turn_and_sample(tmp_path: Path) -> None:
    usage = {"input_tokens": 7, "output_tokens": 9}
    file = write(
        tmp_path / "a.jsonl",
        {"problem": "p", "text": "first", "usage": usage, "finish_reason": "length"},
        {"problem": "p", "text": "repair", "turn": 1},
        {"problem": "p", "text": "second sample", "sample": 1, "usage": None},
    )
    model = replay(file)
    assert ask(model, "p") == Generation("first", Usage(7, 9), "length")
    assert ask(model, "p", turn=1).text == "repair"
    assert ask(model, "p", sample=1) == Generation("second sample")


def test_missing_answer_is_an_infrastructure_error_that_names_the_problem(tmp_path: Path) -> None:
    model = replay(write(tmp_path / "a.jsonl", ANSWER))
    with pytest.raises(ModelError, match="synthetic/u0001, sample 0"):
        ask(model, "synthetic/u0001")


def test_missing_repair_is_an_empty_answer(tmp_path: Path) -> None:
    assert ask(replay(write(tmp_path / "a.jsonl", ANSWER)), turn=1).text == ""


@pytest.mark.parametrize(
    ("record", "got"),
    [
        ([1], "a list"),
        ({"text": "x"}, "problem is None"),
        ({"problem": "", "text": "x"}, "problem is ''"),
        ({"problem": "p"}, "text is None"),
        ({"problem": "p", "text": 3}, "text is 3"),
        ({"problem": "p", "text": "x", "turn": 2}, "turn is 2"),
        ({"problem": "p", "text": "x", "turn": True}, "turn is True"),
        ({"problem": "p", "text": "x", "sample": -1}, "sample is -1"),
        ({"problem": "p", "text": "x", "finish_reason": None}, "finish_reason is None"),
        ({"problem": "p", "text": "x", "usage": {"input_tokens": 1}}, "usage is"),
        ({"problem": "p", "text": "x", "usage": 12}, "usage is 12"),
    ],
)
def test_malformed_line_is_refused_before_the_run_with_its_number(record: object, got: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", ANSWER, record)
    with pytest.raises(UsageError, match="line 2") as caught:
        prepare_model(parse_spec(f"replay:{file}"))
    assert got in str(caught.value)
    assert "Expected an object with problem" in str(caught.value)


@pytest.mark.parametrize("tail", ['{"problem": "p", "te', "\x00", "[" * 100_000])
def test_what_is_not_json_is_refused_with_its_line(tail: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", ANSWER, tail=tail)
    with pytest.raises(UsageError, match="line 2: not JSON"):
        replay(file)


def test_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"GGUF\xff\xfe\x00")
    with pytest.raises(UsageError, match="line 1: not JSON"):
        replay(file)


def test_missing_file_empty_file_and_empty_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="does not exist"):
        replay(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="holds no answers"):
        replay(tmp_path / "empty.jsonl")
    with pytest.raises(UsageError, match="holds no journal"):
        replay(tmp_path / "folder")


def test_two_answers_to_one_question_are_refused_with_both_lines(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", ANSWER, {**ANSWER, "text": "another"})
    with pytest.raises(UsageError, match=r"line 2: a second answer .* line 1"):
        replay(file)


def generation(problem: str, text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "generation", "problem": problem, "model": "m", "turn": 0, "sample": 0, "text": text, **more}


def test_a_run_can_be_replayed_from_its_folder(tmp_path: Path) -> None:
    for worker, problem in (("gw0", "p"), ("gw1", "q")):
        with Journal(tmp_path / "run" / "journal" / f"{worker}.jsonl") as journal:
            journal.append(generation(problem, f"of {worker}", usage={"input_tokens": 1, "output_tokens": 2}))
            journal.append({"kind": "run", "problem": problem, "best_f": float("nan"), "turn": 17})
    for place in (tmp_path / "run", tmp_path / "run" / "journal"):
        model = replay(place)
        assert [ask(model, problem).text for problem in "pq"] == ["of gw0", "of gw1"]
        assert ask(model, "p").usage == Usage(1, 2)


def test_torn_last_line_of_a_journal_is_passed_over_but_no_other(tmp_path: Path) -> None:
    first, torn = generation("p", "kept"), '{"kind": "generation", "prob'
    assert ask(replay(write(tmp_path / "a.jsonl", first, tail=torn)), "p").text == "kept"
    with pytest.raises(UsageError, match="line 2: not JSON"):
        replay(write(tmp_path / "b.jsonl", first, tail=torn + "\n" + json.dumps(generation("q", "")) + "\n"))


def test_newest_answer_of_a_run_wins(tmp_path: Path) -> None:
    older = write(tmp_path / "journal" / "b.jsonl", generation("p", "old"))
    write(tmp_path / "journal" / "a.jsonl", generation("p", "new"), generation("p", "newest"))
    os.utime(older, (1, 1))
    assert ask(replay(tmp_path), "p").text == "newest"


def test_line_that_names_no_model_among_others_is_pointed_out(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", {"problem": "p", "text": "of m", "model": "m"}, {"problem": "q", "text": "?"})
    with pytest.raises(UsageError, match=r"several models; .*a\.jsonl, line 2 names no model.* Labels: m$"):
        replay(file)
    assert ask(replay(file, "?model=m"), "p").text == "of m"


def test_run_of_several_models_needs_a_choice(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", generation("p", "of m"), generation("p", "of n", model="n"))
    with pytest.raises(UsageError, match=r"several models.*\?model=LABEL.*m, n"):
        replay(file)
    with pytest.raises(UsageError, match=r"no answers of 'o'.*m, n"):
        replay(file, "?model=o")
    assert ask(replay(file, "?model=n"), "p").text == "of n"


def test_identity_is_the_content_and_not_the_file(tmp_path: Path) -> None:
    lines = [ANSWER, {"problem": "p", "text": "\ud800 lone surrogate"}]
    one = replay(write(tmp_path / "one.jsonl", *lines)).identity
    assert replay(write(tmp_path / "two.jsonl", *reversed(lines))).identity == one
    assert replay(write(tmp_path / "three.jsonl", lines[0], {**lines[1], "turn": 1})).identity != one
    assert str(tmp_path) not in json.dumps(dict(one))


IDS = [f"synthetic/{kind}{number:04d}" for kind in "uc" for number in range(5)]


def test_shuffled_gives_each_problem_the_answers_to_another_one_of_its_kind(tmp_path: Path) -> None:
    rows = [{"problem": name, "text": f"{turn} {name}", "turn": turn} for name in IDS for turn in (0, 1)]
    model = replay(write(tmp_path / "a.jsonl", *rows), "?shuffled=true")
    taken = {name: ask(model, name).text.split()[1] for name in IDS}
    assert sorted(taken.values()) == sorted(IDS)
    assert all(name != other and name[:11] == other[:11] for name, other in taken.items())
    assert all(ask(model, name, turn=1).text == f"1 {other}" for name, other in taken.items())
    again = replay(write(tmp_path / "b.jsonl", *reversed(rows)), "?shuffled=true")
    assert again.identity == model.identity != replay(tmp_path / "a.jsonl").identity


def test_shuffled_leaves_the_only_problem_of_its_kind_alone(tmp_path: Path) -> None:
    model = replay(
        write(tmp_path / "a.jsonl", *({"problem": name, "text": name} for name in IDS[:6])), "?shuffled=true"
    )
    assert ask(model, IDS[5]).text == IDS[5]
    assert ask(model, IDS[0]).text != IDS[0]


def test_shuffled_needs_two_problems_of_a_kind(tmp_path: Path) -> None:
    rows = [{"problem": name, "text": "x"} for name in IDS[4:6]]
    with pytest.raises(UsageError, match="synthetic/c0000, synthetic/u0004: no two of them are alike"):
        replay(write(tmp_path / "a.jsonl", *rows), "?shuffled=true")
