from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from llamoco_bench import keys
from llamoco_bench.baselines.models.base import Message, Request
from llamoco_bench.baselines.models.identity import canonical_json, digest, is_sampled, request_key

MESSAGES = [Message("user", "solve it")]
IDENTITY: dict[str, Any] = {"kind": "openai", "name": "m", "temperature": 0.0}
REQUEST = Request("cec2020/RC01", MESSAGES)
RUN: dict[str, Any] = {
    "generation": "g",
    "definition": "d",
    "program": "p",
    "run": 0,
    "seed": 1,
    "limits": {"wall_s": 10.0},
    "contract": 1,
}


@pytest.mark.parametrize("identity", [{**IDENTITY, "temperature": 0.5}, {"kind": "openai", "name": "m"}])
def test_another_model_has_another_key(identity: dict[str, Any]) -> None:
    assert request_key(identity, REQUEST) != request_key(IDENTITY, REQUEST)


@pytest.mark.parametrize(
    "change",
    [
        {"problem_id": "cec2020/RC02"},
        {"messages": [Message("user", "solve it now")]},
        {"messages": [Message("system", "solve it")]},
        {"messages": [*MESSAGES, Message("assistant", "")]},
        {"turn": 1},
        {"sample": 1},
        {"temperature": 0.0},
        {"temperature": 1.0},
    ],
)
def test_any_change_that_may_change_an_answer_changes_its_key(change: dict[str, Any]) -> None:
    assert request_key(IDENTITY, replace(REQUEST, **change)) != request_key(IDENTITY, REQUEST)


@pytest.mark.parametrize(
    ("identity", "temperature", "sampled"),
    [
        ({"temperature": 0.0}, None, False),
        ({"temperature": 0.0}, 0.5, True),
        ({"temperature": 0.5}, None, True),
        ({"temperature": 0.5}, 0.0, False),
        ({"temperature": None}, None, True),
        ({"deterministic": True}, None, False),
        ({"deterministic": False}, None, True),
        ({"deterministic": True, "inner": {"temperature": 1.0}}, None, True),
    ],
)
def test_seed_is_part_of_the_key_where_answers_are_sampled(
    identity: dict[str, Any], temperature: float | None, sampled: bool
) -> None:
    assert is_sampled(identity, temperature) == sampled
    keys = {request_key(identity, replace(REQUEST, temperature=temperature, seed=seed)) for seed in (1, 2)}
    assert len(keys) == 1 + sampled


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
    assert request_key(dict(reversed(IDENTITY.items())), REQUEST) == request_key(IDENTITY, REQUEST)


def test_keys_stay_what_they_are() -> None:
    assert digest({"a": 1, "b": [True, None, "é"]}) == digest({"b": [True, None, "é"], "a": 1})
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"\\u00e9","b":1}'


def test_a_program_with_lone_surrogates_has_a_key() -> None:
    assert keys.run_key(**{**RUN, "program": "\ud800"})
