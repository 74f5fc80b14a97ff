"""Which optimizers a program uses, told from what it imports and calls.

A call of a library's optimizer is certain. Where a program calls none, or only local ones (as the polish of a
population, say), what it calls its own functions and says in its docstrings is taken as a hint, and the answer is
marked as ``own``; where it calls none and says nothing, it is ``own: unnamed``.
"""

from __future__ import annotations

import re
from typing import Final

from llamoco_bench.program_calls import Call, outline
from llamoco_bench.syntax import parse_program

UNPARSABLE: Final = "does not parse"
UNNAMED: Final = "own: unnamed"

_SCIPY: Final = {
    "differential_evolution": "DE (SciPy)",
    "dual_annealing": "Dual annealing (SciPy)",
    "basinhopping": "Basin hopping (SciPy)",
    "shgo": "SHGO (SciPy)",
    "direct": "DIRECT (SciPy)",
    "brute": "Grid search (SciPy)",
    "fmin_slsqp": "SLSQP (SciPy)",
    "fmin_cobyla": "COBYLA (SciPy)",
    "fmin_l_bfgs_b": "L-BFGS-B (SciPy)",
    "fmin": "Nelder-Mead (SciPy)",
    "fmin_powell": "Powell (SciPy)",
    "fmin_bfgs": "BFGS (SciPy)",
    "fmin_tnc": "TNC (SciPy)",
    "fmin_cg": "CG (SciPy)",
    "least_squares": "Least squares (SciPy)",
    "linprog": "Linear programming (SciPy)",
    "milp": "Linear programming (SciPy)",
}
_METHODS: Final = {
    name.lower(): name
    for name in (
        "SLSQP",
        "COBYLA",
        "COBYQA",
        "trust-constr",
        "L-BFGS-B",
        "BFGS",
        "Nelder-Mead",
        "Powell",
        "TNC",
        "CG",
        "Newton-CG",
        "trust-exact",
        "trust-krylov",
        "trust-ncg",
        "dogleg",
    )
}
_PLACE_OF_METHOD: Final = 3
"""Of ``minimize(fun, x0, args, method)``."""

_LOCAL: Final = frozenset(f"{method} (SciPy)" for method in (*_METHODS.values(), "minimize"))
_POPULATIONS: Final = ("CMA-ES", "DE", "PSO", "Genetic algorithm", "Evolution strategy", "Simulated annealing")
_SKOPT: Final = {
    "gp_minimize": "Bayesian optimization (skopt)",
    "forest_minimize": "Forest surrogate (skopt)",
    "gbrt_minimize": "Boosted-tree surrogate (skopt)",
    "dummy_minimize": "Random search (skopt)",
    "Optimizer": "Bayesian optimization (skopt)",
}
_CMA: Final = ("fmin", "fmin2", "CMAEvolutionStrategy", "purecma.fmin", "purecma.CMAES", "fmin_con", "fmin_con2")

# Hints of hand-written ones, the more special first: (what is looked for, what it is called).
_HINTS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"cma[-_ ]?es|covariance matrix adaptation|\bcma\b", "CMA-ES"),
        (r"differential[ _]evolution|madde|heco|amcde|(?:^|[^a-z])l?shade|(?:^|[^a-z])j?de(?:[^a-z]|$)", "DE"),
        (r"particle[ _]swarm|swarm|(?:^|[^a-z])pso", "PSO"),
        (r"bayesian|gaussian process|expected improvement|acquisition", "Bayesian optimization"),
        (r"monte[ -]carlo tree|mcts", "Monte Carlo tree search"),
        (r"anneal", "Simulated annealing"),
        (r"nelder|simplex", "Nelder-Mead"),
        (r"genetic|crossover|(?:^|[^a-z])ga(?:[^a-z]|$)", "Genetic algorithm"),
        (r"evolution[ _]strateg|(?:^|[^a-z])es(?:[^a-z]|$)", "Evolution strategy"),
        (r"gradient[ _]descent|adam(?:[^a-z]|$)", "Gradient descent"),
        (r"pattern[ _]search|coordinate", "Pattern search"),
        (r"random[ _](?:search|points?|sampling)|uniform points", "Random search"),
    )
)


def optimizers_used(program: str) -> tuple[str, ...]:
    """Name the optimizers that `program` uses, in the order of their first call, each once.

    Returns
    -------
    Names such as ``"SLSQP (SciPy)"``; one ``"own: ..."`` where no library's is called; ``"does not parse"`` alone for a
    program that does not. Empty for an empty program.
    """
    if not program.strip():
        return ()
    if parse_program(program) is None:
        return (UNPARSABLE,)
    known = outline(program)
    called = dict.fromkeys(name for call in known.calls if call.imported and (name := _library(call)))
    said = " ".join([*known.names, *known.docstrings])
    own = next((name for pattern, name in _HINTS if pattern.search(said)), None)
    if not called:
        return (UNNAMED if own is None else f"own: {own}",)
    return (f"own: {own}", *called) if own in _POPULATIONS and _LOCAL.issuperset(called) else tuple(called)


def _library(call: Call) -> str | None:
    """Name the optimizer that a call starts; None where it starts none."""
    package, _, rest = call.name.partition(".")
    last = rest.rpartition(".")[2]
    if package == "scipy" and rest.startswith("optimize."):
        return _minimize(call) if last == "minimize" else _SCIPY.get(last)
    if package == "cma":
        return "CMA-ES (cma)" if rest in _CMA or rest.removeprefix("evolution_strategy.") in _CMA else None
    if package == "skopt":
        return _SKOPT.get(last)
    if package == "pypop7" and rest.startswith("optimizers."):
        return f"{last} (PyPop7)"
    if package == "evosax":
        return f"{last} (evosax)" if last[:1].isupper() and "Problem" not in last else None
    if package == "deap":
        return _deap(rest, last)
    return None


def _minimize(call: Call) -> str:
    method = call.texts.get("method", call.texts.get(_PLACE_OF_METHOD))
    if method is None:
        return "minimize (SciPy)"
    return f"{_METHODS.get(method.lower(), 'minimize')} (SciPy)"


def _deap(rest: str, last: str) -> str | None:
    if rest.startswith("cma."):
        return "CMA-ES (DEAP)"
    if rest.startswith("algorithms.ea"):
        return "Evolutionary algorithm (DEAP)"
    return "Evolutionary algorithm (DEAP)" if last in ("Toolbox", "HallOfFame") else None
