from __future__ import annotations

import pytest

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.optimizer_use import UNNAMED, UNPARSABLE, optimizers_used

HEAD = "def solve(objective, lower, upper, budget, seed):\n    "


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("from scipy.optimize import minimize\nminimize(f, x, method='slsqp')", ("SLSQP (SciPy)",)),
        ("from scipy.optimize import minimize\nminimize(f, x, (), 'COBYLA')", ("COBYLA (SciPy)",)),
        ("from scipy import optimize as o\no.minimize(f, x)", ("minimize (SciPy)",)),
        ("import scipy.optimize\nscipy.optimize.shgo(f, b)", ("SHGO (SciPy)",)),
        ("import cma\ncma.fmin2(f, x, 1)", ("CMA-ES (cma)",)),
        ("import cma\ncma.CMAOptions()\nxs = cma.CMAEvolutionStrategy(x, 1)", ("CMA-ES (cma)",)),
        ("from skopt import gp_minimize\ngp_minimize(f, b)", ("Bayesian optimization (skopt)",)),
        ("from pypop7.optimizers.es.mmes import MMES\nMMES(p, o)", ("MMES (PyPop7)",)),
        ("from evosax import CMA_ES\nCMA_ES(10, 2)", ("CMA_ES (evosax)",)),
        ("from deap import algorithms\nalgorithms.eaSimple(p, t, 1, 1, 1)", ("Evolutionary algorithm (DEAP)",)),
        ("from scipy.optimize import differential_evolution as d, minimize as m\nd(f, b)\nm(f, x, method='Powell')",
         ("DE (SciPy)", "Powell (SciPy)")),
    ],
)  # fmt: skip
def test_optimizers_of_libraries_are_named(program: str, expected: tuple[str, ...]) -> None:
    assert optimizers_used(program) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("def particle_swarm(f):\n    pass", ("own: PSO",)),
        ('def solve(f):\n    """Differential evolution with restarts."""', ("own: DE",)),
        ("def simulated_annealing(f):\n    pass\nfrom scipy.optimize import minimize\nminimize(f, x, method='BFGS')",
         ("own: Simulated annealing", "BFGS (SciPy)")),
        ("def solve(f, x):\n    return x", (UNNAMED,)),
        ("def solve(f, x:\n", (UNPARSABLE,)),
        ("solve = lambda objective, lower, upper, budget, seed: lower\n", (UNNAMED,)),
        ("", ()),
    ],
)  # fmt: skip
def test_hand_written_ones_are_named_after_what_they_say(program: str, expected: tuple[str, ...]) -> None:
    assert optimizers_used(program) == expected


def test_comment_or_unused_import_is_no_use() -> None:
    assert optimizers_used(f"import cma\nfrom scipy.optimize import minimize\n{HEAD}return lower  # minimize()") == (
        UNNAMED,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("slsqp", "SLSQP (SciPy)"),
        ("de", "DE (SciPy)"),
        ("cobyla", "COBYLA (SciPy)"),
        ("trust-constr", "trust-constr (SciPy)"),
        ("bipop-cma-es", "own: CMA-ES"),
        ("pso", "own: PSO"),
        ("bo", "own: Bayesian optimization"),
        ("la-mcts", "own: Monte Carlo tree search"),
        ("heco-de", "own: DE"),
        ("sa", "own: Simulated annealing"),
    ],
)
def test_programs_of_the_pool_are_recognised(name: str, expected: str) -> None:
    assert optimizers_used(POOL[name].source({}))[0] == expected
