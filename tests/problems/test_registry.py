from __future__ import annotations

import subprocess
import sys

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems, list_suites, load_problem


def test_cec2020_lists_57_problems_in_order() -> None:
    assert list_problems("cec2020") == [f"cec2020/RC{number:02d}" for number in range(1, 58)]


def test_every_suite_is_sorted_and_says_what_it_is() -> None:
    for suite, summary in list_suites().items():
        ids = list_problems(suite)
        assert ids == sorted(set(ids))
        assert summary


def test_a_listing_is_the_callers_own() -> None:
    list_problems("cec2020").clear()
    assert len(list_problems("cec2020")) == 57


def test_smoke_has_problems_with_and_without_constraints_of_either_kind() -> None:
    problems = [load_problem(id) for id in list_problems("smoke")]
    assert len(problems) == 4
    assert {(p.n_inequality > 0, p.n_equality > 0) for p in problems} == {(False, False), (True, False), (True, True)}
    assert all(p.dim <= 10 for p in problems)


@pytest.mark.parametrize("suite", ["", "cec2021", "CEC2020", "cec2020/"])
def test_an_unknown_suite_is_an_error_that_names_the_known_ones(suite: str) -> None:
    with pytest.raises(UsageError, match=r"Unknown suite .* Allowed: .*cec2020.*conftest\.py of the folder"):
        list_problems(suite)


@pytest.mark.parametrize(
    "id", ["", "RC01", "cec2020/RC1", "cec2020/RC58", "cec2020", "nowhere/RC01", "cec2020/../RC01"]
)
def test_an_unknown_problem_is_an_error_that_says_what_is_allowed(id: str) -> None:
    with pytest.raises(UsageError, match=r"Unknown problem .* Allowed: cec2020/RC01"):
        load_problem(id)


def test_a_near_miss_is_pointed_out() -> None:
    with pytest.raises(UsageError, match=r"Did you mean 'cec2020/RC08'\?"):
        load_problem("cec2020/RC_08")


def test_a_problem_is_loaded_once() -> None:
    assert load_problem("cec2020/RC08") is load_problem("cec2020/RC08")


def test_importing_and_listing_import_no_numpy() -> None:
    code = (
        "import sys; from llamoco_bench.problems import list_problems, load_problem; "
        "list_problems('cec2020'), list_problems('smoke'); sys.exit('numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
