"""Win shares, single and virtual best, and the comparison of the modes, from tables of labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.training.labels.comparison import SAMPLE, as_table, pairs, sample
from llamoco_bench.training.labels.docs import decided_by, page
from llamoco_bench.training.labels.export import export
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.pilot import PILOT_PROBLEMS
from llamoco_bench.training.labels.statistics import by_property, fixed_solvers, gap, read_labelled, win_counts
from tests.training.label_toys import folder_of, label_record, run_record

ROOT = Path(__file__).parents[2]
PROBLEMS = ("synthetic/u0165", "synthetic/u1917", "synthetic/u2862")


def test_win_shares_are_counted_by_property() -> None:
    labelled = read_labelled(
        [label_record(PROBLEMS[0], "sa"), label_record(PROBLEMS[1], "pso"), label_record(PROBLEMS[2], "pso")]
    )
    assert win_counts(labelled) == {"pso": 2, "sa": 1}
    groups = by_property(labelled, "variables")
    assert list(groups) == ["2 to 10", "11 to 30"]
    assert win_counts(groups["11 to 30"]) == {"sa": 1}


def test_the_single_best_is_chosen_among_configurations_that_ran_everywhere() -> None:
    labels = [label_record(name, "sa", left=0.1) for name in PROBLEMS]
    runs = [run_record(name, "sa", 0, left, a=1.0) for name, left in zip(PROBLEMS, (0.1, 0.2, 0.9), strict=True)]
    runs += [run_record(name, "pso", 0, 0.3, a=1.0) for name in PROBLEMS]
    runs += [run_record(name, "de", 0, 0.0, a=1.0) for name in PROBLEMS[:2]]
    folder = folder_of(*labels, *runs)
    labelled = read_labelled(folder.labels.values())
    solvers = fixed_solvers(labelled, folder.runs)
    assert [solver.optimizer for solver in solvers] == ["sa", "pso"]
    found = gap(labelled, solvers, "perf")
    assert found.single.optimizer == "pso"
    assert found.of_single.value == pytest.approx(0.7)
    assert found.of_virtual.value == pytest.approx(0.9)
    assert found.difference.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("margins", "decider"),
    [((0.2, 0.0), "perf"), ((0.0005, 0.1), "reach"), ((0.0, 0.0), "evaluations"), ((None, None), "perf")],
)
def test_what_decided_a_label_follows_from_its_margins(
    margins: tuple[float | None, float | None], decider: str
) -> None:
    perf, reach = margins
    assert decided_by(label_record(PROBLEMS[0], "sa", margin_perf=perf, margin_reach=reach)) == decider


def compared() -> LabelFolder:
    """Return labels of two problems in both modes: the first agrees, on the second the race loses 0.02."""
    first, second = PROBLEMS[:2]
    full = {"candidates": 45, "runs": 60, "evaluations": 600}
    records = [
        label_record(first, "sa"),
        label_record(first, "sa", "full", **full),
        label_record(second, "sa", left=0.12),
        label_record(second, "pso", "full", **full),
    ]
    for name in (first, second):
        records += [run_record(name, "sa", i, 0.1 if name == first else 0.12, a=1.0) for i in range(2)]
        records += [run_record(name, "pso", i, 0.1, a=1.0) for i in range(2)]
        records += [run_record(name, "pso", 0, 0.5, a=2.0 + k) for k in range(43)]  # these could win nothing
    folder = folder_of(*records)
    folder.protocols = {name: {"granularity": "half"} for name in folder.protocols}
    return folder


def test_the_comparison_tells_agreement_loss_and_saving() -> None:
    found = pairs(compared())
    assert [pair.same_optimizer for pair in found] == [True, False]
    losses = [pair.full.perf - pair.raced.perf for pair in found]
    assert losses == pytest.approx([0.0, 0.02])
    row = as_table(found).splitlines()[-1]
    assert "| all | 2 | 50% |" in row
    assert row.endswith("| 22.5 times | 22.5 times | 67% |")


def test_a_race_that_did_better_on_fresh_seeds_has_a_loss_below_0() -> None:
    folder = compared()
    for label in folder.labels.values():
        left = {"race": 0.1, "full": 0.15 if label["problem"] == PROBLEMS[0] else 0.2}[label["mode"]]
        label["sandbox_best_f"] = [left, left]
    cells = as_table(pairs(folder)).splitlines()[-1].split("|")
    value, low, high = map(float, cells[7].replace("[", "").replace("]", "").replace(",", "").split())
    assert value == pytest.approx(-0.075)
    assert low < value < high


def test_a_folder_of_two_grids_is_not_compared() -> None:
    folder = compared()
    folder.add([run_record(PROBLEMS[0], "pso", 0, 0.5, a=9.5)])
    with pytest.raises(UsageError, match="runs of 46 configurations, where its label rests on 45"):
        pairs(folder)


def test_a_label_made_anew_takes_the_place_of_the_old_one() -> None:
    old, new = (label_record(PROBLEMS[0], name, key=name, protocol=name) for name in ("sa", "pso"))
    folder = folder_of(old, new, label_record(PROBLEMS[0], "de", "full"))
    assert [one["optimizer"] for one in folder.current_labels()] == ["pso", "de"]


def test_there_is_nothing_to_compare_without_both_modes() -> None:
    with pytest.raises(UsageError, match="no problem with labels of both modes"):
        pairs(folder_of(label_record(PROBLEMS[0], "sa")))
    twice = [
        label_record(PROBLEMS[0], "sa", mode, key=key) for mode, key in (("race", "1"), ("race", "2"), ("full", "3"))
    ]
    with pytest.raises(UsageError, match="several labels of mode race"):
        pairs(folder_of(*twice))


@pytest.mark.slow
def test_the_sample_of_the_comparison_is_stratified_and_has_no_pilot_problem() -> None:
    ids = sample()
    assert len(ids) == len(set(ids)) == sum(n for classes in SAMPLE.values() for _, n in classes) >= 40
    assert not set(ids) & {f"synthetic/{name}" for names in PILOT_PROBLEMS.values() for name in names}


def test_the_page_tells_what_the_tables_hold(tmp_path: Path) -> None:
    labels = [label_record(name, "sa") for name in PROBLEMS]
    labels += [label_record(f"synthetic/c{i:04}", "slsqp") for i in (198, 763)]
    runs = [run_record(name, "sa", 0, 0.3, a=1.0) for name in PROBLEMS]
    runs += [run_record(f"synthetic/c{i:04}", "slsqp", 0, 0.2, a=1.0) for i in (198, 763)]
    export(folder_of(*labels, *runs), tmp_path)
    text = page(tmp_path)
    assert "| unconstrained | 3 |" in text
    assert "1 of 16 optimizers win somewhere" in text
    assert "| unconstrained | Perf | `sa` a 1.0 | 0.700" in text
    assert "Not measured yet" in text
    assert "<<" not in text


def test_the_page_tells_how_the_modes_compare(tmp_path: Path) -> None:
    labels, both = tmp_path / "labels", tmp_path / "both"
    export(folder_of(label_record(PROBLEMS[0], "sa"), run_record(PROBLEMS[0], "sa", 0, 0.3, a=1.0)), labels)
    export(compared(), both)
    text = page(labels, both)
    assert "2 problems of 2 to 17 variables, half grids" in text
    assert "| all | 2 | 50% |" in text


@pytest.mark.slow
def test_the_published_page_is_what_the_published_tables_say() -> None:
    data = ROOT / "training" / "data"
    both = data / "comparison"
    written = (ROOT / "docs" / "training" / "labels.md").read_text(encoding="utf-8")
    assert written == page(data / "labels", both if both.is_dir() else None)
