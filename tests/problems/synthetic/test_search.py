from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.own import problem_from_equations
from llamoco_bench.problems.synthetic import CONSTRAINED_IDS, best_known, search
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.polish import Best, polish
from llamoco_bench.problems.synthetic.split import is_for_evaluation


def test_polishing_ends_at_a_feasible_optimum_on_the_edge() -> None:
    # The least surface of a tin of volume 1: 3 (2 pi)^(1/3), by calculus.
    problem = problem_from_equations(
        "mine/tin", "f = 2*pi*x1*x2 + 2*pi*x1^2\ng1 = 1 - pi*x1^2*x2", "x1..x2 in [0.1, 3]", title="A tin"
    )
    best = Best(problem)
    polish(best, np.array([1.0, 1.0]), 100)
    assert best.f == pytest.approx(3.0 * (2.0 * np.pi) ** (1.0 / 3.0), rel=1e-7)
    assert best.x is not None
    assert problem.violation(best.x) == 0.0


def test_polishing_reaches_equalities_that_slsqp_alone_has_not_reached() -> None:
    problem = problem_from_equations(
        "mine/curve", "f = x1 + x2 + x3\nh1 = x1^2 + x2^3 + x3^2 - 3", "x1..x3 in [-2, 2]", title="A curve"
    )
    best = Best(problem)
    polish(best, np.array([1.9, -1.0, 0.3]), 2)
    assert np.isfinite(best.f)


def test_a_search_finds_a_feasible_value_no_worse_than_that_of_the_anchor_and_repeats() -> None:
    instance = instance_of(next(name for name in CONSTRAINED_IDS if instance_of(name).dim == 6))
    problem = as_problem(instance)
    found = search.search(instance, 4_000)
    assert found <= problem.objective(instance.anchor)
    assert found == search.search(instance, 4_000)


def test_problems_kept_for_evaluation_are_searched_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CONSTRAINED_IDS", CONSTRAINED_IDS[:150])
    monkeypatch.setattr(search, "read", dict)
    wanted = search.wanted([])
    flags = [is_for_evaluation(name) for name in wanted]
    assert flags == sorted(flags, reverse=True)
    assert any(flags)
    assert all(instance_of(name).cuts_off_optimum for name in wanted)
    monkeypatch.setattr(search, "read", lambda: dict.fromkeys(wanted[1:], (0.0, "")))
    assert search.wanted([]) == wanted[:1]


def test_what_is_named_is_searched_again_where_it_has_no_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    named = ["cec2020/RC01", "synthetic/u0000", *CONSTRAINED_IDS[:20]]
    monkeypatch.setattr(search, "read", lambda: dict.fromkeys(named, (0.0, "")))
    wanted = search.wanted(named)
    assert sorted(wanted) == [name for name in CONSTRAINED_IDS[:20] if instance_of(name).cuts_off_optimum]


def test_tables_only_go_down(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    assert best_known.improve({"a": (2.0, "x"), "b": (1.0, "y")}, file) == ["a", "b"]
    assert best_known.improve({"a": (3.0, "z"), "b": (0.5, "z")}, file) == ["b"]
    assert best_known.read(file) == {"a": (2.0, "x"), "b": (0.5, "z")}


def test_stored_values_belong_to_problems_that_need_one_and_say_where_they_are_from() -> None:
    stored = best_known.read()
    for name in sorted(stored)[::25]:
        problem, instance = load_problem(name), instance_of(name)
        assert instance.cuts_off_optimum
        assert problem.best_known == stored[name][0]
        assert "round" in problem.best_known_source or "found by" in problem.best_known_source
        anchor = problem.objective(instance.anchor)
        assert isinstance(anchor, float)
        assert stored[name][0] <= anchor


def test_a_problem_that_was_not_searched_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(best_known, "_stored", dict)
    instance = next(instance for name in CONSTRAINED_IDS if (instance := instance_of(name)).cuts_off_optimum)
    assert best_known.best_known(instance) == (None, best_known.NOT_SEARCHED)
    assert as_problem(instance).best_known is None


def test_an_id_that_is_none_is_refused_before_anything_is_searched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["search", "synthetic/c9999"])
    with pytest.raises(SystemExit):
        search.main()
    assert "Unknown synthetic problem with constraints 'synthetic/c9999'" in capsys.readouterr().err
