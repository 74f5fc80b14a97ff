from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.problem import Array, Prompt
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.compiled import evaluator_of
from llamoco_bench.problems.synthetic.families import FAMILIES
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.prompts import describe, latex_prompt, python_prompt, python_styles
from llamoco_bench.problems.synthetic.python_texts import STYLES
from llamoco_bench.problems.synthetic.telling import given_arrays
from tests.problems.synthetic.latex_reading import ReadProblem
from tests.problems.synthetic.making import CONSTRUCTIONS, Kind, make, points

FORMS = ("plain", "commuted", "distributed")
SAMPLE = [IDS[i] for i in np.random.default_rng(20).choice(len(IDS), 300, replace=False)]


def close(found: Any, wanted: Any) -> bool:
    return np.allclose(np.asarray(found, dtype=float), wanted, rtol=1e-9, atol=1e-10)


def assert_python_computes(prompt: Prompt, instance: Instance, x: Array) -> None:
    scope: dict[str, Any] = dict(prompt.namespace)
    exec(prompt.code, scope)
    expected = evaluator_of(instance).evaluate(x)
    for point, f, g, h in zip(x, *expected, strict=True):
        assert close(scope["objective"](point), f)
        for name, values in (("inequality", g), ("equality", h)):
            assert (name in scope) == bool(values.size)
            assert not values.size or close(scope[name](point), values)


def assert_latex_states(prompt: Prompt, instance: Instance, x: Array) -> None:
    read, expected = ReadProblem(prompt.text), evaluator_of(instance).evaluate(x)
    assert read.dim == instance.dim
    for point, f, g, h in zip(x, *expected, strict=True):
        found = read.evaluate(point, prompt.namespace)
        assert close(found[0], f)
        assert close(found[1], g)
        assert close(found[2], h)


Check = Callable[[Instance, Array], None]


def by_python(style: str) -> Check:
    return lambda instance, x: assert_python_computes(python_prompt(instance, style), instance, x)


def by_latex(form: str) -> Check:
    return lambda instance, x: assert_latex_states(latex_prompt(instance, form), instance, x[:2])


EVERY_TEXT = pytest.mark.parametrize(
    "assert_agrees",
    [
        *(pytest.param(by_python(style), id=f"python-{style}") for style in STYLES),
        *(pytest.param(by_latex(form), id=f"latex-{form}") for form in FORMS),
    ],
)


@EVERY_TEXT
@pytest.mark.parametrize("name", BASIC_FUNCTIONS)
def test_every_text_of_every_base_function_states_what_is_evaluated(name: str, assert_agrees: Check) -> None:
    for kind, rotated in CONSTRUCTIONS:
        functions = (name, "sphere") if kind == "hybrid" else (name,)
        assert_agrees(make(kind, functions, dim=5, rotated=rotated), points(5, 2))


@EVERY_TEXT
@pytest.mark.parametrize("family", FAMILIES)
def test_every_text_of_every_family_states_what_is_evaluated(family: str, assert_agrees: Check) -> None:
    for rotated in (False, True):
        both = ((family, False), (family, True))
        assert_agrees(make(families=both, dim=4, rotated=rotated), points(4, 2))


@EVERY_TEXT
@pytest.mark.parametrize("kind", ["composition", "hybrid"])
def test_every_text_of_a_large_problem_states_what_is_evaluated(kind: Kind, assert_agrees: Check) -> None:
    functions = ("ackley", "lunacek_bi_rastrigin", "happycat", "schaffer_f7", "katsuura")
    families = (("ellipsoid", False), ("product", False), ("ring", True), ("linear", True))
    assert_agrees(make(kind, functions, families, dim=13), points(13, 2))


@pytest.mark.parametrize("start", range(0, 300, 10))
def test_the_python_texts_of_300_instances_compute_what_is_evaluated(start: int) -> None:
    for instance in map(instance_of, SAMPLE[start : start + 10]):
        x = np.random.default_rng(3).uniform(instance.lower, instance.upper, (2, instance.dim))
        for prompt in describe(instance):
            if prompt.language == "python":
                assert_python_computes(prompt, instance, x)


