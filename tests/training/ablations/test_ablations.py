from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.ablations.page import write_page
from llamoco_bench.training.ablations.run import ablate
from llamoco_bench.training.ablations.svg import Curve, line_chart
from llamoco_bench.training.ablations.variants import BASELINE, VARIANTS
from llamoco_bench.training.instructions.label import write_labels
from llamoco_bench.training.nano.settings import RECIPES
from tests.training.nano.making import SHAPE
from tests.training.rule_labels import PROVENANCE, rule_labels


def test_each_variant_changes_one_part_of_the_recipe() -> None:
    recipe = RECIPES["full"]
    for name, variant in VARIANTS.items():
        changed = variant.change(recipe)
        same = changed == recipe and variant.granularity == "original"
        assert same == (name == BASELINE), name
    assert VARIANTS["no-warm-up"].change(recipe).warm_up is None
    assert not recipe.tuning.balance
    assert VARIANTS["balancing"].change(recipe).tuning.balance
    even = VARIANTS["no-balancing"].change(recipe)
    assert recipe.warm_up is not None
    assert even.warm_up is not None
    assert (recipe.warm_up.balance, even.warm_up.balance) == (True, False)


def test_unknown_names_and_missing_labels_are_told(tmp_path: Path) -> None:
    def run(name: str) -> None:
        ablate([name], [0], {"original": tmp_path}, tmp_path, tmp_path, RECIPES["trial"], print)

    with pytest.raises(UsageError, match="Did you mean 'no-warm-up'"):
        run("no-warmup")
    with pytest.raises(UsageError, match="needs labels of half granularity"):
        run("half-grid")


def test_the_command_asks_for_the_runs_that_its_recipe_learns_from(capsys: pytest.CaptureFixture[str]) -> None:
    """Else it would end at the first variant: the recipe teaches the choices of a selector, which needs them."""
    assert RECIPES["full"].targets == RECIPES["trial"].targets == "selector"
    with pytest.raises(SystemExit):
        main(["ablate", "labels.parquet", "base", "folder", "page.md"])
    assert "--runs" in capsys.readouterr().err


@pytest.mark.parametrize("numbers", [["--seeds", "0"], ["--epochs", "0"], ["--unlabelled", "-1"]])
def test_the_command_takes_no_numbers_that_make_no_sense(
    numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ablate", "labels.parquet", "base", "folder", "page.md", "--runs", "runs.parquet", *numbers]) == 4
    assert "must be at least 1" in capsys.readouterr().err


def summary(agrees: float, losses: dict[int, float], perf: float | None = None) -> dict[str, Any]:
    scores = {} if perf is None else {"scores": {"model": {"covered": 1.0, "perf": perf, "reach": perf / 4}}}
    agreement = {"model": {"optimizer": agrees, "optimizer, macro": agrees / 2}}
    return {
        "recipe": {"unlabelled": 5},
        "evaluation": {"test": {"agreement": agreement, **scores}},
        "stages": {
            "tuning": {"problems": 7, "log": [{"step": s, "loss": v} for s, v in losses.items()] + [{"step": 9}]}
        },
    }


def test_the_page_shows_mean_and_deviation_over_seeds(tmp_path: Path) -> None:
    outcomes = {
        BASELINE: [summary(0.5, {1: 4.0, 2: 2.0}, 0.8), summary(0.7, {1: 2.0, 2: 1.0}, 1.0)],
        "no-warm-up": [summary(0.4, {1: 4.0, 2: 3.0}), summary(0.4, {1: 4.0, 2: 3.0})],
    }
    page = tmp_path / "docs" / "ablations.md"
    write_page(outcomes, page, "trial")
    text = page.read_text()
    assert (
        "| baseline | everything as in the recipe | test | 0.9000 ± 0.1414 | 0.2250 ± 0.0354 | 60.0% ± 14.1% |" in text
    )
    assert "| no-warm-up | phase 2 alone (Figure 3) | test | - | - | 40.0% ± 0.0% | 20.0% ± 0.0% |" in text
    assert "The baseline is taught 7 problems, of which 5 at most have no\nlabel; labels: trial." in text
    chart = ElementTree.parse(page.with_suffix(".svg"))
    assert len(chart.findall(".//{http://www.w3.org/2000/svg}polyline")) == 2


def test_a_chart_is_logarithmic_upwards() -> None:
    chart = ElementTree.fromstring(line_chart([Curve("a < b", [(0, 1.0), (5, 0.1), (10, 0.01)])], "x", "y"))
    [line] = chart.findall("{http://www.w3.org/2000/svg}polyline")
    x, y = zip(*(map(float, place.split(",")) for place in line.attrib["points"].split()), strict=True)
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.2)
    assert y[1] - y[0] == pytest.approx(y[2] - y[1], abs=0.2)
    assert y[1] > y[0]
    with pytest.raises(ValueError, match="no point"):
        line_chart([], "x", "y")


@pytest.mark.slow
def test_ablations_run_from_one_checkpoint(tmp_path: Path, checkpoint: Path) -> None:
    labels = tmp_path / "labels.parquet"
    write_labels(rule_labels(IDS[::300]), labels, PROVENANCE)
    recipe = RECIPES["trial"]
    tiny = replace(
        recipe,
        shape=SHAPE,
        tuning=replace(recipe.tuning, epochs=1),
        warm_up=replace(recipe.warm_up, steps=1, triplets=1),  # type: ignore[type-var]
        run=replace(recipe.run, precision="fp32"),
        evaluated=2,
        targets="labels",
    )
    names = ["no-warm-up", "latex-only", "no-rephrasing", "data-50"]
    outcomes = ablate(names, [0], {"original": labels}, checkpoint, tmp_path / "runs", tiny, lambda line: None)
    rows = {name: outcome["stages"]["tuning"]["rows"] for name, [outcome] in outcomes.items()}
    problems = {name: outcome["stages"]["tuning"]["problems"] for name, [outcome] in outcomes.items()}
    assert "warm-up" in outcomes[BASELINE][0]["stages"]
    assert "warm-up" not in outcomes["no-warm-up"][0]["stages"]
    assert rows["no-rephrasing"] == problems["no-rephrasing"] == problems[BASELINE]
    assert rows["latex-only"] < rows[BASELINE]
    assert problems["data-50"] == round(problems[BASELINE] / 2)
