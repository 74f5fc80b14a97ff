"""The CEC2020 problems that are algorithms: gripper, truss, topology, power flow, wind farm."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import fminbound

from llamoco_bench.problems.cec2020 import network
from llamoco_bench.problems.cec2020.bounded_search import least_value
from llamoco_bench.problems.cec2020.catalogue import load
from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.problem import Array, Evaluation, Problem, Prompt
from tests.problems.vectors import distance, vectors

POWER_FLOW = tuple(f"RC{number}" for number in range(34, 44))
NAMES = ("RC24", "RC27", "RC33", *POWER_FLOW, "RC44")
TOLERANCE = 1e-9
POLE = 1e5
"""From here on the gripper's force has a pole within the travel, and the value hangs on the last bits."""

every_problem = pytest.mark.parametrize("name", NAMES)


@cache
def problem(name: str) -> Problem:
    return load(f"cec2020/{name}")


def random_points(name: str, count: int, seed: int = 0) -> Array:
    found = problem(name)
    uniform = np.random.default_rng(seed).random((count, found.dim))
    return np.asarray(found.lower + (found.upper - found.lower) * uniform)


def assert_agree(name: str, found: Evaluation, expected: Evaluation) -> None:
    f, reference = np.asarray(found.f), np.asarray(expected.f)
    if name == "RC24":
        pole = reference >= POLE
        assert np.all(f[pole] >= POLE)
        assert np.all(np.abs(f - reference)[~pole] <= 1e-6 * np.abs(reference[~pole]))
    else:
        assert np.all(distance(f, reference) <= TOLERANCE)
    for values, references in ((found.g, expected.g), (found.h, expected.h)):
        assert values.shape == references.shape
        assert np.all(distance(values, references) <= TOLERANCE)


def evaluate_text(prompt: Prompt, points: Array) -> Evaluation:
    scope: dict[str, Any] = dict(prompt.namespace)
    exec(prompt.code, scope)

    def column(name: str) -> Array:
        function: Callable[[Array], Array] = scope.get(name, lambda _: np.empty(0))
        return np.array([function(point) for point in points], dtype=np.float64)

    return Evaluation(column("objective"), column("inequality"), column("equality"))


@every_problem
def test_golden_vectors_are_met_by_a_batch(name: str) -> None:
    golden = vectors(name)
    assert_agree(name, problem(name).evaluate(golden.x), Evaluation(golden.f, golden.g, golden.h))


@every_problem
def test_golden_vectors_are_met_point_by_point(name: str) -> None:
    golden, found = vectors(name), problem(name)
    for x, f, g, h in zip(golden.x, golden.f, golden.g, golden.h, strict=True):
        values = Evaluation(np.array([found.objective(x)]), found.inequality(x), found.equality(x))
        assert_agree(name, values, Evaluation(np.array([f]), g, h))


@every_problem
def test_best_known_points_are_feasible_and_reach_their_objective(name: str) -> None:
    golden = vectors(name)
    found = problem(name).objective(golden.reference_x)
    assert problem(name).violation(golden.reference_x) == 0
    assert np.all(distance(np.array([found]), np.array([golden.reference_f])) <= TOLERANCE)


@every_problem
def test_a_batch_gives_the_values_of_its_points_whatever_the_chunks(name: str) -> None:
    points = random_points(name, 70)
    batch = problem(name).evaluate(points)
    single = [problem(name).evaluate(points[k : k + 1]) for k in range(len(points))]
    for number, part in enumerate(batch):
        assert np.all(distance(part, np.concatenate([one[number] for one in single])) <= 1e-12)


@pytest.mark.parametrize("name", ["RC24", "RC44"])
def test_a_batch_gives_exactly_the_values_of_its_points_where_a_threshold_could_flip(name: str) -> None:
    points = random_points(name, 20, seed=3)
    batch = problem(name).evaluate(points)
    assert all(problem(name).objective(x) == f for x, f in zip(points, batch.f, strict=True))