@pytest.mark.parametrize("name", SAMPLE[:12])
def test_the_latex_texts_of_an_instance_state_what_is_evaluated(name: str) -> None:
    assert_latex_of_instance_states_what_is_evaluated(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE[12:])
def test_the_latex_texts_of_more_instances_state_what_is_evaluated(name: str) -> None:
    assert_latex_of_instance_states_what_is_evaluated(name)


def assert_latex_of_instance_states_what_is_evaluated(name: str) -> None:
    instance = instance_of(name)
    x = np.random.default_rng(4).uniform(instance.lower, instance.upper, (1, instance.dim))
    for prompt in describe(instance):
        if prompt.language == "latex":
            assert_latex_states(prompt, instance, x)


def test_the_reader_notices_a_changed_number() -> None:
    instance = make("hybrid", ("rastrigin", "levy"), (("ball", False),), dim=6)
    text = latex_prompt(instance, "plain").text
    changed = text.replace("10 \\cos", "11 \\cos")
    assert changed != text
    with pytest.raises(AssertionError):
        assert_latex_states(Prompt("latex", "plain", changed, namespace=given_arrays(instance)), instance, points(6, 1))


@pytest.mark.parametrize("name", SAMPLE[:60])
def test_an_instance_has_four_to_six_different_descriptions_in_both_languages(name: str) -> None:
    prompts = describe(instance_of(name))
    assert 4 <= len(prompts) <= 6
    assert len({prompt.text for prompt in prompts}) == len(prompts)
    assert len({(prompt.language, prompt.style) for prompt in prompts}) == len(prompts)
    assert {prompt.language for prompt in prompts} == {"python", "latex"}
    assert prompts[0].style == "plain"
    assert all(prompt.code in prompt.text for prompt in prompts)


def test_over_the_set_all_styles_occur_and_there_are_as_many_pairs_as_in_the_paper() -> None:
    styles = [python_styles(name) for name in IDS]
    for style in STYLES:
        assert sum(style in chosen for chosen in styles) > 2500
    # The paper: 32,570 prompts of 6,000 problems.
    assert 32_000 < sum(len(FORMS) + len(chosen) for chosen in styles) < 33_000


def test_where_a_law_changes_nothing_other_styles_take_the_place() -> None:
    prompts = describe(make(rotated=False, dim=3))
    assert len(prompts) >= 4
    assert len({prompt.text for prompt in prompts}) == len(prompts)


@pytest.mark.parametrize("name", SAMPLE[:60])
def test_shifts_and_matrices_stand_in_texts_by_name_only(name: str) -> None:
    instance = instance_of(name)
    values = [abs(value) for array in given_arrays(instance).values() for value in np.ravel(array)]
    secret = {f"{value:.6g}" for value in values if value != round(value, 1)}
    for prompt in describe(instance):
        told = {f"{float(number):.6g}" for number in re.findall(r"\d+\.\d+", prompt.text)}
        assert not told & secret
        for array_name in given_arrays(instance):
            symbol = array_name if len(array_name) == 1 else f"{array_name[0]}_{{{array_name[1:]}}}"
            assert (array_name if prompt.language == "python" else symbol) in prompt.text


def test_every_number_that_is_the_problems_own_stands_in_the_texts() -> None:
    instance = make("composition", ("rastrigin", "levy"), (("ring", False), ("ellipsoid", True)), dim=6)
    for prompt in [*(python_prompt(instance, s) for s in STYLES), *(latex_prompt(instance, f) for f in FORMS)]:
        for number in ("0.87", "17.5", "18.5", "0.0512", "60", "340.25", "12.5", "77.5"):
            assert number in prompt.text


def test_texts_define_nothing_but_what_they_promise() -> None:
    instance = make("hybrid", ("rastrigin", "levy"), (("ring", False),), dim=6)
    for style in STYLES:
        scope: dict[str, Any] = dict(given_arrays(instance))
        exec(STYLES[style](instance), scope)
        assert {"objective", "inequality"} <= set(scope)
        assert "equality" not in scope


def test_prompts_of_a_problem_are_those_of_its_instance() -> None:
    instance = instance_of("synthetic/c0042")
    assert [p.text for p in as_problem(instance).prompts()] == [p.text for p in describe(instance)]
