"""The command `build`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("build", help="write the instruction set of a file of labels")
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("folder", type=Path, help="where parquet files, manifest and data card go")
    parser.set_defaults(function=_build)


def _build(options: argparse.Namespace) -> str:
    from llamoco_bench.baselines.models.user_cache import sha256_of
    from llamoco_bench.training.instructions.build import build
    from llamoco_bench.training.instructions.label import provenance_of, read_labels

    labels = read_labels(options.labels)
    provenance = {"labelled problems": len(labels), "SHA-256 of the labels": sha256_of(options.labels)}
    manifest = build(labels, options.folder, provenance | provenance_of(options.labels), say)
    return "".join(
        f"{group}: {numbers['pairs']} pairs of {numbers['problems']} problems\n"
        for group, numbers in manifest["groups"].items()
    )


def say(line: str) -> None:
    """Show a line of progress at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
