"""``llamoco report RUN``: the score tables of a run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.run_folder import RUNS_ROOT, find_run

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="print the score tables of a run")
    add_run_arguments(parser)
    parser.add_argument("--format", choices=("md", "csv", "json"), default="md", help="default: md")
    parser.add_argument("--output", type=Path, help="file to write instead of printing")
    parser.set_defaults(function=report)


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a run; `find_run(options.run, options.root)` finds it."""
    parser.add_argument("run", help="path of a run folder, name of a run below --root, or 'last'")
    parser.add_argument("--root", type=Path, default=RUNS_ROOT, help=f"where runs are kept (default: {RUNS_ROOT})")


def report(options: argparse.Namespace) -> str:
    """Return the tables, or the name of the file that has them now."""
    from llamoco_bench.reports.tables import render
    from llamoco_bench.scoring import score_records

    text = render(score_records(find_run(options.run, options.root).records()), options.format)
    if options.output is None:
        return text
    options.output.write_text(text, encoding="utf-8")
    return f"{options.output}\n"
