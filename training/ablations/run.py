"""Runs ablations; what is done is not done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from llamoco_bench.baselines.optimizers.grids import Granularity
from llamoco_bench.errors import UsageError, choose
from llamoco_bench.training.ablations.variants import BASELINE, VARIANTS
from llamoco_bench.training.nano.recipe import NanoBuild
from llamoco_bench.training.nano.settings import Recipe
from llamoco_bench.training.progress import Say

Outcomes = Mapping[str, list[dict[str, Any]]]
"""Summaries of `NanoBuild`, one a seed, by variant."""


def ablate(
    names: Iterable[str],
    seeds: Iterable[int],
    labels: Mapping[Granularity, Path],
    base: Path,
    folder: Path,
    recipe: Recipe,
    say: Say,
    runs: Path | None = None,
) -> Outcomes:
    """Tune every variant with every seed, all from the checkpoint `base`.

    Variants are not pre-trained on their own: like the models of the paper, they all begin with the same one, which has
    read descriptions in both languages.

    Parameters
    ----------
    labels: parquet files by the granularity of their grids; the original one always.
    runs: those behind the original labels, for scores, and for the selector where the recipe has one.

    Raises
    ------
    UsageError: for an unknown name, or where labels of a granularity are missing.
    """
    wanted = list(dict.fromkeys([BASELINE, *names]))
    for name in wanted:
        _check(name, labels)
    outcomes: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted}
    for seed in seeds:
        for name in wanted:
            say(f"ablation {name}, seed {seed}")
            variant = VARIANTS[name]
            changed = variant.change(replace(recipe, run=replace(recipe.run, seed=seed)))
            build = NanoBuild(
                labels[variant.granularity],
                folder / name / str(seed),
                changed,
                say,
                runs if variant.granularity == "original" else None,
                folder / "sets" / variant.granularity,
                base,
            )
            outcomes[name].append(build.run())
    return outcomes


def _check(name: str, labels: Mapping[Granularity, Path]) -> None:
    if name not in VARIANTS:
        raise choose("ablation", name, VARIANTS)
    if VARIANTS[name].granularity not in labels:
        raise UsageError(f"{name} needs labels of {VARIANTS[name].granularity} granularity: --{name}-labels FILE")
