from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.baselines.optimizers.grids import Axis, Granularity, axes_of, grid_of
from llamoco_bench.errors import UsageError

NAMES = sorted(POOL)


def test_importing_the_pool_loads_no_numerical_library() -> None:
    script = (
        "import sys; from llamoco_bench.baselines.optimizers import POOL; sorted(POOL); "
        "print(*{'numpy', 'scipy', 'cma', 'deap', 'skopt', 'sklearn'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.split() == []


def test_the_pool_holds_the_23_optimizers_of_the_paper() -> None:
    kinds = [optimizer.kind for optimizer in POOL.values()]
    assert (kinds.count("unconstrained"), kinds.count("constrained")) == (16, 7)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_knows_its_own_name_and_kind(name: str) -> None:
    assert POOL[name].name == name
    assert POOL[name].kind in ("unconstrained", "constrained")
    assert POOL[name].title
    assert POOL[name].reference


@pytest.mark.parametrize("name", NAMES)
def test_the_hyper_parameters_of_grid_and_program_are_the_same(name: str) -> None:
    assert set(POOL[name].grid) == set(POOL[name].defaults)


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_are_one_of_the_configurations(name: str) -> None:
    assert dict(POOL[name].defaults) in POOL[name].configurations()


@pytest.mark.parametrize("name", NAMES)
def test_a_grid_has_at_most_125_distinct_configurations_like_the_largest_of_the_paper(name: str) -> None:
    configurations = POOL[name].configurations()
    assert len({tuple(c.items()) for c in configurations}) == len(configurations)
    assert 8 <= len(configurations) <= 125


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_a_grid_has_the_type_of_the_default_and_a_source(name: str) -> None:
    for key, axis in axes_of(name).items():
        assert {type(value) for value in axis.values} == {type(POOL[name].defaults[key])}
        assert axis.source
        if axis.scale != "choice":
            assert list(axis.values) == sorted(axis.values, key=float)


@pytest.mark.parametrize("name", NAMES)
def test_granularities_are_nested(name: str) -> None:
    half, original, double = (grid_of(name, g) for g in get_args(Granularity))
    for key in original:
        assert set(half[key]) <= set(original[key]) <= set(double[key])
        assert (half[key][0], half[key][-1]) == (original[key][0], original[key][-1])


def test_half_keeps_both_ends_and_double_adds_the_middle() -> None:
    assert Axis((1, 2, 3, 4), "linear", "").at("half") == (1, 3, 4)
    assert Axis((1, 2, 3, 4, 5), "linear", "").at("half") == (1, 3, 5)
    assert Axis((0.1, 0.3), "linear", "").at("double") == (0.1, 0.2, 0.3)
    assert Axis((1e-4, 1e-2), "log", "").at("double") == (1e-4, 1e-3, 1e-2)
    assert Axis((20, 50), "log", "").at("double") == (20, 32, 50)
    assert Axis((1, 2), "linear", "").at("double") == (1, 2)
    assert Axis(("a", "b"), "choice", "").at("double") == ("a", "b")


def test_the_deap_grid_of_the_paper_has_five_values_of_three_hyper_parameters() -> None:
    assert [len(values) for values in POOL["deap-de"].grid.values()] == [5, 5, 5]


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_changes_the_constants_of_the_source_and_nothing_else(name: str) -> None:
    optimizer = POOL[name]
    for config in (optimizer.configurations()[0], optimizer.configurations()[-1]):
        pairs = list(
            itertools.zip_longest(optimizer.source().splitlines(), optimizer.source(config).splitlines(), fillvalue="")
        )
        for line, changed in pairs:
            assert line.split(" = ")[0] == changed.split(" = ")[0]
        values = {
            node.targets[0].id.lower(): ast.literal_eval(node.value)
            for node in ast.parse(optimizer.source(config)).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        assert values == config


def test_an_unknown_hyper_parameter_is_refused_with_the_near_one() -> None:
    with pytest.raises(UsageError, match="Did you mean 'ftol'"):
        POOL["slsqp"].source({"ftoll": 1e-6})


@pytest.mark.parametrize("value", ["1e-6", True, None])
def test_a_value_of_the_wrong_type_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="type float"):
        POOL["slsqp"].source({"ftol": value})


def test_a_float_is_not_taken_for_a_whole_number() -> None:
    with pytest.raises(UsageError, match="type int"):
        POOL["slsqp"].source({"samples": 4.0})


def test_a_whole_number_is_taken_for_a_float() -> None:
    assert POOL["slsqp"].complete({"ftol": 1})["ftol"] == 1.0


def test_an_unknown_granularity_is_refused() -> None:
    with pytest.raises(UsageError, match="granularity"):
        POOL["slsqp"].configurations("quarter")  # type: ignore[arg-type]
