from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench.reports.html.profiles import data_profiles
from llamoco_bench.reports.html.study import Study


def test_every_model_has_a_profile_on_every_suite(study: Study) -> None:
    found = {one.suite: [model for model, _ in one.models] for one in data_profiles(study)}
    assert found == {suite: list(study.models) for suite in study.suites}


def test_profile_ends_at_reach_with_its_interval(study: Study) -> None:
    for one in data_profiles(study):
        reach = {score.model: score.reach for score in study.scores[one.suite]}
        for model, profile in one.models:
            ends = profile.share[-1], profile.low[-1], profile.high[-1]
            assert ends == pytest.approx(reach[model], abs=1e-9)


def test_profile_never_falls_and_lies_within_its_interval(study: Study) -> None:
    for one in data_profiles(study):
        for _, profile in one.models:
            assert (np.diff(profile.share) >= 0).all()
            assert (profile.low <= profile.share + 1e-12).all()
            assert (profile.share <= profile.high + 1e-12).all()


def test_share_at_a_point_counts_the_targets_reached_by_then(study: Study) -> None:
    one = data_profiles(study)[0]
    k = 50
    for label, profile in one.models:
        hits = [
            np.array(run["trace"].hits) / run["dim"]
            for (suite, _, model), item in study.items.items()
            if (suite, model) == (one.suite, label)
            for run in item.counted
        ]
        assert profile.share[k] == pytest.approx(np.mean(np.concatenate(hits) <= one.grid[k] * (1 + 1e-6)))
