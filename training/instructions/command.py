"""The command `build`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llamoco_bench.training.commands import Commands


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("build", help="write the instruction set of a file of labels")
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("folder", type=Path, help="where parquet files, manifest and data card go")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from llamoco_bench.baselines.models.user_cache import sha256_of
    from llamoco_bench.training.commands import say
    from llamoco_bench.training.instructions.build import build
    from llamoco_bench.training.instructions.label import provenance_of, read_labels

    labels = read_labels(arguments.labels)
    provenance = {"labelled problems": len(labels), "SHA-256 of the labels": sha256_of(arguments.labels)}
    manifest = build(labels, arguments.folder, provenance | provenance_of(arguments.labels), say)
    for group, numbers in manifest["groups"].items():
        say(f"{group}: {numbers['pairs']} pairs of {numbers['problems']} problems")
