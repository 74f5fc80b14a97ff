from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.baselines.models.base import Generation, Request
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import UsageError
from llamoco_bench.markdown import fenced
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.evaluation.ask import Answer, ask, one_a_problem
from llamoco_bench.training.evaluation.identify import Choice, identify
from llamoco_bench.training.evaluation.report import LABEL, frequent, report, shuffled
from llamoco_bench.training.evaluation.scores import Score, ScoreTable
from llamoco_bench.training.instructions.pairs import Pair


def pair(problem: str, optimizer: str, style: str = "plain") -> Pair:
    config = identify(POOL[optimizer].source())
    assert config is not None
    return Pair(f"synthetic/{problem}", "test", "python", style, optimizer, config.config, 1.0, "d", "p", "a")


def choice(optimizer: str) -> Choice:
    found = identify(POOL[optimizer].source())
    assert found is not None
    return found


class Scripted:
    """Answers with what it is told, problem by problem."""

    identity = {"kind": "scripted"}  # noqa: RUF012

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers

    def generate(self, request: Request) -> Generation:
        return Generation(self._answers[request.problem_id])

    def close(self) -> None:
        pass


def test_answers_are_read_as_the_harness_reads_them() -> None:
    pairs = [pair("u0001", "sa"), pair("u0002", "sa"), pair("u0003", "sa")]
    model = Scripted(
        {
            "synthetic/u0001": f"Here:\n{fenced(POOL['de'].source())}",
            "synthetic/u0002": "```python\ndef solve(:\n```",
            "synthetic/u0003": "```python\ndef solve(objective, lower, upper, budget, seed):\n    return lower\n```",
        }
    )
    answers = ask(model, pairs)
    assert [(answer.parses, answer.chosen) for answer in answers] == [
        (True, choice("de")),
        (False, None),
        (True, None),
    ]


def test_agreement_counts_optimizers_each_alike_in_the_macro_mean() -> None:
    answers = [Answer(pair(f"u{i}", "sa"), True, choice("sa")) for i in range(3)]
    answers += [Answer(pair("u9", "de"), True, choice("sa"))]
    figures = report(answers, [pair("u100", "de"), pair("u101", "de"), pair("u102", "sa")])
    assert figures["agreement"]["model"] == {"optimizer": 0.75, "optimizer, macro": 0.5, "program": 0.75}
    assert figures["agreement"]["frequent"]["optimizer"] == 0.25


def test_shuffling_keeps_kinds_and_lets_nobody_keep_its_own() -> None:
    names = list(POOL)
    answers = [Answer(pair(f"{'uc'[i % 2]}{i}", name), True, choice(name)) for i, name in enumerate(names)]
    taken = shuffled(answers)
    for kind in (0, 1):
        own = [answer.chosen for answer in answers[kind::2]]
        assert sorted(map(str, taken[kind::2])) == sorted(map(str, own))
        assert all(a != b for a, b in zip(taken[kind::2], own, strict=True))


def test_the_frequent_program_counts_problems_and_not_prompts() -> None:
    train = [pair("u1", "sa", style) for style in "abcde"] + [pair("u2", "de"), pair("u3", "de")]
    assert frequent(train, "unconstrained") == choice("de")
    assert frequent(train, "constrained") is None


def table() -> ScoreTable:
    sa, de, pso = choice("sa"), choice("de"), choice("pso")
    return ScoreTable(
        {
            "synthetic/u1": {sa: Score(0.9, 0.5, 5), de: Score(0.8, 0.4, 5), pso: Score(1.0, 1.0, 1)},
            "synthetic/u2": {sa: Score(0.2, 0.1, 1), de: Score(0.9, 0.8, 5)},
        }
    )


def test_the_virtual_best_is_among_those_that_ran_most_often() -> None:
    assert table().virtual_best("synthetic/u1") == Score(0.9, 0.5, 5)
    assert table().virtual_best("synthetic/u7") is None


def test_the_single_best_ran_nearly_everywhere() -> None:
    assert table().single_best(["synthetic/u1", "synthetic/u2"]) == choice("de")
    assert table().single_best(["synthetic/u7"]) is None


def test_scores_are_compared_on_the_problems_where_the_choice_was_run() -> None:
    answers = [Answer(pair("u1", "sa"), True, choice("de")), Answer(pair("u2", "de"), True, choice("bo"))]
    figures = report(answers, [pair("u1", "sa"), pair("u2", "de")], table())
    assert figures["scores"]["model"] == {
        "covered": 0.5,
        "perf": 0.8,
        "reach": 0.4,
        "perf of the virtual best": 0.9,
        "reach of the virtual best": 0.5,
    }
    assert figures["scores"]["single best"]["covered"] == 1.0


