from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from llamoco_bench.baselines.models.base import Message, Request
from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.baselines.models.spec import parse_spec
from llamoco_bench.errors import UsageError
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.training.instructions.build import read_group
from llamoco_bench.training.instructions.groups import GROUPS, group_of
from llamoco_bench.training.instructions.label import write_labels
from llamoco_bench.training.nano.card import distances
from llamoco_bench.training.nano.corpus import landscape_pairs
from llamoco_bench.training.nano.recipe import NanoBuild
from llamoco_bench.training.nano.settings import RECIPES, Recipe
from tests.training.nano.making import tiny
from tests.training.rule_labels import PROVENANCE, rule_labels

LABELS: Final = Path(__file__).parents[3] / "training" / "data" / "labels"


def test_the_landscape_is_told_of_training_problems_alone() -> None:
    problems = IDS[::400]
    pairs = list(landscape_pairs(problems))
    assert {pair.problem for pair in pairs} == {p for p in problems if group_of(p) == "train"}
    for pair in pairs:
        dim = load_problem(pair.problem).dim
        assert pair.answer == f"# {pair.optimizer}, {dim} variables, {load_problem(pair.problem).budget} evaluations"


def test_the_sizes_that_ship_are_those_that_the_design_allows() -> None:
    shape = RECIPES["full"].shape
    layer = 4 * shape.width**2 + 3 * shape.width * shape.hidden + 2 * shape.width
    assert 1e6 <= shape.vocabulary * shape.width + shape.layers * layer <= 5e6
    assert 2048 <= shape.vocabulary <= 4096


@pytest.mark.slow
def test_the_recipe_makes_a_model_that_answers_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    labels = tmp_path / "labels.parquet"
    write_labels(rule_labels(IDS[::250]), labels, PROVENANCE)

    def build(recipe: Recipe) -> dict[str, Any]:
        return NanoBuild(labels, tmp_path / "nano", recipe, lambda line: None).run()

    summary = build(tiny())
    assert set(summary["stages"]) == {"reading", "landscape", "warm-up", "tuning"}
    assert set(summary["evaluation"]) == {g for g in GROUPS if read_group(tmp_path / "nano" / "set", g)}
    card = (tmp_path / "nano" / "checkpoint" / "README.md").read_text()
    assert PROVENANCE in card
    assert summary["sha256"] in card

    model = make_model(parse_spec(f"nano?folder={tmp_path / 'nano' / 'checkpoint'}&max_tokens=8"))
    assert model.generate(Request("p", [Message("user", "x")])).usage is not None

    # What is done is not done again; what is missing is done from where the last stage ended.
    (tmp_path / "nano" / "tuning" / "result.json").unlink()
    (tmp_path / "nano" / "checkpoint" / "model.safetensors").unlink()
    again = build(tiny())
    assert again["sha256"] == summary["sha256"]
    assert again["stages"]["tuning"]["resumed"]
    assert again["stages"]["reading"] == json.loads(json.dumps(summary["stages"]["reading"]))
    with pytest.raises(UsageError, match="another recipe"):
        build(tiny(seed=1))


@pytest.mark.slow
def test_the_recipe_teaches_the_choices_of_a_selector(tmp_path: Path) -> None:
    """On the committed labels, a few of them, with one seed each."""
    rows = pq.read_table(LABELS / "labels.parquet").to_pylist()
    of_group = {group: [row for row in rows if group_of(row["problem"]) == group] for group in ("train", "test")}
    kept = [row for kind in "uc" for row in of_group["train"] if f"/{kind}" in row["problem"]][:: len(rows) // 12]
    kept = [{**row, "f0": row["f0"][:1]} for row in [*kept, of_group["test"][0]]]
    labels, runs = tmp_path / "labels.parquet", tmp_path / "runs.parquet"
    pq.write_table(pa.Table.from_pylist(kept), labels)
    table = pq.read_table(LABELS / "runs.parquet")
    pq.write_table(table.filter(pc.is_in(table["problem"], pa.array([row["problem"] for row in kept]))), runs)
    said: list[str] = []
    recipe = replace(tiny(), targets="selector", evaluated=1)
    summary = NanoBuild(labels, tmp_path / "nano", recipe, said.append, runs).run()
    [chosen] = [line for line in said if line.startswith("the selector chose ")]
    taught = sum(int(number) for number in re.findall(r" (\d+)(?:,|$)", chosen))
    assert len(kept) - 1 < taught == summary["stages"]["tuning"]["problems"] <= len(kept) - 1 + recipe.unlabelled
    scores = summary["evaluation"]["test"]["scores"]
    assert scores["taught"]["covered"] == scores["single best"]["covered"] == 1.0
    card = (tmp_path / "nano" / "checkpoint" / "README.md").read_text()
    assert f"| test | taught | 100% | {scores['taught']['perf']:.4f} | {scores['taught']['reach']:.4f} |" in card


def test_the_card_says_what_phase_1_did() -> None:
    log = [{"loss": 0.3, "positive": p, "negative": n, "ordered": o} for p, n, o in ((0.2, 0.2, 0.5), (0.1, 0.4, 1.0))]
    told = distances({"log": [*log, {"positive": 9.0}], "collapsed": False})
    assert (
        told
        == "positive 0.200 before, 0.100 after; negative 0.200 before, 0.400 after; ordered 0.500 before, 1.000 after"
    )
    assert "collapsed" in distances({"log": log, "collapsed": True})
    assert distances(None) == "phase 1 was left out"
