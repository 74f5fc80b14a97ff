"""Models that a conftest.py brings by the hook ``pytest_llamoco_models``."""

from __future__ import annotations

import pytest

from llamoco_bench.baselines.models.local import LocalKinds
from llamoco_bench.errors import UsageError
from tests.plugin.support import CONFTEST, Bench


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_model_of_a_conftest_is_evaluated(pytester: pytest.Pytester, bench: Bench, processes: list[str]) -> None:
    pytester.makeconftest(CONFTEST)
    result = bench("--llamoco-model=mine:x", "--llamoco-suite=smoke", "--llamoco-problems=RC17", *processes, runs=1)
    assert result.parseoutcomes() == {"ok": 1}
    result.stderr.fnmatch_lines(["llamoco: preparing x"])


def test_models_can_stand_over_it(pytester: pytest.Pytester, bench: Bench) -> None:
    pytester.makeconftest(CONFTEST)
    result = bench("--llamoco-model=fewshot:mine:x", "--llamoco-suite=smoke", "--llamoco-problems=RC17", runs=1)
    assert result.parseoutcomes() == {"ok": 1}


def test_limits_that_nobody_would_keep_are_refused(pytester: pytest.Pytester, bench: Bench) -> None:
    pytester.makeconftest(CONFTEST)
    for spec in ("m=mine:x", "m=fewshot:mine:x"):
        result = bench(f"--llamoco-model={spec}", "--llamoco-suite=smoke", "--llamoco-max-tokens=10")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(["*cannot be kept for m: a model of the hook*Bring it by an entry point*"])


def test_name_that_is_taken_is_refused(pytester: pytest.Pytester, bench: Bench) -> None:
    pytester.makeconftest(CONFTEST.replace('"mine": Mine', '"random": Mine'))
    result = bench("--llamoco-model=random", "--llamoco-suite=smoke")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*pytest_llamoco_models: the kind 'random' is a name of llamoco-bench itself*"])


@pytest.mark.parametrize(
    ("brought", "says"),
    [
        ([{"a:b": print}], "a kind is a word"),
        ([{3: print}], "a kind is a word such as 'mine', got 3"),
        (["mine"], "expected factories by kind"),
        ([{"mine": 3}], "must be a factory"),
        ([{"mine": print}, {"mine": print}], "another implementation of the hook"),
    ],
)
def test_what_is_no_kind_is_refused_and_changes_nothing(brought: list[object], says: str) -> None:
    kinds = LocalKinds()
    kinds.replace([{"before": print}], {})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match=says):
        kinds.replace(brought, {})  # type: ignore[arg-type]
    assert list(kinds) == ["before"]