def test_what_was_taught_stands_beside_what_was_learned() -> None:
    answers = [Answer(pair("u1", "sa"), True, choice("de")), Answer(pair("u2", "de"), True, choice("bo"))]
    taught = {"synthetic/u1": choice("sa"), "synthetic/u2": choice("de")}
    figures = report(answers, [pair("u1", "sa"), pair("u2", "de")], table(), taught)
    assert figures["agreement"]["taught"]["optimizer"] == 1.0
    known = [table().of(problem, choice) for problem, choice in taught.items()]
    assert figures["scores"]["taught"]["perf"] == sum(score.perf for score in known if score) / 2
    assert "taught" not in report(answers, [pair("u1", "sa")], table())["scores"]


def test_scores_are_told_apart_for_problems_with_constraints() -> None:
    sa, slsqp = choice("sa"), choice("slsqp")
    scores = {"synthetic/u1": {sa: Score(0.9, 0.5, 5)}, "synthetic/c1": {slsqp: Score(0.4, 0.2, 5)}}
    label = {"f0": [1.0, 2.0], "perf": 0.8, "reach": 0.3}
    figures = report(
        [Answer(pair("u1", "sa"), True, sa), Answer(pair("c1", "slsqp"), True, slsqp)],
        [pair("u1", "sa"), pair("c1", "slsqp")],
        ScoreTable(scores, {"synthetic/u1": label, "synthetic/c1": {"f0": [1.0]}}),
    )
    kinds = figures["scores by kind"]
    assert [kinds[kind]["model"]["perf"] for kind in ("u", "c")] == [0.9, 0.4]
    assert (kinds["u"][LABEL]["perf"], kinds["u"][LABEL]["reach"]) == (0.8, 0.3)
    assert kinds["c"][LABEL] == {"covered": 0.0}
    assert figures["scores"][LABEL]["covered"] == 0.5


def test_scores_follow_from_the_tables_of_the_labelling(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    labels, runs = tmp_path / "labels.parquet", tmp_path / "runs.parquet"
    with pytest.raises(UsageError, match="is no file"):
        ScoreTable.read(labels, runs)
    pq.write_table(pa.Table.from_pylist([{"problem": "p", "f0": [10.0, 20.0], "best_known": 0.0}]), labels)
    row = {"problem": "p", "optimizer": "sa", "config": json.dumps({"b": 1, "a": 2}), "failed": False}
    values = [row | {"number": 0, "best_f": 5.0}, row | {"number": 1, "best_f": 0.0}]
    values += [row | {"optimizer": "de", "number": 0, "best_f": 5.0, "failed": True}]
    pq.write_table(pa.Table.from_pylist(values), runs)
    found = ScoreTable.read(labels, runs)
    score = found.of("p", Choice("sa", '{"a":2,"b":1}'))
    assert score is not None
    assert (score.perf, score.runs) == (0.75, 2)
    assert found.of("p", Choice("de", '{"a":2,"b":1}')) == Score(0.0, 0.0, 1)


def test_one_prompt_a_problem_takes_turns_among_the_styles() -> None:
    pairs = [pair(f"u{i}", "sa", style) for i in range(10) for style in "abc"]
    chosen = one_a_problem(pairs, 5)
    assert [p.problem[-1] for p in chosen] == ["0", "2", "4", "6", "8"]
    assert [p.style for p in chosen] == ["a", "b", "c", "a", "b"]
    assert len(one_a_problem(pairs, 0)) == 10
    assert one_a_problem([replace(pairs[0], style="x")], 3)[0].style == "x"


def test_the_command_judges_any_model(
    instruction_set: tuple[Path, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    command = ["evaluate", str(instruction_set[0]), "pool:heco-de", "--group", "unseen_family", "--json", str(file)]
    assert main(command) == 0
    figures = json.loads(file.read_text())
    assert figures["parses"] == figures["program of the pool"] == 1.0
    assert figures["optimizers"] == {"heco-de": figures["prompts"]}
    assert f"{figures['agreement']['model']['optimizer']:.1%}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--group", "tests"], "Did you mean 'test'"),
        (["--runs", "runs.parquet"], "both --labels and --runs"),
        (["--more-runs", "more"], "give --labels and --runs too"),
        (["--problems", "-1"], "from 0 (all) on"),
    ],
)
def test_wrong_use_of_the_command_is_told(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(tmp_path), "random", *options]) == 4
    assert message in capsys.readouterr().err
