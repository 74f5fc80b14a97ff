"""The arguments by which commands name runs, and how the runs are found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from llamoco_bench.run_folder import RUNS_ROOT, RunFolder, find_run

_NAMES: Final = "path of a run folder, name of a run below --root, or 'last'"


def add_run_arguments(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the arguments that name a run, or several: `run_of` or `runs_of` finds what they name."""
    if several:
        parser.add_argument("runs", nargs="+", metavar="RUN", help=_NAMES)
    else:
        parser.add_argument("run", metavar="RUN", help=_NAMES)
    add_root_argument(parser)


def add_root_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says where runs are."""
    parser.add_argument("--root", type=Path, default=RUNS_ROOT, help=f"where runs are kept (default: {RUNS_ROOT})")


def run_of(options: argparse.Namespace) -> RunFolder:
    """Return the run that was named.

    Raises
    ------
    UsageError: where there is none.
    """
    return find_run(options.run, options.root)


def runs_of(options: argparse.Namespace) -> list[RunFolder]:
    """Return the runs that were named, likewise."""
    return [find_run(name, options.root) for name in options.runs]
