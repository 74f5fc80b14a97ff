"""``llamoco leaderboard RUN... -o DIR``: a static site of many runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.commands.runs import add_run_arguments, runs_of

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "leaderboard",
        help="write a static site of many runs",
        description="Writes an index, a page for each suite, and the numbers as JSON and CSV: files that any web "
        "server, or none, can show. A report.html in a run folder is copied and linked.",
    )
    add_run_arguments(parser, several=True)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the site")
    parser.set_defaults(function=leaderboard)


def leaderboard(options: argparse.Namespace) -> str:
    """Write the site; return the names of its pages."""
    from llamoco_bench.reports.leaderboard import write_site

    pages = write_site(runs_of(options), options.output)
    return "".join(f"{options.output / page}\n" for page in pages)
