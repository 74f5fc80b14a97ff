"""Searches for the best known values and writes ``best_known.json``; needs cma.

    python -m llamoco_bench.problems.realistic.make_data.best_known [BEGINNING OF ID ...]

A value is only replaced by a lower one; the point that gives it is kept beside it, so that anyone can check. What is
proven says so: an objective that cannot be lower, or a look at every cell of a piecewise constant one, where there
are not too many. About 20 minutes on one core for all problems.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from llamoco_bench.problems.problem import Array, Problem
from llamoco_bench.problems.realistic import CEC2020_NAMES, IDS, MUJOCO_IDS, classifier, control, hpo
from llamoco_bench.problems.realistic.catalogue import load
from llamoco_bench.problems.realistic.data import FOLDER

COMMAND: Final = "llamoco_bench.problems.realistic.make_data.best_known"
_FILE: Final = FOLDER / "best_known.json"
_BATCH: Final = 4_096
_MANY_CELLS: Final = 50_000_000


class Found(NamedTuple):
    """Best point of a search, (dim,), its value, and how it was found."""

    point: Array
    value: float
    how: str


def main(*beginnings: str) -> None:
    """Search for better points of the problems whose ids begin so, of all by default."""
    searched = [i for i in IDS if i.partition("/")[2] not in CEC2020_NAMES]
    wanted = [i for i in (*searched, *MUJOCO_IDS) if i.startswith(beginnings or tuple(searched))]
    for problem_id in wanted:
        problem = load(problem_id)
        found = _search(problem)
        kept = json.loads(_FILE.read_text(encoding="utf-8"))
        if problem_id not in kept or found.value < kept[problem_id]["value"]:
            kept[problem_id] = _entry(found)
            _FILE.write_text(_layout(kept), encoding="utf-8")
        sys.stdout.write(f"{problem_id} {found.value!r} {found.how}\n")
        sys.stdout.flush()


def _entry(found: Found) -> dict[str, Any]:
    source = f"{found.how} (python -m {COMMAND})"
    return {"value": found.value, "source": source, "point": found.point.tolist()}


def _layout(entries: dict[str, Any]) -> str:
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(entries.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _search(problem: Problem) -> Found:
    kind = problem.id.partition("/")[2]
    if kind.startswith("hpo-"):
        few = math.prod(map(len, _centres(problem))) <= _MANY_CELLS
        return _cells(problem) if few else _descend_cells(problem)
    if kind == "neuro-breast-cancer":
        return _train(problem)
    if kind.startswith("neuro-"):
        return _evolve(problem, seeds=6, evaluations=20_000, population=40)
    if kind.startswith("mujoco-"):
        return _evolve(problem, seeds=1, evaluations=2_500, population=20)
    if kind.startswith("docking-rugged-"):
        return _polished(problem, _evolve(problem, seeds=8, evaluations=5_000, population=24))
    return _slide(problem)


def _gradient(problem: Problem, point: Array) -> Array:
    step = 1e-6 * (problem.upper - problem.lower) * np.eye(problem.dim)
    f = problem.evaluate(np.concatenate((point + step, point - step))).f
    slope: Array = (f[: problem.dim] - f[problem.dim :]) / (2 * np.diag(step))
    return slope


def _descend(problem: Problem, start: Array, slope: Callable[[Array], Array] | None = None) -> Found:
    from scipy.optimize import minimize

    options: Any = {"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9}
    result = minimize(
        lambda point: float(problem.objective(point)),
        start,
        jac=slope or partial(_gradient, problem),
        method="L-BFGS-B",
        bounds=list(zip(problem.lower, problem.upper, strict=True)),
        options=options,
    )
    point = np.clip(result.x, problem.lower, problem.upper)
    return Found(point, float(problem.objective(point)), "")


def _slide(problem: Problem, seeds: int = 20, samples: int = 200) -> Found:
    """L-BFGS-B from the best of some uniform points, for smooth problems."""
    runs = []
    for seed in range(seeds):
        points = np.random.default_rng(seed).uniform(problem.lower, problem.upper, (samples, problem.dim))
        runs.append(_descend(problem, points[problem.evaluate(points).f.argmin()]))
    best = min(runs, key=lambda run: run.value)
    agree = sum(run.value - best.value <= 1e-6 * abs(best.value) for run in runs)
    return best._replace(how=f"lowest of {seeds} L-BFGS-B runs, {agree} of which agree to 1e-6; not proven")


def _evolve(problem: Problem, seeds: int, evaluations: int, population: int) -> Found:
    """CMA-ES, one run a seed."""
    import cma

    best = Found(problem.lower, np.inf, "")
    for seed in range(1, seeds + 1):
        start = np.random.default_rng(seed).uniform(problem.lower, problem.upper)
        options = {
            "bounds": [problem.lower.tolist(), problem.upper.tolist()],
            "CMA_stds": (problem.upper - problem.lower).tolist(),
            "popsize": population,
            "maxfevals": evaluations,
            "seed": seed,
            "verbose": -9,
        }
        strategy = cma.CMAEvolutionStrategy(start.tolist(), 0.25, options)
        while not strategy.stop():
            points = np.array(strategy.ask())
            f = problem.evaluate(points).f
            strategy.tell(list(points), f.tolist())
            if f.min() < best.value:
                best = Found(points[f.argmin()], float(f.min()), "")
    runs = "one CMA-ES run" if seeds == 1 else f"lowest of {seeds} CMA-ES runs"
    how = f"{runs} of up to {evaluations} evaluations"
    return best._replace(
        how=f"{how}; proven, no objective is lower" if _at_limit(problem, best) else f"{how}; not proven"
    )


def _at_limit(problem: Problem, found: Found) -> bool:
    if problem.id.endswith("neuro-cartpole"):
        return found.value == -control.TASKS["cartpole"].steps
    return problem.id.startswith("realistic/hpo-") and found.value == 0.0


def _polished(problem: Problem, found: Found) -> Found:
    better = _descend(problem, found.point)
    return Found(
        *min((better, found), key=lambda run: run.value)[:2], f"{found.how}, the best then improved by L-BFGS-B"
    )


def _train(problem: Problem, seeds: int = 30) -> Found:
    runs = []
    for seed in range(seeds):
        start = np.random.default_rng(seed).uniform(-0.5, 0.5, problem.dim)
        runs.append(_descend(problem, start, classifier_gradient))
    return min(runs, key=lambda run: run.value)._replace(
        how=f"lowest of {seeds} L-BFGS-B runs with the exact gradient; not proven"
    )


def classifier_gradient(point: Array) -> Array:
    """Slope of the objective of neuro-breast-cancer at one point, (257,)."""
    standard, sign = classifier.samples()
    weights, bias, out, out_bias = np.split(point, np.cumsum([8 * classifier.INPUTS, 8, 8]))
    hidden = np.tanh(standard @ weights.reshape(8, -1).T + bias)
    margin = sign * (hidden @ out + out_bias)
    slope = -sign / (1 + np.exp(margin)) / len(sign)
    back = slope[:, np.newaxis] * out * (1 - np.square(hidden))
    parts = ((back.T @ standard).ravel(), back.sum(axis=0), hidden.T @ slope, [slope.sum()])
    total: Array = np.concatenate(parts) + classifier.DECAY * point
    return total


def _centres(problem: Problem) -> list[Array]:
    """One value inside every cell of every variable, between neighbouring thresholds of the trees."""
    found = hpo.tables(problem.id.rpartition("hpo-")[2])
    centres = []
    for variable in range(problem.dim):
        used = found["split"][(found["left"] > 0) & (found["feature"] == variable)].astype(np.float64)
        edges = np.unique(np.clip(np.concatenate((used, [0.0, 1.0])), 0.0, 1.0))
        centres.append((edges[:-1] + edges[1:]) / 2)
    return centres


def _cells(problem: Problem) -> Found:
    """Look at every cell."""
    best, count = Found(problem.lower, np.inf, ""), 0
    for points in _batches(itertools.product(*_centres(problem))):
        f = problem.evaluate(points).f
        count += len(f)
        if f.min() < best.value:
            best = Found(points[f.argmin()], float(f.min()), "")
    return best._replace(how=f"proven: lowest of all {count} cells in which the objective is constant")


def _batches(points: Iterator[tuple[float, ...]]) -> Iterator[Array]:
    while rows := list(itertools.islice(points, _BATCH)):
        yield np.array(rows)


def _descend_cells(problem: Problem, seeds: int = 300) -> Found:
    """Best cell along one or two variables at a time until nothing improves, from the best of some uniform points."""
    centres, best = _centres(problem), Found(problem.lower, np.inf, "")
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        points = rng.uniform(problem.lower, problem.upper, (500, problem.dim))
        run = _coordinate_search(problem, centres, points[problem.evaluate(points).f.argmin()], rng)
        best = min(best, run, key=lambda found: found.value)
        if best.value == 0.0:
            return best._replace(how="search along the cells in which the objective is constant; proven, none is lower")
    return best._replace(
        how=f"lowest of {seeds} searches along the cells in which the objective is constant; not proven"
    )


def _coordinate_search(problem: Problem, centres: list[Array], point: Array, rng: np.random.Generator) -> Found:
    value, idle = float(problem.objective(point)), 0
    while idle < 3 * problem.dim:
        first, second = rng.choice(problem.dim, 2, replace=False)
        trials = np.concatenate((_line(point, first, centres[first]), _line(point, second, centres[second])))
        pairs = np.repeat(point[np.newaxis], 500, axis=0)
        pairs[:, first], pairs[:, second] = rng.choice(centres[first], 500), rng.choice(centres[second], 500)
        trials = np.concatenate((trials, pairs))
        f = problem.evaluate(trials).f
        idle = 0 if f.min() < value else idle + 1
        if f.min() < value:
            point, value = trials[f.argmin()], float(f.min())
    return Found(point, value, "")


def _line(point: Array, variable: int, values: Array) -> Array:
    points = np.repeat(point[np.newaxis], len(values), axis=0)
    points[:, variable] = values
    return points


if __name__ == "__main__":
    main(*sys.argv[1:])
