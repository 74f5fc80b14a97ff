from __future__ import annotations

from typing import Any

import pytest

from llamoco_bench import keys
from llamoco_bench.baselines.models.base import Message

MESSAGES = [Message("user", "solve it")]
GENERATION: dict[str, Any] = {
    "identity": {"kind": "openai", "name": "m", "temperature": 0.0},
    "problem_id": "cec2020/RC01",
    "messages": MESSAGES,
    "turn": 0,
    "sample": 0,
}
RUN: dict[str, Any] = {
    "generation": "g",
    "definition": "d",
    "program": "p",
    "run": 0,
    "seed": 1,
    "limits": {"wall_s": 10.0},
    "contract": 1,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identity", {"kind": "openai", "name": "m", "temperature": 0.5}),
        ("identity", {"kind": "openai", "name": "m"}),
        ("problem_id", "cec2020/RC02"),
        ("messages", [Message("user", "solve it now")]),
        ("messages", [Message("system", "solve it")]),
        ("messages", [*MESSAGES, Message("assistant", "")]),
        ("turn", 1),
        ("sample", 1),
    ],
)
def test_any_change_that_may_change_an_answer_changes_its_key(field: str, value: object) -> None:
    assert keys.generation_key(**{**GENERATION, field: value}) != keys.generation_key(**GENERATION)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("generation", "h"),
        ("definition", "e"),
        ("program", "q"),
        ("run", 1),
        ("seed", 2),
        ("limits", {"wall_s": 11.0}),
        ("contract", 2),
    ],
)
def test_any_change_that_may_change_a_run_changes_its_key(field: str, value: object) -> None:
    assert keys.run_key(**{**RUN, field: value}) != keys.run_key(**RUN)


def test_order_of_options_does_not_change_a_key() -> None:
    turned = dict(reversed(GENERATION["identity"].items()))
    assert keys.generation_key(**{**GENERATION, "identity": turned}) == keys.generation_key(**GENERATION)


def test_keys_stay_what_they_are() -> None:
    assert keys.digest({"a": 1, "b": [True, None, "é"]}) == keys.digest({"b": [True, None, "é"], "a": 1})
    assert keys.canonical_json({"b": 1, "a": "é"}) == '{"a":"\\u00e9","b":1}'


def test_a_program_with_lone_surrogates_has_a_key() -> None:
    assert keys.run_key(**{**RUN, "program": "\ud800"})
