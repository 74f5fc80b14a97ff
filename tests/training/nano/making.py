"""A nano model, and a recipe for one, of a size for tests."""

from __future__ import annotations

from dataclasses import replace

from llamoco_bench.training.nano.architecture import Shape
from llamoco_bench.training.nano.settings import RECIPES, Recipe

SHAPE = Shape(width=32, layers=2, heads=2, hidden=64, vocabulary=1600)


def tiny(seed: int = 0) -> Recipe:
    """Every stage, a step or two of each."""
    recipe = RECIPES["trial"]
    return replace(
        recipe,
        shape=SHAPE,
        unlabelled=4,
        tuning=replace(recipe.tuning, epochs=1),
        warm_up=replace(recipe.warm_up, steps=2, triplets=1),  # type: ignore[type-var]
        run=replace(recipe.run, seed=seed, precision="fp32", save_steps=2),
        evaluated=3,
        targets="labels",
    )
