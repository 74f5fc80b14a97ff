"""``llamoco merge RUN... -o DIR``: puts shards, or runs of different models, together into one run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.commands.answer import Answer
from llamoco_bench.commands.runs import add_run_arguments, runs_of

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "merge",
        help="put the runs of shards together into one",
        description="Copies the journals of several runs into a new run folder. The runs must have been made under the "
        "same options. Exit code 0: nothing is missing; 1: a shard or item is, and the text names it; 4: wrong usage.",
    )
    add_run_arguments(parser, several=True)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the merged run: one that does not exist yet, or is empty",
    )
    parser.add_argument("--allow-incomplete", action="store_true", help="exit with 0 although something is missing")
    parser.set_defaults(function=merge)


def merge(options: argparse.Namespace) -> Answer:
    """Merge; return what came of it, with exit code 1 where something is missing."""
    from llamoco_bench.completeness import completeness_of
    from llamoco_bench.merging import merge_runs
    from llamoco_bench.ranking import rank_items
    from llamoco_bench.reports.tables import FORMATS, render
    from llamoco_bench.scoring import collect_items, score_items

    merged = merge_runs(runs_of(options), options.output)
    records = merged.records()
    items = collect_items(records)
    scores, standings = score_items(items), rank_items(items)
    for form in FORMATS:
        (merged.path / f"summary.{form}").write_text(render(scores, form, standings), encoding="utf-8")
    state = completeness_of(records)
    runs, items_planned = len(options.runs), len(state.planned)
    text = f"{merged.path}: {runs} run{'s' * (runs != 1)}, {items_planned} item{'s' * (items_planned != 1)}\n"
    if state.complete:
        return Answer(text)
    return Answer(f"{text}INCOMPLETE: {state.describe()}\n", int(not options.allow_incomplete))
