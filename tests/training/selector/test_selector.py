from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.report import AGAIN, IN_RACE
from llamoco_bench.training.evaluation.scores import Score, ScoreTable
from llamoco_bench.training.selector.docs import rows_of
from llamoco_bench.training.selector.evidence import Evidence, gather
from llamoco_bench.training.selector.selector import Forest, Selector
from llamoco_bench.training.selector.validation import Outcome, cross_validate, run_again, winners

LOW, HIGH, SAFE = Choice("pso", "{}"), Choice("sa", "{}"), Choice("slsqp", "{}")
UNCONSTRAINED, CONSTRAINED = IDS[:3000:30], IDS[3000::100]


def score_of(problem: str, program: Choice) -> Score:
    """One program suits few variables, one many; a third is never far behind and never wins."""
    few = instance_of(problem).dim <= 25
    reach = {LOW: 0.9 if few else 0.1, HIGH: 0.1 if few else 0.9, SAFE: 0.6}[program]
    return Score(0.99, reach, 1)


@pytest.fixture(scope="module")
def table() -> ScoreTable:
    return ScoreTable({p: {c: score_of(p, c) for c in (LOW, HIGH, SAFE)} for p in (*UNCONSTRAINED, *CONSTRAINED)})


@pytest.fixture(scope="module")
def evidence(table: ScoreTable) -> Evidence:
    return gather(table, UNCONSTRAINED, "unconstrained")


def test_evidence_is_of_one_kind_and_of_programs_that_ran_everywhere(table: ScoreTable) -> None:
    scores = {problem: dict(table.programs(problem)) for problem in UNCONSTRAINED}
    del scores[UNCONSTRAINED[7]][HIGH]
    found = gather(ScoreTable(scores), [*UNCONSTRAINED, *CONSTRAINED], "unconstrained")
    assert found.problems == tuple(UNCONSTRAINED)
    assert found.programs == (LOW, SAFE)
    assert found.merit.mean(axis=1) == pytest.approx(np.zeros(len(found.problems)))


def test_kind_without_runs_is_told(table: ScoreTable) -> None:
    with pytest.raises(UsageError, match="no runs on constrained problems"):
        Selector(table, UNCONSTRAINED)
    first, second = UNCONSTRAINED[:2]
    apart = ScoreTable({first: {LOW: Score(1, 1, 1)}, second: {HIGH: Score(1, 1, 1)}})
    with pytest.raises(UsageError, match="no program ran on all"):
        gather(apart, [first, second], "unconstrained")


def test_selector_learns_what_suits_which_problem(table: ScoreTable) -> None:
    selector = Selector(table, [*UNCONSTRAINED, *CONSTRAINED])
    others = [*IDS[10:3000:30], *IDS[3050::100]]
    chosen = selector.choose(others)
    assert list(chosen) == others
    right = [chosen[p] == (LOW if instance_of(p).dim <= 25 else HIGH) for p in others]
    assert np.mean(right) > 0.8


def test_same_seed_gives_the_same_forest(evidence: Evidence) -> None:
    problems = IDS[10:3000:150]
    once, again, other = (Forest(evidence, seed).foretell(problems) for seed in (0, 0, 1))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_winner_is_ranked_as_labels_are(evidence: Evidence) -> None:
    perf = np.array([[0.9000, 0.8995, 0.8], [0.9000, 0.8, 0.95]])
    reach = np.array([[0.1, 0.2, 0.9], [0.5, 0.4, 0.1]])
    assert winners(Evidence(("a", "b"), evidence.programs, perf, reach)).tolist() == [1, 2]


def test_cross_validation_tells_a_selector_that_learned_from_one_that_could_not(evidence: Evidence) -> None:
    found = cross_validate(evidence, repeats=1, folds=4)
    assert found[IN_RACE].reach == pytest.approx(0.9)
    assert found["single best"].reach <= 0.65
    assert found["forest that foretells scores"].reach > 0.8
    rng = np.random.default_rng(0)
    noise = replace(evidence, reach=rng.permuted(evidence.reach, axis=1))
    assert cross_validate(noise, repeats=1, folds=4)["forest that foretells scores"].reach < 0.65
    found[AGAIN] = Outcome(0.9, found["single best"].reach + 0.1)
    rows = rows_of({"unconstrained": (evidence, found)})
    assert "| virtual best, in the race | 0.990 | 0.900 |" in rows
    assert f"| virtual best, run again | 0.900 | {found[AGAIN].reach:.3f} | 100% |" in rows


def test_the_virtual_best_is_scored_by_runs_after_it_had_won(evidence: Evidence) -> None:
    labels = {problem: {"f0": [1.0], "perf": 0.5, "reach": 0.25} for problem in evidence.problems}
    assert run_again(evidence, ScoreTable({}, labels)) == Outcome(0.5, 0.25)
    with pytest.raises(UsageError, match="run again"):
        run_again(evidence, ScoreTable({}, {**labels, evidence.problems[0]: {"f0": [1.0]}}))
