from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from llamoco_bench.baselines.models.base import Generation, Usage
from llamoco_bench.baselines.models.serving.purse import Limits, limits_for
from llamoco_bench.baselines.models.serving.store import Account, AnswerStore
from llamoco_bench.baselines.models.spec import parse_spec
from llamoco_bench.errors import ModelError, UsageError

ACCOUNT = Account("run", "m")
ANSWER = Generation("lone \ud800 surrogate", Usage(3, 4), "length", 1.5)


def test_answers_survive_the_process(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "new" / "answers.sqlite")
    store.put("k", ANSWER, ACCOUNT)
    store.close()
    again = AnswerStore(tmp_path / "new" / "answers.sqlite")
    assert again.get("k") == ANSWER
    assert again.get("other") is None
    assert again.spent(ACCOUNT) == Usage(3, 4)


def test_tokens_are_added_up_for_each_run_and_model(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "answers.sqlite")
    for key, account in (("a", ACCOUNT), ("b", ACCOUNT), ("c", Account("run", "n")), ("d", Account("other", "m"))):
        store.put(key, ANSWER, account)
    store.put("e", Generation("x"), ACCOUNT)
    assert store.spent(ACCOUNT) == Usage(6, 8)
    assert store.spent(Account("none", "m")) == Usage(0, 0)


def test_two_processes_can_write_to_one_file(tmp_path: Path) -> None:
    one, other = (AnswerStore(tmp_path / "answers.sqlite") for _ in range(2))
    one.put("a", ANSWER, ACCOUNT)
    other.put("b", ANSWER, ACCOUNT)
    assert one.get("b") == other.get("a") == ANSWER


def test_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    file.write_text("something else altogether, longer than a header")
    with pytest.raises(ModelError, match=r"answers\.sqlite cannot be used"):
        AnswerStore(file)
    assert file.read_text().startswith("something else")


def test_store_of_a_later_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(ModelError, match="schema 99"):
        AnswerStore(file)


def prices(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "prices.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.mark.parametrize("name", ["cheap", "openai:m", "m"])
def test_prices_are_found_by_label_kind_or_name(tmp_path: Path, name: str) -> None:
    file = prices(tmp_path, {name: {"input": 2, "output": 8.0}})
    limits = limits_for(parse_spec("cheap=openai:m"), None, 5.0, file)
    assert limits == Limits(None, 5.0, 2.0, 8.0)
    assert limits.cost_of(Usage(1_000_000, 500_000)) == 6.0


def test_limit_of_cost_without_a_price_is_refused(tmp_path: Path) -> None:
    spec = parse_spec("openai:m")
    with pytest.raises(UsageError, match="give a list by --llamoco-prices"):
        limits_for(spec, None, 5.0, None)
    with pytest.raises(UsageError, match="has: other"):
        limits_for(spec, None, 5.0, prices(tmp_path, {"other": {"input": 1, "output": 1}}))
    assert limits_for(spec, 7, None, None) == Limits(7)


@pytest.mark.parametrize(
    "content",
    [
        *("[", "[]", pytest.param("[" * 100_000, id="too deep"), {"m": 3}, {"m": {"input": 1}}),
        *(
            {"m": {"input": -1, "output": 1}},
            {"m": {"input": True, "output": 1}},
            {"m": {"input": 10**400, "output": 1}},
        ),
    ],
)
def test_malformed_prices_are_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        limits_for(parse_spec("openai:m"), None, 5.0, prices(tmp_path, content))
