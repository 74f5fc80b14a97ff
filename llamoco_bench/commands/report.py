"""``llamoco report RUN...``: the score tables of runs, or all there is to see of them as an HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.commands.runs import add_run_arguments, runs_of
from llamoco_bench.errors import UsageError
from llamoco_bench.run_folder import RunFolder

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="print the score tables of runs, or write an HTML report")
    add_run_arguments(parser, several=True)
    parser.add_argument("--format", choices=("md", "csv", "json", "latex", "html"), default="md", help="default: md")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="file to write instead of printing (html: report.html)"
    )
    parser.add_argument(
        "--baseline",
        metavar="RUN|FILE|MODEL",
        help="html: what the models are compared with: a run, a file of 'llamoco baseline save', or one of the models",
    )
    parser.add_argument(
        "--table",
        choices=("scores", "problems"),
        default="scores",
        help="a row for each model on each suite (default), or one for each problem",
    )
    parser.set_defaults(function=report)


def report(options: argparse.Namespace) -> str:
    """Return the tables, or the name of the file that has them now.

    Raises
    ------
    UsageError: where there is no such run or nothing in it, or a baseline is given for a table that shows none.
    """
    from llamoco_bench.ranking import rank_items
    from llamoco_bench.reports import problem_tables, tables
    from llamoco_bench.reports.html.evidence import read_runs
    from llamoco_bench.scoring import collect_items, score_items

    folders = runs_of(options)
    if options.format == "html":
        return _html(folders, options)
    if options.baseline is not None:
        raise UsageError("--baseline is for --format html; 'llamoco compare A B' compares two runs in a table")
    items = collect_items(read_runs(folders).records)
    if not items:
        raise UsageError(f"There is no finished run in {', '.join(options.runs)}; a report needs at least one")
    if options.table == "problems":
        text = problem_tables.render(items, options.format)
    else:
        text = tables.render(score_items(items), options.format, rank_items(items))
    if options.output is None:
        return text
    options.output.write_text(text, encoding="utf-8")
    return f"{options.output}\n"


def _html(folders: list[RunFolder], options: argparse.Namespace) -> str:
    from llamoco_bench.gates.baseline import load_baseline
    from llamoco_bench.reports.html.report import write_report

    path: Path = options.output or Path("report.html")
    name: str | None = options.baseline
    # What is neither a run nor a file is taken for a model of these runs.
    beside = write_report(folders, path, None if name is None else load_baseline(name, options.root) or name)
    return f"{path}\n" if beside is None else f"{path}, with the details in {beside}/\n"