@every_problem
def test_no_points_give_no_values(name: str) -> None:
    found, n = problem(name), 0
    values = found.evaluate(np.empty((n, found.dim)))
    assert [part.shape for part in values] == [(n,), (n, found.n_inequality), (n, found.n_equality)]


@every_problem
def test_points_are_not_modified(name: str) -> None:
    points = random_points(name, 40)
    copy = points.copy()
    points.setflags(write=False)
    problem(name).evaluate(points)
    assert np.array_equal(points, copy)


@every_problem
def test_points_may_be_any_view_of_an_array(name: str) -> None:
    points = random_points(name, 6)
    wide = np.zeros((12, 2 * problem(name).dim))
    wide[::2, ::2] = points
    for view in (wide[::2, ::2], np.asfortranarray(points)):
        for found, expected in zip(problem(name).evaluate(view), problem(name).evaluate(points), strict=True):
            assert np.all(distance(found, expected) <= 1e-12)


@every_problem
@settings(max_examples=15, derandomize=True)
@given(data=st.data())
def test_extreme_points_neither_raise_nor_lose_their_shape(name: str, data: st.DataObject) -> None:
    found = problem(name)
    finite = st.floats(allow_nan=False, allow_infinity=False)
    points = data.draw(arrays(np.float64, (2, found.dim), elements=finite, fill=finite))
    values = found.evaluate(points)
    assert [part.shape for part in values] == [(2,), (2, found.n_inequality), (2, found.n_equality)]


@every_problem
@pytest.mark.parametrize("value", [0.0, -0.0, 5e-324, 1e-160, -1.0, 1e160, -1e160, 1.7976931348623157e308])
def test_uniform_points_of_any_size_do_not_raise(name: str, value: float) -> None:
    found = problem(name)
    points = np.full((3, found.dim), value)
    points[1] = found.lower
    points[2] = found.upper
    inside = found.evaluate(points[1:])
    for part, expected in zip(found.evaluate(points), inside, strict=True):
        assert np.all(distance(part[1:], expected) <= 1e-12)


@every_problem
@pytest.mark.parametrize("style", ["plain", "vectorized"])
def test_every_program_text_agrees_with_the_evaluator(name: str, style: str) -> None:
    prompt = next(p for p in problem(name).prompts() if (p.language, p.style) == ("python", style))
    few = 3 if style == "plain" else 8
    points = np.concatenate((random_points(name, few, seed=1), vectors(name).x[-few:]))
    assert_agree(name, evaluate_text(prompt, points), problem(name).evaluate(points))


@pytest.mark.parametrize("style", ["plain", "vectorized"])
def test_the_gripper_text_agrees_where_the_search_meets_complex_numbers(style: str) -> None:
    prompt = next(p for p in problem("RC24").prompts() if p.style == style and p.language == "python")
    points = random_points("RC24", 60, seed=2)
    points[:5, 3] = 0  # no offset: the force is purely imaginary where the linkage cannot close
    values = problem("RC24").evaluate(points)
    assert np.any(values.f == 1e4)
    assert np.any(values.f < 1e3)
    assert_agree("RC24", evaluate_text(prompt, points), values)


@every_problem
def test_program_texts_are_complete_but_for_the_arrays_they_name(name: str) -> None:
    programs = [p for p in problem(name).prompts() if p.language == "python"]
    assert [p.style for p in programs] == ["plain", "vectorized", "temporaries"]
    for prompt in programs:
        assert f"```python\n{prompt.code}```" in prompt.text
        assert all(re.search(rf"\b{array}\b", prompt.code) for array in prompt.namespace)
        assert ("def inequality(x)" in prompt.code) == (problem(name).n_inequality > 0)
        assert ("def equality(x)" in prompt.code) == (problem(name).n_equality > 0)
        assert len(prompt.text) < 6000


