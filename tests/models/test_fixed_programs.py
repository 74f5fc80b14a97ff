"""Kinds ``random`` and ``pool``: models that always answer with one program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llamoco_bench.baselines.models import Message, Model, Request, make_model, parse_spec, prepare_model
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import UsageError
from llamoco_bench.extraction import extract_program
from llamoco_bench.testing import AdapterConformance


def model_of(text: str) -> Model:
    spec = parse_spec(text)
    prepare_model(spec)
    return make_model(spec)


def program_of(model: Model, turn: int = 0) -> str:
    program = extract_program(model.generate(Request("p", [Message("user", "?")], turn=turn)).text)
    assert program is not None
    return program


class TestRandomConforms(AdapterConformance):
    @pytest.fixture
    def model(self) -> Model:
        return model_of("random")


class TestPoolConforms(AdapterConformance):
    @pytest.fixture
    def model(self) -> Model:
        return model_of("pool:slsqp")


class Counted:
    """A sphere that remembers how it was called; feasible where x0 >= 1 and x1 = 2 within `width`."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def objective(self, x: Any) -> Any:
        self.sizes.append(len(x))
        return (x**2).sum(axis=1)

    def inequality(self, x: Any) -> Any:
        return 1 - x[:, :1]

    def equality(self, x: Any) -> Any:
        return np.where(abs(x[:, 1:2] - 2) < 0.5, 0, x[:, 1:2] - 2)


def run(program: str, **arguments: Any) -> Any:
    namespace: dict[str, Any] = {}
    exec(program, namespace)
    return namespace["solve"](**arguments)


@pytest.mark.parametrize(("batch", "sizes"), [(1000, [250]), (100, [100, 100, 50]), (250, [250])])
def test_random_search_spends_its_whole_budget_in_batches(batch: int, sizes: list[int]) -> None:
    counted = Counted()
    bounds = {"lower": np.full(3, -5.0), "upper": np.full(3, 5.0)}
    x = run(program_of(model_of(f"random?batch={batch}")), objective=counted.objective, **bounds, budget=250, seed=1)
    assert counted.sizes == sizes
    assert x.shape == (3,)
    assert (abs(x) <= 5).all()
    assert (x**2).sum() < 15  # best of 250 points, whose mean is 25


def test_random_search_prefers_feasible_points() -> None:
    counted = Counted()
    bounds = {"lower": np.full(2, -5.0), "upper": np.full(2, 5.0)}
    constraints = {"inequality": counted.inequality, "equality": counted.equality}
    program = program_of(model_of("random"))
    x = run(program, objective=counted.objective, **bounds, budget=3000, seed=1, **constraints)
    assert x[0] >= 1
    assert abs(x[1] - 2) < 0.5
    assert (x**2).sum() < 1.2**2 + 1.7**2  # near the best feasible point (1, 1.5)


def test_random_search_survives_an_objective_that_is_never_a_number() -> None:
    program = program_of(model_of("random"))
    bounds = {"lower": np.zeros(2), "upper": np.ones(2)}
    x = run(program, objective=lambda x: np.full(len(x), np.nan), **bounds, budget=10, seed=1)
    assert x.shape == (2,)


def test_program_of_random_search_carries_no_remarks_for_linters() -> None:
    assert program_of(model_of("random")).startswith('"""Uniform random search')


def test_repair_turn_gives_the_same_program_and_no_tokens() -> None:
    model = model_of("random")
    assert program_of(model, turn=1) == program_of(model)
    assert model.generate(Request("p", [])).usage is None


@pytest.mark.parametrize("name", sorted(POOL))
def test_expert_answers_with_the_program_of_the_pool(name: str) -> None:
    assert program_of(model_of(f"pool:{name}")).strip() == POOL[name].source().strip()


def test_options_of_an_expert_are_its_hyper_parameters() -> None:
    (first, *_), last = POOL["de"].configurations(), POOL["de"].configurations()[-1]
    texts = ["&".join(f"{key}={value}" for key, value in config.items()) for config in (first, last)]
    models = [model_of(f"pool:de?{text}") for text in texts]
    assert [program_of(model).strip() for model in models] == [POOL["de"].source(c).strip() for c in (first, last)]
    assert models[0].identity != models[1].identity


def test_values_between_those_of_the_grid_are_accepted() -> None:
    assert "F = 0.55" in program_of(model_of("pool:de?f=0.55&population=33"))
    assert "ACCEPT = -2.0" in program_of(model_of("pool:dual-annealing?accept=-2"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pool:slspq", "Did you mean 'slsqp'"),
        ("pool:de?sigma=1", "sigma"),
        ("pool:de?f=x", "float"),
        ("pool:de?population=-3", "population of de is -3. The grid has: 20, 50, 100"),
        ("pool:de?population=0", "population of de is 0"),
        (f"pool:de?population=-{10**400}", "population of de is -1000"),
        (f"pool:de?f={10**400}", "f of de is inf, but should be a finite number"),
        ("pool:de?f=nan", "f of de is nan"),
        ("pool:de?cr=inf", "cr of de is inf"),
        ("pool:de?strategy=best2bin", "Unknown value of strategy 'best2bin'. Did you mean 'best1bin'"),
        ("pool:dual-annealing?accept=5.0", "accept of dual-annealing is 5.0"),
    ],
)
def test_unknown_expert_or_hyper_parameter_is_refused_before_the_run(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        prepare_model(parse_spec(text))
