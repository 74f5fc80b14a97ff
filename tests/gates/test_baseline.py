from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.baseline import dump, load_baseline, load_measurements, staleness, write_baseline
from llamoco_bench.gates.decision import compare, decide
from llamoco_bench.gates.expression import parse_gate
from tests.gates.making import measured


def rows(problems: int = 57) -> list[list[float]]:
    found: list[list[float]] = np.random.default_rng(0).uniform(size=(problems, 5)).tolist()
    return found


def test_file_keeps_every_value_to_six_decimals(tmp_path: Path) -> None:
    before = measured(rows(5))
    write_baseline(before, tmp_path / "deep" / "b.json")
    after = load_baseline(str(tmp_path / "deep" / "b.json"), tmp_path)
    assert after is not None
    assert list(after.samples) == list(before.samples)
    sample, kept = before.samples["s", "m"], after.samples["s", "m"]
    assert kept.definitions == sample.definitions
    for measure, values in sample.values.items():
        for problem, numbers in values.items():
            assert kept.values[measure][problem] == pytest.approx(numbers, abs=1e-6)
    assert (after.options, after.contracts, after.metrics) == (before.options, before.contracts, before.metrics)


def test_57_problems_of_5_runs_take_a_few_kilobytes_a_model() -> None:
    assert len(dump(measured(rows()))) < 12_000


def test_file_has_a_line_a_problem_so_that_it_reads_well_in_a_diff() -> None:
    first, second = rows(), rows()
    second[3] = [0.5] * 5
    changed = set(dump(measured(first)).splitlines()) ^ set(dump(measured(second)).splitlines())
    assert len(changed) == 2


def test_rounding_of_the_file_is_no_change(tmp_path: Path) -> None:
    now = measured(rows(4))
    write_baseline(now, tmp_path / "b.json")
    changes = compare(now, load_measurements(str(tmp_path / "b.json"), tmp_path))
    assert {(c.change.value, c.change.low, c.change.high) for c in changes if c.measure in ("perf", "reach")} == {
        (0, 0, 0)
    }


def test_run_passes_a_baseline_made_of_itself(tmp_path: Path) -> None:
    now = measured(rows())
    write_baseline(now, tmp_path / "b.json")
    base = load_baseline(str(tmp_path / "b.json"), tmp_path)
    gates = [parse_gate(text) for text in ("perf>=base", "err<=base", "perf:regress(0)")]
    assert not decide(gates, now, base, missing_fails=True).violated


def test_nothing_there_is_no_baseline(tmp_path: Path) -> None:
    assert load_baseline(str(tmp_path / "b.json"), tmp_path) is None
    with pytest.raises(UsageError, match="does not exist"):
        load_measurements(str(tmp_path / "b.json"), tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"llamoco_baseline": 99}', '{"llamoco_baseline": 1}', "\x00"],
)
def test_something_else_is_refused_with_what_a_baseline_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(UsageError, match="baseline"):
        load_baseline(str(tmp_path / "b.json"), tmp_path)


def test_damaged_line_is_refused(tmp_path: Path) -> None:
    content = json.loads(dump(measured(rows(3))))
    content["samples"][0]["problems"]["p/00"].pop()
    (tmp_path / "b.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match="damaged"):
        load_baseline(str(tmp_path / "b.json"), tmp_path)


def test_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="manifest"):
        load_baseline(str(tmp_path), tmp_path)


def test_staleness_names_what_changed_but_not_the_seed() -> None:
    now = measured(rows(3))
    assert staleness(now, now) == []
    other_seed = dataclasses.replace(now, options={"seed": 9, "prompt": "python"})
    assert staleness(other_seed, now) == []
    old = dataclasses.replace(now, options={"seed": 0, "prompt": "latex"}, contracts=(0,), metrics=0)
    assert [line.split()[1] for line in staleness(old, now)] == ["metrics", "contract", "prompt"]


def test_numbers_of_other_metrics_are_not_compared() -> None:
    now = measured(rows(3))
    old = dataclasses.replace(now, metrics=0)
    found = decide([parse_gate("perf>=base")], now, old)
    assert [d.result for d in found.decisions] == ["undecided"]
    assert "metrics" in " ".join(found.notes)
