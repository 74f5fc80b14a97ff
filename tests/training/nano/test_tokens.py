from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llamoco_bench.baselines.models.base import Message
from llamoco_bench.baselines.models.nano.adapter import encode
from llamoco_bench.baselines.models.nano.tokens import Tokens
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import ModelError
from llamoco_bench.markdown import fenced
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.prompting import first_prompt
from llamoco_bench.training.instructions.build import read_group
from llamoco_bench.training.tuning.encoding import prompt_ids

PIECES = st.sampled_from(
    ["\n    return x", "\n\n\ndef solve(", "```python\n", "12", "np.sum(x)", "<|end|>", "é🙂", "\t "]
)


@pytest.fixture(scope="session")
def both(checkpoint: Path) -> tuple[Tokens, object]:
    """Our tokenizer and the package tokenizers', on the same file."""
    from transformers import AutoTokenizer

    return Tokens(checkpoint / "tokenizer.json"), AutoTokenizer.from_pretrained(checkpoint)


def test_prompts_of_all_suites_become_the_same_tokens(both: tuple[Tokens, object], instruction_set: object) -> None:
    ours, peer = both
    pairs = [*read_group(instruction_set[0], "test"), *read_group(instruction_set[0], "train")[:40]]  # type: ignore[index]
    texts = [text for pair in pairs for text in (pair.prompt, pair.answer)]
    for suite in ("cec2020", "realistic"):
        for problem in map(load_problem, list_problems(suite)[::9]):
            texts += [first_prompt(problem, description)[0].content for description in problem.prompts()]
    for text in texts:
        ids = ours.encode(text)
        assert ids == peer(text)["input_ids"]  # type: ignore[operator]
        assert ours.decode(ids) == text


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join))
def test_any_text_becomes_the_same_tokens(both: tuple[Tokens, object], text: str) -> None:
    ours, peer = both
    ids = ours.encode(text)
    assert ids == peer(text)["input_ids"]  # type: ignore[operator]
    assert ours.decode(ids) == text.replace("<|end|>", "")


def test_a_conversation_becomes_what_the_chat_template_says(both: tuple[Tokens, object]) -> None:
    ours, peer = both
    turns = [Message("user", "Solve 12."), Message("assistant", "x = 1"), Message("user", "Failed.")]
    expected = peer.apply_chat_template(  # type: ignore[attr-defined]
        [{"role": turn.role, "content": turn.content} for turn in turns], add_generation_prompt=True, return_dict=False
    )
    assert encode(ours, turns) == expected
    assert tuple(encode(ours, turns[:1])) == prompt_ids("Solve 12.", peer)


def test_a_program_of_the_pool_has_no_more_tokens_than_lines(both: tuple[Tokens, object]) -> None:
    ours, _ = both
    for optimizer in POOL.values():
        for config in (optimizer.configurations()[0], optimizer.configurations()[-1]):
            answer = fenced(optimizer.source(config))
            assert len(ours.encode(answer)) <= sum(bool(line) for line in answer.split("\n"))


def test_a_token_of_a_program_tells_which_program_it_is_of_and_where(both: tuple[Tokens, object]) -> None:
    ours, _ = both
    places: dict[int, tuple[str, int]] = {}
    for name, optimizer in POOL.items():
        for place, token in enumerate(ours.encode(fenced(optimizer.source()))):
            text = ours.decode([token])
            if " = " in text and text.strip().split(" = ")[0].isupper() and "\n" not in text.strip():
                continue  # a hyper-parameter, which programs may share
            assert places.setdefault(token, (name, place)) == (name, place), text


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"model": {"type": "Unigram"}}')
    with pytest.raises(ModelError, match="not the tokenizer of a nano model"):
        Tokens(tmp_path / "tokenizer.json")
