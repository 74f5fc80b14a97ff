"""Independent implementations of optimizers of the pool, for `optimizer_validation` and `optimizer_speed`.

Every peer is a function ``(objective, lower, upper, budget, seed)`` that ends by itself or is ended by the objective.
Packages that are not installed are left out. Nothing here is imported by llamoco-bench, and none of it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Objective = Callable[[Array], Any]
Solve = Callable[[Objective, Array, Array, int, int], object]


class Spent(BaseException):
    """Ends a peer that has used its budget; not an `Exception`, so that no package swallows it."""


class Counted:
    """Objective that counts, keeps the best point within the bounds, and stops a peer at its budget."""

    def __init__(self, f: Callable[[Array], Array], lower: Array, upper: Array, budget: int) -> None:
        self.best, self.used = np.inf, 0
        self._f, self._lower, self._upper, self._budget = f, lower, upper, budget

    def __call__(self, x: Array) -> Any:
        points = np.atleast_2d(np.asarray(x, dtype=float))
        fitting = points[: self._budget - self.used]
        if not len(fitting):
            raise Spent
        self.used += len(fitting)
        values = self._f(fitting)
        inside = ((fitting >= self._lower) & (fitting <= self._upper)).all(axis=1)
        self.best = min(self.best, values[inside].min(initial=np.inf))
        values = np.append(values, np.full(len(points) - len(fitting), 1e100))
        return float(values[0]) if np.ndim(x) == 1 else values


@dataclass(frozen=True)
class Peer:
    """An implementation to compare with.

    Attributes
    ----------
    package, name: where it is from.
    solve: runs it.
    config: hyper-parameters of ours that come nearest to its own.
    note: what it does otherwise.
    """

    package: str
    name: str
    solve: Solve
    config: dict[str, Any]
    note: str = ""


def _pypop7(module: str, **options: Any) -> Solve:
    def solve(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
        from importlib import import_module

        optimizer = getattr(import_module(f"pypop7.optimizers.{module.lower()}"), module.split(".")[1].upper())
        problem = {
            "fitness_function": objective,
            "ndim_problem": len(lower),
            "lower_boundary": lower,
            "upper_boundary": upper,
        }
        own = {key: value * (upper - lower)[0] if key == "sigma" else value for key, value in options.items()}
        own |= {"max_function_evaluations": budget, "seed_rng": seed, "verbose": False}
        return optimizer(problem, own).optimize()

    return solve


def _cmaes_sep(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
    from cmaes import SepCMA

    rng, children = np.random.default_rng(seed), None
    while True:
        mean, sigma = rng.uniform(lower, upper), 0.3 * (upper - lower)[0]
        bounds = np.column_stack([lower, upper])
        es = SepCMA(mean=mean, sigma=sigma, bounds=bounds, seed=int(rng.integers(2**31)), population_size=children)
        while not es.should_stop():
            points = np.array([es.ask() for _ in range(es.population_size)])
            es.tell(list(zip(points, objective(points), strict=True)))
        children = 2 * es.population_size


def _cma_bipop(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
    import cma

    rng = np.random.default_rng(seed)
    options = {"bounds": [lower, upper], "maxfevals": budget, "seed": seed + 1, "verbose": -9}
    start = lambda: rng.uniform(lower, upper)  # noqa: E731 - fmin2 wants a function for restarts
    return cma.fmin2(objective, start, 0.3 * (upper - lower)[0], options, restarts=30, bipop=True)


def _scipy_de(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
    from scipy.optimize import differential_evolution

    init = np.random.default_rng(seed).uniform(lower, upper, (50, len(lower)))
    return differential_evolution(
        objective,
        list(zip(lower, upper, strict=True)),
        strategy="rand1bin",
        mutation=0.5,
        recombination=0.5,
        init=init,
        maxiter=budget,
        tol=0,
        polish=False,
        rng=seed,
    )


def _skopt(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
    from skopt import gp_minimize

    bounds = [(float(low), float(high)) for low, high in zip(lower, upper, strict=True)]  # ints would mean integers
    options = {
        "n_calls": budget,
        "n_initial_points": min(2 * len(lower), budget // 2),
        "acq_func": "EI",
        "random_state": seed,
    }
    return gp_minimize(lambda x: objective(np.array(x)), bounds, **options)


def _minionpy(algorithm: str) -> Solve:
    def solve(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
        import minionpy

        bounds = list(zip(lower.tolist(), upper.tolist(), strict=True))
        x0 = np.random.default_rng(seed).uniform(lower, upper)[None].tolist()
        f = lambda points: objective(np.array(points)).tolist()  # noqa: E731
        return minionpy.Minimizer(f, bounds, x0=x0, algo=algorithm, maxevals=budget, seed=seed).optimize()

    return solve


class _MetaBoxBase:
    """What the optimizers of MetaBox need of their base class; the real one imports PyTorch and the whole package."""

    def __init__(self, config: SimpleNamespace) -> None:
        self.rng = np.random.RandomState(config.seed)


def _metabox(name: str) -> Solve:
    def solve(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
        folder = Path(str(find_spec("metaevobox").submodule_search_locations[0]))  # type: ignore[union-attr,index]
        text = (folder / "baseline" / "bbo" / f"{name.lower()}.py").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith(("import torch", "from ..."))]
        np.random.seed(seed)  # noqa: NPY002 - MADDE draws from SciPy's distributions, which use the global state
        permutation = np.random.default_rng(seed).permutation  # all that is used of PyTorch
        torch = SimpleNamespace(randperm=lambda n: permutation(n))
        namespace: dict[str, Any] = {"Basic_Optimizer": _MetaBoxBase, "torch": torch}
        exec("\n".join(lines), namespace)
        dim = len(lower)
        config = SimpleNamespace(
            seed=seed, maxFEs=budget, n_logpoint=50, log_interval=budget, full_meta_data=False, dim=dim
        )
        problem = SimpleNamespace(eval=objective, dim=dim, lb=lower, ub=upper, optimum=None)
        return namespace[name](config).run_episode(problem)

    return solve


def _evosax_samr(objective: Objective, lower: Array, upper: Array, budget: int, seed: int) -> object:
    import jax
    from evosax.algorithms import SAMR_GA

    n, dim = 50, len(lower)
    key, start = jax.random.split(jax.random.key(seed))
    first = np.random.default_rng(seed).random((n, dim))
    algorithm = _samr_ga(n, dim, SAMR_GA)
    values = objective(lower + first * (upper - lower))
    params = algorithm.default_params.replace(std_init=0.1)
    state = algorithm.init(start, first, values, params)
    while True:
        key, ask, tell = jax.random.split(key, 3)
        population, state = algorithm.ask(ask, state, params)
        population = np.clip(np.asarray(population, dtype=float), 0, 1)
        values = objective(np.minimum(lower + population * (upper - lower), upper))
        state, _ = algorithm.tell(tell, population, values, state, params)


_COMPILED: dict[tuple[int, int], Any] = {}


def _samr_ga(n: int, dim: int, cls: Any) -> Any:
    """One instance per shape, since each is compiled for seconds."""
    if (n, dim) not in _COMPILED:
        _COMPILED[n, dim] = cls(population_size=n, solution=np.zeros(dim))
    return _COMPILED[n, dim]


ALL_PEERS: dict[str, tuple[Peer, ...]] = {
    "sa": (
        Peer("pypop7", "CSA", _pypop7("sa.CSA", temperature=100.0, sigma=0.1), {"chains": 1}, "moves one variable"),
    ),
    "nsa": (
        Peer(
            "pypop7",
            "NSA",
            _pypop7("sa.NSA", sigma=0.01, temperature=1.0, n_samples=1),
            {"chains": 1},
            "leaves the bounds",
        ),
    ),
    "pso": (Peer("pypop7", "SPSO", _pypop7("pso.SPSO", n_individuals=50, is_bound=True), {"c1": 2.0, "c2": 2.0}),),
    "deap-de": (Peer("scipy", "differential_evolution", _scipy_de, {}, "replaces parents at once"),),
    "samr-ga": (Peer("evosax", "SAMR_GA", _evosax_samr, {"elite": 0.5}),),
    "sep-cma-es": (
        Peer("cmaes", "SepCMA", _cmaes_sep, {}, "resamples outside the bounds; other stopping rules"),
        Peer("pypop7", "SEPCMAES", _pypop7("es.SEPCMAES", sigma=0.3), {}, "leaves the bounds"),
    ),
    "bipop-cma-es": (Peer("cma", "fmin2", _cma_bipop, {}, "active update; other handling of bounds"),),
    "mmes": (Peer("pypop7", "MMES", _pypop7("es.MMES", sigma=0.3), {}, "leaves the bounds"),),
    "glpso": (Peer("metaevobox", "GLPSO", _metabox("GLPSO"), {"population": 100}),),
    "madde": (Peer("metaevobox", "MADDE", _metabox("MADDE"), {"share": 0.04}),),
    "sdms-pso": (Peer("metaevobox", "SDMSPSO", _metabox("SDMSPSO"), {}, "BFGS without bounds"),),
    "amcde": (Peer("minionpy", "NLSHADE_RSP", _minionpy("NLSHADE_RSP"), {}, "another algorithm of its family"),),
    "bo": (Peer("scikit-optimize", "gp_minimize", _skopt, {}, "the whole box, one point a model"),),
    "la-mcts": (Peer("pypop7", "LAMCTS", _pypop7("bo.LAMCTS"), {}, "leaves the bounds, samples without its tree"),),
}

MODULES = {"scikit-optimize": "skopt"}
"""Import names that differ from the package's."""


def installed(peer: Peer) -> bool:
    """Whether the package of `peer` is there."""
    return find_spec(MODULES.get(peer.package, peer.package)) is not None
