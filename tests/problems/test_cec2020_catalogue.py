"""What the definition files say about the problems."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.cec2020 import NAMES, docs
from llamoco_bench.problems.cec2020.catalogue import entry
from tests.problems.vectors import distance, vectors


@pytest.mark.parametrize("name", [name for name in NAMES if name != "RC51"])
def test_best_known_is_reached_by_a_feasible_point_within_the_bounds(name: str) -> None:
    p, golden = load_problem(f"cec2020/{name}"), vectors(name)
    x = golden.reference_x
    assert np.all((p.lower <= x) & (x <= p.upper))
    assert p.violation(x) == 0.0
    assert p.best_known == golden.reference_f
    assert distance(p.objective(x), golden.reference_f) <= 1e-9


def test_rc51_has_no_best_known_value_and_says_why() -> None:
    p = load_problem("cec2020/RC51")
    assert p.best_known is None
    assert "no point is feasible" in p.best_known_source
    assert np.all(p.violation(vectors("RC51").reference_x) > 0)


def test_rc51_is_infeasible_by_linear_programming() -> None:
    """With T > 0 the ratios become linear; the least common slack of all inequalities is positive."""
    from scipy.optimize import linprog

    p = load_problem("cec2020/RC51")

    # The constraints, multiplied by the total amount where they are ratios, are affine: read them off at unit points.
    def affine(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        g, h, total = p.inequality(x), p.equality(x), x.sum()
        return np.concatenate([g[:8], g[8:12] * total, g[12:]]), h

    base = np.full(p.dim, 1.0)
    g0, h0 = affine(base)
    steps = [affine(base + step) for step in np.eye(p.dim)]
    a = np.array([g - g0 for g, _ in steps]).T
    e = np.array([h - h0 for _, h in steps]).T
    rows = np.vstack([np.hstack([a, -np.ones((14, 1))]), np.hstack([e, [[0.0]]]), np.hstack([-e, [[0.0]]])])
    limits = np.concatenate([a @ base - g0, e @ base - h0 + 1e-4, -(e @ base) + h0 + 1e-4])
    bounds = [*zip(p.lower, p.upper, strict=True), (None, None)]
    result = linprog(np.append(np.zeros(p.dim), 1.0), A_ub=rows, b_ub=limits, bounds=bounds)
    assert result.status == 0
    assert result.fun is not None
    assert result.fun > 1e-5


@pytest.mark.parametrize(("name", "closest"), [("RC55", 1.4e-5), ("RC56", 5.1e-5)])
def test_two_feeds_are_feasible_by_the_tolerance_only_and_say_so(name: str, closest: float) -> None:
    from scipy.optimize import linprog

    p = load_problem(f"cec2020/{name}")
    assert any("only through the equality tolerance" in note for note in p.notes)
    h0 = p.equality(np.zeros(p.dim))
    e = np.array([p.equality(step) - h0 for step in np.eye(p.dim)]).T
    one = np.ones((6, 1))
    rows = np.vstack([np.hstack([e, -one]), np.hstack([-e, -one])])
    bounds = [*zip(p.lower, p.upper, strict=True), (0, None)]
    result = linprog(np.append(np.zeros(p.dim), 1.0), A_ub=rows, b_ub=np.concatenate([-h0, h0]), bounds=bounds)
    assert result.fun == pytest.approx(closest, rel=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_told_in_full(name: str) -> None:
    found = entry(name)
    assert found.title
    assert found.area
    assert found.about.endswith(".")
    assert found.best_known_source.endswith(".")
    assert all(note.endswith(".") for note in found.notes)
    mentioned = {int(number) for number in re.findall(r"\bx(\d+)\b", found.about)}
    assert max(mentioned) <= found.dim


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_an_entry_accounts_for_the_last_variable(name: str) -> None:
    found = entry(name)
    rest = "for the rest" in found.about or "All variables are rounded" in found.about
    assert rest or re.search(rf"\bx{found.dim}\b", found.about)


def test_definitions_differ_between_problems() -> None:
    hashes = {load_problem(id).definition_hash for id in list_problems("cec2020")}
    assert len(hashes) == 57


def test_bounds_cannot_be_changed() -> None:
    p = load_problem("cec2020/RC08")
    with pytest.raises(ValueError, match="read-only"):
        p.lower[0] = -1.0


def test_the_page_in_the_docs_is_what_the_definitions_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "problems" / "cec2020.md"
    assert page.read_text(encoding="utf-8") == docs.page(), (
        "write it anew: python -m llamoco_bench.problems.cec2020.docs > docs/problems/cec2020.md"
    )


def test_the_page_can_be_written_by_its_command() -> None:
    command = [sys.executable, "-m", "llamoco_bench.problems.cec2020.docs"]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, encoding="utf-8")
    assert run.stdout == docs.page()
