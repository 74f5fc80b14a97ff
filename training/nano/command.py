"""The command `nano`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from llamoco_bench.training.nano.settings import Targets
from llamoco_bench.training.progress import say

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "nano", help="make the small model that ships, from labels", description="Resumes where it was broken off."
    )
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("folder", type=Path, help="for everything that is made; the model goes to checkpoint/ in it")
    parser.add_argument("--runs", type=Path, help="runs behind the labels as parquet: for a selector, and for scores")
    parser.add_argument(
        "--targets",
        choices=get_args(Targets),
        help="what is taught: the labels themselves, or what a selector chooses that has learned from all runs; "
        "by default the latter where the runs are given",
    )
    parser.add_argument("--recipe", choices=("full", "trial"), default="full", help="trial: minutes instead of hours")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="that compute; results differ by their number")
    parser.set_defaults(function=_nano)


def _nano(options: argparse.Namespace) -> str:
    from llamoco_bench.markdown import table
    from llamoco_bench.training.nano.recipe import CHECKPOINT, NanoBuild
    from llamoco_bench.training.nano.settings import RECIPES

    recipe = RECIPES[options.recipe]
    targets: Targets = options.targets or ("selector" if options.runs else "labels")
    run = replace(recipe.run, seed=options.seed, threads=options.threads)
    recipe = replace(recipe, run=run, targets=targets)
    summary = NanoBuild(options.labels, options.folder, recipe, say, options.runs).run()
    rows = [
        (group, f"{f['program of the pool']:.1%}", *(f"{f['agreement'][w]['optimizer']:.1%}" for w in _WAYS))
        for group, f in summary["evaluation"].items()
    ]
    return f"{table(('group', 'of the pool', *_WAYS), rows)}\n{options.folder / CHECKPOINT}\n"


_WAYS = ("model", "shuffled", "frequent")
