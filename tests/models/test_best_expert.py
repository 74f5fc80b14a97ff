"""``pool:best``: the best expert for each problem, by labels or by trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models import Message, Model, Request, make_model, parse_spec
from llamoco_bench.baselines.models import best_expert as module
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.testing import AdapterConformance

LABELS: list[dict[str, Any]] = [
    {"problem": "synthetic/u0000", "optimizer": "de", "config": {"f": 0.7}},
    {"problem": "cec2020/RC17", "optimizer": "slsqp"},
    {"problem": "cec2020/RC01", "optimizer": "cobyla", "config": '{"samples": 5}'},
]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(map(json.dumps, LABELS)))
    return file


def program(model: Model, problem: str) -> str:
    text = model.generate(Request(problem, [Message("user", "?")])).text
    return text.removeprefix("```python\n").removesuffix("\n```\n")


class TestBestExpertConforms(AdapterConformance):
    @pytest.fixture
    def model(self, labels: Path) -> Model:
        return make_model(parse_spec(f"pool:best?labels={labels}"))


def test_labels_say_which_program_is_best(labels: Path) -> None:
    model = make_model(parse_spec(f"pool:best?labels={labels}"))
    assert program(model, "synthetic/u0000") == POOL["de"].source({"f": 0.7}).rstrip()
    assert program(model, "cec2020/RC17") == POOL["slsqp"].source().rstrip()
    assert program(model, "cec2020/RC01") == POOL["cobyla"].source({"samples": 5}).rstrip()


def test_labels_may_be_a_parquet_file_as_the_labelling_writes_it(labels: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    table = tmp_path / "labels.parquet"
    rows = [
        {**row, "config": json.dumps(row.get("config", {})) if row["optimizer"] == "de" else "{}"} for row in LABELS
    ]
    pd.DataFrame(rows).to_parquet(table)
    model = make_model(parse_spec(f"pool:best?labels={table}"))
    assert program(model, "synthetic/u0000") == POOL["de"].source({"f": 0.7}).rstrip()


def test_parquet_without_a_configuration_in_some_rows_means_the_defaults(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = tmp_path / "labels.parquet"
    rows = [
        {"problem": "synthetic/u0000", "optimizer": "de", "config": json.dumps({"f": 0.7})},
        {"problem": "cec2020/RC17", "optimizer": "slsqp", "config": None},
    ]
    parquet.write_table(pa.Table.from_pylist(rows), table)
    model = make_model(parse_spec(f"pool:best?labels={table}"))
    assert program(model, "synthetic/u0000") == POOL["de"].source({"f": 0.7}).rstrip()
    assert program(model, "cec2020/RC17") == POOL["slsqp"].source().rstrip()


def test_problem_may_have_one_label_twice_but_not_two(labels: Path) -> None:
    labels.write_text("\n".join(map(json.dumps, [*LABELS, LABELS[0]])))
    make_model(parse_spec(f"pool:best?labels={labels}"))
    labels.write_text("\n".join(map(json.dumps, [*LABELS, {"problem": "cec2020/RC17", "optimizer": "cobyla"}])))
    with pytest.raises(UsageError, match=r"labels\.jsonl, line 4: a second label for cec2020/RC17"):
        make_model(parse_spec(f"pool:best?labels={labels}"))


def test_problem_without_a_label_is_a_model_error(labels: Path) -> None:
    model = make_model(parse_spec(f"pool:best?labels={labels}"))
    with pytest.raises(ModelError, match=r"no label for cec2020/RC02; 3 problems have one"):
        program(model, "cec2020/RC02")


def test_identity_follows_the_programs_that_the_labels_name(labels: Path) -> None:
    def identity() -> object:
        return make_model(parse_spec(f"pool:best?labels={labels}")).identity

    before = identity()
    labels.write_text("\n".join(map(json.dumps, [*LABELS[1:], LABELS[0]])))
    assert identity() == before, "the order of labels changes nothing"
    labels.write_text(labels.read_text().replace("0.7", "0.8"))
    assert identity() != before


@pytest.mark.parametrize(
    ("query", "content", "says"),
    [
        ("labels=LABELS", '{"problem": "p"}', "Expected rows with problem and optimizer"),
        ("labels=LABELS", '{"problem": "p", "optimizer": "dee"}', "Did you mean 'de'"),
        ("labels=LABELS", '{"problem": "p", "optimizer": "de", "config": "{"}', "Expected rows"),
        ("labels=LABELS", '{"problem": "p", "optimizer": "de", "config": {"ff": 1}}', "Unknown hyper-parameter of de"),
        ("labels=none.jsonl", "", "is no file"),
        ("labels=LABELS", "[" * 100_000, "not JSON"),
        ("trials=0", "", "expects trials from 1"),
        ("trials=true", "", "expects trials from 1"),
        ("wall_s=inf", "", "seconds wall_s above 0"),
        ("wall_s=nan", "", "seconds wall_s above 0"),
        ("trails=1", "", "Did you mean 'trials'"),
    ],
)
def test_bad_options_and_labels_are_refused(query: str, content: str, says: str, labels: Path) -> None:
    labels.write_text(content)
    with pytest.raises(UsageError, match=says):
        make_model(parse_spec(f"pool:best?{query.replace('LABELS', str(labels))}"))


def test_without_labels_the_experts_are_tried_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "competitors", lambda problem: ["l-bfgs-b", "slsqp"])
    model = make_model(parse_spec("pool:best?trials=1&wall_s=2"))
    found = program(model, "cec2020/RC17")
    assert found in {POOL[name].source().rstrip() for name in ("l-bfgs-b", "slsqp")}
    monkeypatch.setattr(module.Tried, "_try", lambda self, problem: pytest.fail("tried again"))
    assert program(make_model(parse_spec("pool:best?trials=1&wall_s=2")), "cec2020/RC17") == found
    (note,) = (cache / "best-experts").iterdir()
    note.write_bytes(b"\xff")
    monkeypatch.setattr(module.Tried, "_try", lambda self, problem: "slsqp")
    tried_again = program(make_model(parse_spec("pool:best?trials=1&wall_s=2")), "cec2020/RC17")
    assert tried_again == POOL["slsqp"].source().rstrip(), "a damaged note is no choice"


def test_experts_compete_on_problems_of_their_kind() -> None:
    from llamoco_bench.problems import load_problem

    constrained, free = load_problem("cec2020/RC17"), load_problem("synthetic/u0000")
    assert {POOL[name].kind for name in module.competitors(constrained)} == {"constrained"}
    assert {POOL[name].kind for name in module.competitors(free)} == {"unconstrained"}
    assert len(module.competitors(constrained)) + len(module.competitors(free)) == 23
