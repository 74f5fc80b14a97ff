"""The problems given as equations, against the values of the authors' code."""

from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.cec2020 import NAMES, catalogue
from llamoco_bench.problems.problem import Evaluation, Problem
from tests.problems.vectors import distance, vectors

EQUATIONS = [name for name in NAMES if catalogue.equations(catalogue.entry(name)) is not None]
TOLERANCE = 1e-9
NOISE = {"RC30": [1, 6]}
"""Inequalities (from 0) with cancellation, for which the specification allows 1e-8."""

pytestmark = pytest.mark.parametrize("name", EQUATIONS)


def problem(name: str) -> Problem:
    return load_problem(f"cec2020/{name}")


def assert_golden(name: str, found: Evaluation) -> None:
    golden = vectors(name)
    off = distance(found.g, golden.g)
    noise = NOISE.get(name, [])
    assert np.all(np.delete(off, noise, axis=1) <= TOLERANCE)
    assert np.all(off[:, noise] <= 1e-8)
    assert np.all(distance(found.f, golden.f) <= TOLERANCE)
    assert np.all(distance(found.h, golden.h) <= TOLERANCE)


def test_dimensions_bounds_and_budget_are_those_of_the_competition(name: str) -> None:
    p, golden = problem(name), vectors(name)
    assert (p.dim, p.n_inequality, p.n_equality) == (golden.x.shape[1], golden.g.shape[1], golden.h.shape[1])
    assert p.budget == golden.max_fes
    np.testing.assert_allclose(p.lower, golden.lower, rtol=1e-15)
    np.testing.assert_allclose(p.upper, golden.upper, rtol=1e-15)


def test_values_of_single_points_are_those_of_the_authors_code(name: str) -> None:
    p = problem(name)
    parts = [p.evaluate(x[np.newaxis]) for x in vectors(name).x]
    assert_golden(name, Evaluation(*map(np.concatenate, zip(*parts, strict=True))))


def test_values_of_a_batch_are_those_of_the_authors_code(name: str) -> None:
    assert_golden(name, problem(name).evaluate(vectors(name).x))


def test_violation_is_the_mean_of_the_competition(name: str) -> None:
    p, golden = problem(name), vectors(name)
    assert np.all(distance(np.asarray(p.violation(golden.x)), golden.violation) <= TOLERANCE)


def test_a_batch_gives_what_its_points_give_one_by_one(name: str) -> None:
    p = problem(name)
    x = np.random.default_rng(1).uniform(p.lower, p.upper, (25, p.dim))
    batch = p.evaluate(x)
    for number, point in enumerate(x):
        single = p.evaluate(point[np.newaxis])
        for many, one in zip(batch, single, strict=True):
            assert np.all(distance(many[number], one[0]) <= 1e-11)


def test_points_outside_the_bounds_are_evaluated_alike_one_by_one_and_together(name: str) -> None:
    p = problem(name)
    rng = np.random.default_rng(2)
    width = p.upper - p.lower
    special = np.array([0.0, -0.0, 1e300, -1e300, np.inf, -np.inf, np.nan, 0.5, -0.5])
    x = np.concatenate(
        [
            rng.uniform(p.lower - 3 * width, p.upper + 3 * width, (20, p.dim)),
            rng.choice(special, (20, p.dim)),
            np.repeat(special[:, np.newaxis], p.dim, axis=1),
        ]
    )
    batch = p.evaluate(x)
    for number, point in enumerate(x):
        single = p.evaluate(point[np.newaxis])
        for many, one in zip(batch, single, strict=True):
            assert np.all(distance(many[number], one[0]) <= 1e-9), (number, many[number], one[0])


def test_evaluation_leaves_its_argument_alone(name: str) -> None:
    p = problem(name)
    x = vectors(name).x.copy()
    x.setflags(write=False)
    p.evaluate(x)
    p.evaluate(x[:1])
    np.testing.assert_array_equal(x, vectors(name).x)


def test_results_of_two_evaluations_share_no_memory(name: str) -> None:
    p = problem(name)
    first = p.evaluate(p.lower[np.newaxis])
    kept = [part.copy() for part in first]
    p.evaluate(p.upper[np.newaxis])
    for part, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(part, copy)


def test_an_empty_batch_has_no_values(name: str) -> None:
    p = problem(name)
    values = p.evaluate(np.empty((0, p.dim)))
    assert [part.shape for part in values] == [(0,), (0, p.n_inequality), (0, p.n_equality)]
