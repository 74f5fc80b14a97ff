"""Instances made to order, so that every base function, family and construction can be met."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from llamoco_bench.problems._native import native_available
from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.synthetic.draws import Draws
from llamoco_bench.problems.synthetic.families import FAMILIES, Parameters
from llamoco_bench.problems.synthetic.instance import Constraint, Instance, Part
from llamoco_bench.problems.synthetic.rotation import draw_rotation

Kind = Literal["composition", "hybrid"]

needs_native = pytest.mark.skipif(not native_available(), reason="the compiled evaluator was not built")

CONSTRUCTIONS: list[tuple[Kind, bool]] = [
    ("composition", False),
    ("composition", True),
    ("hybrid", False),
    ("hybrid", True),
]


def make(
    kind: Kind = "composition",
    functions: tuple[str, ...] = ("sphere",),
    families: tuple[tuple[str, bool], ...] = (),
    *,
    dim: int = 10,
    rotated: bool = True,
    seed: int = 0,
) -> Instance:
    """An instance of certain functions and of certain families, each an equality or not."""
    draws = Draws(seed, dim)
    shift = -60.0 + 120.0 * draws.uniforms(dim)
    n = len(functions)
    lengths = [dim] * n if kind == "composition" else [dim - 2 * (n - 1), *[2] * (n - 1)]
    parts = tuple(Part(name, 1.0 - 0.13 * k, 17.5 + k, lengths[k]) for k, name in enumerate(functions))
    constraints = [constraint(name, equality, draws, dim, rotated) for name, equality in families]
    return Instance(
        id=f"synthetic/made-{kind}",
        kind=kind,
        lower=np.full(dim, -100.0),
        upper=np.full(dim, 100.0),
        shift=shift,
        rotation=draw_rotation(draws, dim) if rotated else None,
        order=draws.order(dim) if kind == "hybrid" else None,
        parts=parts,
        constraints=tuple(sorted(constraints, key=lambda c: c.equality)),
        anchor=shift,
    )


def constraint(name: str, equality: bool, draws: Draws, dim: int, rotated: bool) -> Constraint:
    family = FAMILIES[name]
    return Constraint(
        name=name,
        equality=equality,
        sign=-1 if name < "m" and not equality else 1,
        bound=-12.5 if name < "g" else 340.25,
        divisor=77.5,
        rotated=rotated and family.centred,
        centre=-90.0 + 180.0 * draws.uniforms(dim) if family.centred else None,
        parameters=Parameters(
            coefficients=draws.integers(-20, 20, dim) / 10.0 if family.needs == "coefficients" else np.empty(0),
            radius=60.0 if family.needs == "radius" else 0.0,
            chosen=draws.order(dim)[:2] if family.needs == "chosen" else (),
        ),
    )


def points(dim: int, n: int = 25, reach: float = 100.0) -> Array:
    return np.random.default_rng(dim).uniform(-reach, reach, (n, dim))


def meeting(name: str, kind: Kind) -> tuple[str, ...]:
    """A base function alone, or in a hybrid, where it has the longest segment and a short one."""
    return (name, "sphere", name) if kind == "hybrid" else (name,)
