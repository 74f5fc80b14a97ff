from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pytest

from llamoco_bench import metrics
from llamoco_bench.journal import BY_POINTS, Record
from llamoco_bench.reports import tables
from llamoco_bench.scoring import Score, collect_items, score_items

FIRST = "```python\ndef solve(o, l, u, b, s):\n    x = l\n    return y\n```"
MENDED = "```python\ndef solve(o, l, u, b, s):\n    x = l\n    return x\n```"


def generation(problem: str = "cec2020/P1", turn: int = 0, text: str = FIRST, **fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 100, "output_tokens": 20}
    base = {"kind": "generation", "suite": "cec2020", "problem": problem, "model": "m", "turn": turn, "usage": usage}
    return {**base, "text": text, **fields}


def run(problem: str = "cec2020/P1", turn: int = 0, run: int = 0, status: str = "ok", **fields: Any) -> dict[str, Any]:
    base = {"kind": "run", "suite": "cec2020", "problem": problem, "model": "m", "turn": turn, "run": run}
    result = {
        "status": status,
        "feasible": status == "ok",
        "best_f": 2.0,
        "f0": 10.0,
        "first_f": 4.0,
        "best_known": 0.0,
    }
    return {**base, **result, "constraints": 1, **fields}


def score_records(records: Iterable[Record]) -> list[Score]:
    return score_items(collect_items(records))


def test_flawless_item_has_no_recovery_cost() -> None:
    records = [generation(), *(run(run=k) for k in range(5))]
    [score] = score_records(records)
    assert (score.err.value, score.comp.value) == (0.0, 120.0)
    assert score.perf.value == pytest.approx(0.8)
    assert math.isnan(score.rec.value)


def test_repair_that_works_replaces_the_failed_runs_only() -> None:
    records = [
        generation(),
        run(run=0),
        run(run=1, status="runtime"),
        generation(turn=1, text=MENDED),
        run(run=1, turn=1, best_f=0.0),
    ]
    [score] = score_records(records)
    assert score.err.value == 0.5
    assert score.rec.value == pytest.approx(1 / 3)  # one line of three
    assert score.perf.value == pytest.approx((0.8 + 1.0) / 2)
    assert score.comp.value == 240.0


def test_repair_that_fails_again_costs_1_and_scores_0() -> None:
    records = [
        generation(),
        run(status="runtime"),
        generation(turn=1, text=MENDED),
        run(turn=1, status="timeout", best_f=0.0, feasible=True),
    ]
    [score] = score_records(records)
    assert (score.err.value, score.rec.value, score.perf.value) == (1.0, 1.0, 0.0)


def test_repair_that_mends_only_some_runs_is_no_working_repair() -> None:
    records = [
        generation(),
        run(run=0, status="runtime"),
        run(run=1, status="runtime"),
        generation(turn=1, text=MENDED),
        run(run=0, turn=1),
        run(run=1, turn=1, status="runtime"),
    ]
    [item] = collect_items(records)
    assert item.recovery == 1.0
    assert [r["status"] for r in item.final] == ["ok", "runtime"]


def test_erroneous_run_without_repair_counts_0_and_costs_1() -> None:
    [score] = score_records([generation(), run(status="crash")])
    assert (score.rec.value, score.perf.value) == (1.0, 0.0)


def test_failures_of_the_harness_are_left_out() -> None:
    [score] = score_records([generation(), run(run=0), run(run=1, status="infra", feasible=False)])
    assert (score.err.value, score.n_runs, score.n_infra) == (0.0, 1, 1)
    assert score.perf.value == pytest.approx(0.8)


def test_run_without_a_feasible_point_scores_0_without_being_an_error() -> None:
    [score] = score_records([generation(), run(feasible=False, best_f=None), run(run=1)])
    assert (score.err.value, score.feasible.value) == (0.0, 0.5)
    assert score.perf.value == pytest.approx(0.4)


def test_error_rate_and_overhead_are_those_that_the_functions_of_the_metrics_define() -> None:
    statuses = ["ok", "timeout", "infra", "ok", "syntax"]
    tokens = {"cec2020/P1": (7, 5), "cec2020/P2": (100, 31)}
    answers = [
        generation(problem, usage={"input_tokens": read, "output_tokens": written})
        for problem, (read, written) in tokens.items()
    ]
    runs = [run(problem, run=k, status=status) for problem in tokens for k, status in enumerate(statuses)]
    [score] = score_records([*answers, *runs])
    assert score.err.value == pytest.approx(metrics.error_rate(2 * statuses))
    assert score.comp.value == pytest.approx(metrics.computational_overhead(tokens.values()))


def test_feasibility_rate_looks_at_constrained_problems_only() -> None:
    [score] = score_records([generation(), run(constraints=0)])
    assert math.isnan(score.feasible.value)


