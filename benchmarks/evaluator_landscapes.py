"""How diverse the synthetic problems are: landscape features of all 6,000, as a figure, and counts of their labels.

::

    python benchmarks/evaluator_landscapes.py docs/problems/synthetic_landscapes.svg

Four features of the objective, from 400 uniform points of the box and one random walk of 400 small steps:

- fit of a quadratic: adjusted R^2 of a model with a linear and a square term for every variable, on as many points as
  it has coefficients four times over
- ruggedness: 1 - the correlation of neighbouring values on the walk, steps of 2 % of the width
- distance correlation: of value and distance from the optimum, over the points
- dispersion: mean distance between the best tenth of the points over that between all
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.labels import labels

Array = NDArray[np.float64]
Objective = Callable[[Array], Array]

POINTS = 400
STEP = 0.02
CELLS = 36
SIDE = 300
GAP = 70
AXES = {
    "fit of a quadratic": (0.0, 1.0),
    "ruggedness": (0.0, 1.0),
    "distance correlation": (-0.2, 1.0),
    "dispersion": (0.3, 1.1),
}
PANELS = (("fit of a quadratic", "ruggedness"), ("distance correlation", "dispersion"))


def features(instance: Instance, seed: int) -> tuple[float, ...]:
    """The four features of an instance, in the order of `AXES`."""
    rng = np.random.default_rng(seed)
    evaluate = as_problem(instance).evaluate

    def objective(x: Array) -> Array:
        return evaluate(x).f

    u = rng.random((max(POINTS, 8 * instance.dim + 4), instance.dim))
    width = instance.upper - instance.lower
    f = objective(instance.lower + width * u)
    best = (instance.shift - instance.lower) / width
    return quadratic_fit(u, f), ruggedness(objective, instance, rng), distance_correlation(u, f, best), dispersion(u, f)


def quadratic_fit(u: Array, f: Array) -> float:
    design = np.hstack((np.ones((len(u), 1)), u, u * u))
    residual = f - design @ np.linalg.lstsq(design, f, rcond=None)[0]
    n, k = design.shape
    explained = 1.0 - (residual @ residual / (n - k)) / np.var(f, ddof=1)
    return float(np.clip(explained, 0.0, 1.0))


def ruggedness(objective: Objective, instance: Instance, rng: np.random.Generator) -> float:
    steps = STEP * rng.choice([-1.0, 1.0], (POINTS, instance.dim))
    walk = np.abs(np.mod(0.5 + np.cumsum(steps, axis=0) + 1.0, 2.0) - 1.0)  # reflected at the sides
    f = objective(instance.lower + (instance.upper - instance.lower) * walk)
    return float(np.clip(1.0 - np.corrcoef(f[:-1], f[1:])[0, 1], 0.0, 1.0))


def distance_correlation(u: Array, f: Array, best: Array) -> float:
    return float(np.corrcoef(f, np.linalg.norm(u - best, axis=1))[0, 1])


def dispersion(u: Array, f: Array) -> float:
    best = u[np.argsort(f)[: len(f) // 10]]
    return float(mean_distance(best) / mean_distance(u[:POINTS]))


def mean_distance(u: Array) -> float:
    square = (u * u).sum(axis=1)
    between = np.sqrt(np.maximum(square[:, None] + square - 2.0 * u @ u.T, 0.0))
    return float(between.sum() / (len(u) * (len(u) - 1)))


def figure(found: dict[str, Array]) -> str:
    """Two panels of counts in cells, as SVG; darker cells hold more problems."""
    width = len(PANELS) * (SIDE + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{SIDE + 2 * GAP}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{width}" height="{SIDE + 2 * GAP}" fill="white"/>',
    ]
    for place, (x, y) in enumerate(PANELS):
        parts += panel(GAP + place * (SIDE + GAP), x, y, found)
    return "\n".join([*parts, "</svg>", ""])


def panel(left: int, x: str, y: str, found: dict[str, Array]) -> list[str]:
    ranges = [AXES[x], AXES[y]]
    across, upwards = (np.clip(found[name], *AXES[name]) for name in (x, y))
    counts = np.histogram2d(across, upwards, bins=CELLS, range=ranges)[0]
    size, top, bottom = SIDE / CELLS, GAP // 2, GAP // 2 + SIDE
    shade = np.log1p(counts) / np.log1p(counts.max())
    cells = [
        f'<rect x="{left + i * size:.1f}" y="{bottom - (j + 1) * size:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'fill="#1f4e79" fill-opacity="{shade[i, j]:.2f}"/>'
        for i, j in zip(*np.nonzero(counts), strict=True)
    ]
    frame = f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#444"/>'
    middle = left + SIDE / 2
    words = [
        f'<text x="{middle}" y="{bottom + 36}" text-anchor="middle">{x}</text>',
        f'<text x="{left - 34}" y="{top + SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 {left - 34} {top + SIDE / 2})">{y}</text>',
    ]
    for end, column, row in ((0, left, bottom), (1, left + SIDE, top)):
        words.append(f'<text x="{column}" y="{bottom + 17}" text-anchor="middle">{ranges[0][end]:g}</text>')
        words.append(f'<text x="{left - 8}" y="{row + 4}" text-anchor="end">{ranges[1][end]:g}</text>')
    return [*cells, frame, *words]


def label_table(instances: list[Instance]) -> list[str]:
    counts = Counter((name, value) for instance in instances for name, value in labels(instance).items())
    rows: dict[str, list[str]] = {name: [] for name, _ in counts}
    for (name, value), n in sorted(counts.items()):
        rows[name].append(f"{value} {n:,}")
    return ["| label | problems |", "| --- | --- |", *(f"| {name} | {', '.join(rows[name])} |" for name in rows)]


def main() -> None:
    instances = [instance_of(name) for name in IDS]
    values = np.array([features(instance, seed) for seed, instance in enumerate(instances)])
    found = dict(zip(AXES, values.T, strict=True))
    Path(sys.argv[1]).write_text(figure(found), encoding="utf-8")
    print("\n".join(label_table(instances)))
    print("\n| feature | 5 % | median | 95 % |\n| --- | --- | --- | --- |")
    for name, column in found.items():
        low, middle, high = np.quantile(column, (0.05, 0.5, 0.95))
        print(f"| {name} | {low:.2f} | {middle:.2f} | {high:.2f} |")


if __name__ == "__main__":
    main()
