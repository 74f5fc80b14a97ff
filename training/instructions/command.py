"""The commands `build` and `examples`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.baselines.models.incontext.examples import DEFAULT
from llamoco_bench.training.progress import say

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the commands."""
    parser = commands.add_parser("build", help="write the instruction set of a file of labels")
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("folder", type=Path, help="where parquet files, manifest and data card go")
    parser.set_defaults(function=_build)
    parser = commands.add_parser("examples", help="write the solved problems that fewshot and retrieval show")
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument(
        "out", type=Path, nargs="?", default=DEFAULT, help="file, .jsonl.gz (default: the one of the package)"
    )
    parser.set_defaults(function=_examples)


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


def _examples(options: argparse.Namespace) -> str:
    from llamoco_bench.baselines.models.user_cache import sha256_of
    from llamoco_bench.errors import UsageError
    from llamoco_bench.training.instructions.examples import choose_examples, write_examples
    from llamoco_bench.training.instructions.label import provenance_of, read_labels

    if not options.out.name.endswith(".jsonl.gz") or not options.out.parent.is_dir():
        raise UsageError(f"{options.out} does not do. Expected FILE.jsonl.gz in a folder that exists")
    labels = read_labels(options.labels)
    provenance = {"problems": len(labels), "sha256": sha256_of(options.labels), **provenance_of(options.labels)}
    manifest = write_examples(choose_examples(labels, say), provenance, options.out)
    return (
        f"{manifest['pairs']} pairs of {manifest['problems']} problems; left out {len(manifest['badly_solved'])} that "
        f"no program solves well, {len(manifest['near_to_evaluation'])} near to evaluation problems\n"
    )
