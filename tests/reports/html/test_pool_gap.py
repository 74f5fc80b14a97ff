from __future__ import annotations

from dataclasses import replace

import pytest

from llamoco_bench.reports.html.pool_gap import pool_gaps, pool_labels
from llamoco_bench.reports.html.study import Study
from llamoco_bench.scoring import Score


def with_perf(study: Study, perf: dict[str, list[float]]) -> Study:
    """The study with one suite of two problems and given values."""
    [template] = [s for s in study.scores["cec2020"] if s.model == "tuned-l"]
    scores: tuple[Score, ...] = tuple(replace(template, model=model) for model in perf)
    by_pair = {("cec2020", m): {"a": (v[0],), "b": (v[1],)} for m, v in perf.items()}
    return replace(
        study, suites=("cec2020",), problems={"cec2020": ("a", "b")}, scores={"cec2020": scores}, perf=by_pair
    )


def test_experts_are_told_by_the_manifest_and_by_their_names_where_it_does_not_say(study: Study) -> None:
    assert pool_labels(study) == {"pool:slsqp", "pool:de"}
    models = [{"label": "tuned-l", "kind": "pool"}, {"label": "pool:de", "kind": "hf"}]
    sources = tuple(replace(source, manifest={"models": models}) for source in study.evidence.sources)
    told = replace(study, evidence=replace(study.evidence, sources=sources))
    assert pool_labels(told) == {"pool:slsqp", "tuned-l"}


def test_experts_are_told_also_where_a_label_holds_the_sign_before_a_runs_name(study: Study) -> None:
    (source,) = study.evidence.sources
    told = [
        {"label": "expert@night", "kind": "pool"},
        {"label": "x@night", "kind": "hf"},
        {"label": "x", "kind": "pool"},
    ]
    evidence = replace(study.evidence, sources=(replace(source, manifest={"models": told}),))
    models = ("expert@night", "expert@night@second", "x@night", "x@second", "unknown@second")
    assert pool_labels(replace(study, evidence=evidence, models=models)) == {*models[:2], "x@second"}


def test_gap_lies_between_the_best_expert_and_the_best_choice(study: Study) -> None:
    values = {"pool:slsqp": [1.0, 0.2], "pool:de": [0.4, 0.6], "tuned-l": [1.0, 0.5], "code-7b": [0.0, 0.0]}
    [gap] = pool_gaps(with_perf(study, values))
    assert (gap.single, gap.experts, gap.problems) == ("pool:slsqp", 2, 2)
    assert (gap.single_perf, gap.virtual_perf) == pytest.approx((0.6, 0.8))
    closed = {model: share for model, _, share in gap.closed}
    assert closed["tuned-l"] == pytest.approx(0.75)
    assert closed["pool:slsqp"] == pytest.approx(0.0)
    assert closed["code-7b"] == pytest.approx(-3.0)


def test_one_expert_makes_no_gap(study: Study) -> None:
    assert pool_gaps(with_perf(study, {"pool:slsqp": [1.0, 0.2], "tuned-l": [1.0, 0.5]})) == ()