@every_problem
def test_every_text_begins_with_a_sentence_about_its_variables(name: str) -> None:
    for prompt in problem(name).prompts():
        first = prompt.text.split("\n\n")[0]
        assert first[0].isupper()
        assert first.endswith(".")
        assert f"{problem(name).dim} variables" in first


def latex(name: str) -> str:
    (prompt,) = (p for p in problem(name).prompts() if p.language == "latex")
    return prompt.text


@every_problem
def test_formulas_are_well_formed(name: str) -> None:
    text = latex(name)
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    environments: list[str] = []
    for kind, environment in re.findall(r"\\(begin|end)\{(\w+\*?)\}", text):
        if kind == "begin":
            environments.append(environment)
        else:
            assert environments.pop() == environment
    assert environments == []
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
    assert len(re.findall(r"(?<!\\)\$", text)) % 2 == 0
    assert "<<" not in text


QUANTITIES = {
    "RC24": (
        r"\arccos",
        "F(z)",
        r"\varphi(-F) - \varphi(F)",
        "99.9999",
        "g_7",
        r"\rho = \sqrt{2^{-52}}",
        "500",
        "10000",
    ),
    "RC27": (r"6.98 \times 10^{10}", "2770", "454", "18.288", r"7 / \nu_1", r"15 / \nu_2", r"20 / \nu_3", "(1, 4)"),
    "RC33": ("K_0", r"2.06 \times 10^{8}", "0.3", "-10000", "w_{ek}", r"\max(0, 1.5", "F_{88}", "u_{22}"),
    "RC34": ("V_3", r"\left| I_1 + I_2 + I_3 \right|", "(9, 16, 21, 24, 30)", "x_{81 + i}", "x_{113 + r}"),
    "RC35": ("a_k", r"\operatorname{Re}(V_1 \overline{I_1})", "(34, 35, 36, 37, 38)", "x_{148 + r}"),
    "RC36": ("b_k", r"\operatorname{Im}(V_1 \overline{I_1})", "x_{153 + r}", r"\tfrac12"),
    "RC37": (r"\operatorname{Re}(V_1 \overline{I_1})", "(2, 13, 22, 23, 27)", "x_{116 + r}", "x_{121 + r}"),
    "RC38": (r"\beta", "1.75", "0.00834", "0.0025", r"P^{\mathrm g}_{27}"),
    "RC39": ("0.75", r"P^{\mathrm L}_k", "0.0625", "3.25"),
    "RC40": ("X_{kb}", "w = x_{75}", "V_1 = x_{76} + 10^{-5}", "0.005102", "0.03", "|V_k|^{a_k}"),
    "RC41": ("Y_{kl}", "V_1 = 1", "0.18", "0.2", r"\mathcal F = \{2"),
    "RC42": ("x_{76 + r}", "x_{81 + r}", r"K^{\mathrm P}_k (1 - w)", r"\sum_{k \in \mathcal F} P_k"),
    "RC43": ("x_{81 + r}", r"K^{\mathrm Q}_k (1 - |V_k|)", r"\sum_{k \in \mathcal F} Q_k"),
    "RC44": ("D_{sim}", "c_{si}", "w_{si}", "0.01", "1500", "7.5", "0.3", "14", "25", "91", "p_s"),
}


@every_problem
def test_formulas_state_every_quantity(name: str) -> None:
    text = latex(name)
    assert [quantity for quantity in QUANTITIES[name] if quantity not in text] == []
    assert r"\min" in text
    assert r"\ell_" in text


def test_the_fixed_source_tells_the_problems_apart_and_holds_their_tables() -> None:
    sources = [problem(name).definition for name in NAMES]
    assert len(set(sources)) == len(NAMES)
    load_of_24 = "0.42"
    assert load_of_24 in problem("RC35").definition