def test_later_record_of_the_same_run_counts() -> None:
    records = [generation(), run(status="infra", time=1.0), run(time=2.0)]
    [score] = score_records(reversed(records))
    assert (score.n_runs, score.n_infra) == (1, 0)


def test_own_start_gives_a_number_of_its_own() -> None:
    [score] = score_records([generation(), run()])
    assert score.perf_own_start.value == pytest.approx(0.5)


def test_own_start_of_a_program_that_made_no_call_is_the_common_one() -> None:
    [score] = score_records([generation(), run(first_f=None)])
    assert score.perf_own_start.value == score.perf.value == pytest.approx(0.8)


def test_of_models_with_the_same_perf_the_one_that_reaches_more_stands_first() -> None:
    even = [run(model="a", run=k, best_f=2.0) for k in range(2)]
    sure = [run(model="b", run=k, best_f=best_f) for k, best_f in enumerate((0.0, 4.0))]
    first, second = score_records([*even, *sure])
    assert first.perf.value == second.perf.value
    assert (first.model, second.model) == ("b", "a")


def test_models_without_tokens_have_no_overhead() -> None:
    [score] = score_records([generation(usage=None), run()])
    assert math.isnan(score.comp.value)


def scores() -> list[Any]:
    records = [r for p in ("cec2020/P1", "cec2020/P2") for r in (generation(p), run(p))]
    return score_records(records)


def test_the_best_model_stands_first_whatever_the_order_of_the_journal() -> None:
    found = {"worse": 4.0, "best": 1.0, "middle": 2.0}
    records = [run(model=model, best_f=best_f) for model, best_f in found.items()]
    assert [score.model for score in score_records(records)] == ["best", "middle", "worse"]


def test_terminal_table_has_a_line_a_model_with_intervals() -> None:
    lines = tables.terminal(scores())
    assert lines[0].startswith("cec2020: 2 problems")
    assert lines[1].split()[:5] == ["model", "Err", "Rec", "Perf", "Reach"]
    assert "0.800 [0.037, 0.998]" in lines[2]


def test_markdown_table_is_well_formed() -> None:
    rows = [line for line in tables.markdown(scores()).splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1


def test_csv_and_json_carry_the_same_numbers() -> None:
    import csv
    import io
    import json

    [row] = csv.DictReader(io.StringIO(tables.as_csv(scores())))
    [entry] = json.loads(tables.as_json(scores()))
    assert float(row["perf"]) == entry["perf"]["value"]
    assert (row["rec"], entry["rec"]["value"]) == ("", None)
    assert int(row["n_problems"]) == entry["n_problems"] == 2


def test_model_that_proposes_points_has_no_program_that_could_fail_and_pays_for_every_run() -> None:
    """Two runs of 60 answers' tokens each; an answer for a run that was not recorded does not count."""
    records = [
        *(generation(sample=k, run=k // 2) for k in range(6)),
        *(run(run=k, by=BY_POINTS, status=status) for k, status in enumerate(["ok", "timeout"])),
    ]
    [score] = score_records(records)
    assert math.isnan(score.err.value)
    assert score.comp.value == 240.0
    assert score.perf.value == pytest.approx(0.4)


def test_model_without_a_performance_stands_last() -> None:
    unknown = [generation(model="a"), run(model="a", best_known=None)]
    poor = [generation(model="b"), run(model="b", best_f=10.0)]
    assert [score.model for score in score_records([*unknown, *poor])] == ["b", "a"]


def test_shares_that_all_problems_agree_on_are_still_uncertain_and_counts_are_not() -> None:
    """Two problems: Wilson's interval around 0 or 1 with Student's quantile, 12.7062."""
    z2 = 12.7062**2 / 2
    problems = ("cec2020/P1", "cec2020/P2")
    [good] = score_records(r for p in problems for r in (generation(p), run(p, best_f=0.0)))
    [bad] = score_records(r for p in problems for r in (generation(p), run(p, status="runtime")))
    for estimate in (good.err, good.perf, good.reach, good.feasible, good.perf_own_start, bad.err, bad.rec, bad.perf):
        assert estimate.high - estimate.low == pytest.approx(z2 / (1 + z2), abs=1e-4)
    assert (good.comp.low, good.comp.high) == (120.0, 120.0)


def test_recovery_is_that_of_the_problems_that_failed() -> None:
    records = [
        generation("cec2020/P1"),
        run("cec2020/P1"),
        generation("cec2020/P2"),
        run("cec2020/P2", status="runtime"),
    ]
    [score] = score_records(records)
    assert score.rec.value == 1.0


def test_one_token_a_problem_is_no_share() -> None:
    usage = {"input_tokens": 0, "output_tokens": 1}
    [score] = score_records(r for p in ("cec2020/P1", "cec2020/P2") for r in (generation(p, usage=usage), run(p)))
    assert (score.comp.low, score.comp.value, score.comp.high) == (1.0, 1.0, 1.0)
