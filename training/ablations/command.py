"""The command `ablate`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.errors import UsageError
from llamoco_bench.training.ablations.variants import BASELINE, VARIANTS
from llamoco_bench.training.progress import say

if TYPE_CHECKING:
    from llamoco_bench.baselines.optimizers.grids import Granularity
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    listed = "; ".join(f"{name}: {variant.summary}" for name, variant in VARIANTS.items() if name != BASELINE)
    parser = commands.add_parser(
        "ablate", help="tune nano with one part of the method changed", description=f"Ablations: {listed}."
    )
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("base", type=Path, help="checkpoint that phase 1 starts from: landscape/final of a nano folder")
    parser.add_argument("folder", type=Path, help="for everything that is made")
    parser.add_argument("page", type=Path, help="page that is written, as docs/training/ablations.md")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these; all whose labels are there otherwise")
    parser.add_argument("--half-grid-labels", type=Path, help="labels of grids half as fine")
    parser.add_argument("--double-grid-labels", type=Path, help="labels of grids twice as fine")
    parser.add_argument(
        "--runs", type=Path, required=True, help="runs behind the labels: the recipe's selector learns from them"
    )
    parser.add_argument("--recipe", choices=("full", "trial"), default="full")
    parser.add_argument("--epochs", type=int, help="of phase 2, instead of the recipe's")
    parser.add_argument(
        "--unlabelled", type=int, help="problems without a label that are taught, instead of the recipe's"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.set_defaults(function=_ablate)


def _ablate(options: argparse.Namespace) -> str:
    from llamoco_bench.training.ablations.page import write_page
    from llamoco_bench.training.ablations.run import ablate
    from llamoco_bench.training.instructions.label import provenance_of
    from llamoco_bench.training.nano.settings import RECIPES

    if options.seeds < 1 or (options.epochs is not None and options.epochs < 1) or (options.unlabelled or 0) < 0:
        raise UsageError("--seeds and --epochs must be at least 1, --unlabelled at least 0")
    given: dict[Granularity, Path | None] = {
        "original": options.labels,
        "half": options.half_grid_labels,
        "double": options.double_grid_labels,
    }
    labels = {granularity: path for granularity, path in given.items() if path is not None}
    names = options.only or [name for name, variant in VARIANTS.items() if variant.granularity in labels]
    recipe = RECIPES[options.recipe]
    recipe = replace(
        recipe,
        unlabelled=recipe.unlabelled if options.unlabelled is None else options.unlabelled,
        run=replace(recipe.run, threads=options.threads),
        tuning=replace(recipe.tuning, epochs=recipe.tuning.epochs if options.epochs is None else options.epochs),
    )
    outcomes = ablate(names, range(options.seeds), labels, options.base, options.folder, recipe, say, runs=options.runs)
    write_page(outcomes, options.page, provenance_of(options.labels).get("provenance", options.labels.name))
    return f"{options.page}\n"