def test_a_zero_voltage_makes_the_residuals_undefined_and_the_violation_infinite() -> None:
    for name in POWER_FLOW:
        x = vectors(name).reference_x.copy()
        free = problem(name).dim - problem(name).dim % 2
        x[:free] = 0
        assert not np.all(np.isfinite(problem(name).equality(x)))
        assert problem(name).violation(x) == np.inf


def test_an_indefinite_mass_matrix_leaves_the_weight_but_no_frequency() -> None:
    x = np.full(10, -1.0)
    assert np.isfinite(problem("RC27").objective(x))
    assert np.all(np.isnan(problem("RC27").inequality(x)))


def test_bars_without_material_have_no_stiffness() -> None:
    assert not np.any(np.isfinite(problem("RC27").inequality(np.zeros(10))))


def test_a_structure_without_material_has_no_compliance() -> None:
    assert np.isnan(problem("RC33").objective(np.zeros(30)))


def test_an_indefinite_structure_is_still_solved() -> None:
    x = np.linspace(0.2, 1.0, 30)
    x[::7] *= -1
    prompt = next(p for p in problem("RC33").prompts() if p.style == "vectorized")
    assert_agree("RC33", evaluate_text(prompt, x[np.newaxis]), problem("RC33").evaluate([x]))


def test_the_last_turbine_needs_no_distance() -> None:
    x = vectors("RC44").reference_x.copy()
    x[28:] = x[:2]
    assert np.all(problem("RC44").inequality(x) <= 0)
    x[26:28] = x[:2]
    assert problem("RC44").inequality(x).max() == 200


def test_turbines_at_one_place_do_not_wake_each_other() -> None:
    together = np.full((1, 30), 1000.0)
    apart = together.copy()
    apart[0, 1::2] += np.arange(15) * 1e-9
    values = problem("RC44").evaluate(np.concatenate((together, apart))).f
    assert values[0] < 0.9 * values[1] < 0


def test_networks_are_symmetric_and_their_lines_lose_no_current() -> None:
    for grid in (network.feeder(), network.distribution(), network.transmission()):
        assert np.array_equal(grid.admittance, grid.admittance.T)
    exact = network.nodal_admittance(3, np.array([0, 1, 2]), np.array([1, 2, -1]), np.array([1 + 2j, 3j, 4 + 0j]))
    assert np.array_equal(exact.sum(axis=1), [0, 0, 4])


def test_matrices_have_the_eight_digits_of_their_source() -> None:
    for grid in (network.distribution(), network.transmission()):
        for value in (*grid.admittance.real.ravel(), *grid.admittance.imag.ravel()):
            assert value == float(f"{value:.7e}")


@example(1.0, 3.0, 0.5)
@settings(max_examples=60, derandomize=True)
@given(st.floats(0.1, 9), st.floats(-5, 5), st.floats(-2, 2))
def test_the_bounded_search_takes_the_path_of_scipy_for_real_functions(width: float, shift: float, wave: float) -> None:
    def function(z: Any) -> Any:
        return (z - shift) ** 2 / width + wave * np.sin(3 * z)

    expected = fminbound(function, -3, 7, xtol=1e-4, maxfun=500, full_output=True)
    assert least_value(function, -3.0, 7.0) == pytest.approx(float(expected[1]), rel=1e-9, abs=1e-12)


def test_the_bounded_search_ends_on_complex_values_by_their_real_part() -> None:
    found = least_value(lambda z: (z - 1) ** 2 + 2j, 0.0, 4.0)
    assert abs(found - 2j) < 1e-6


def test_chunks_cover_all_points_in_order() -> None:
    def evaluate(points: Array) -> Evaluation:
        assert len(points) <= 4
        return Evaluation(points[:, 0], points, np.empty((len(points), 0)))

    points = np.linspace(0, 1, 22).reshape(11, 2)
    found = in_chunks(evaluate, points, 4)
    assert np.array_equal(found.f, points[:, 0])
    assert np.array_equal(found.g, points)
    assert found.h.shape == (11, 0)
