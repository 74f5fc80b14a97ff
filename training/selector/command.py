"""The command `selector`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.training.progress import say

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("selector", help="tell what a selector of programs can learn from the runs")
    parser.add_argument("labels", type=Path, help="labels as parquet")
    parser.add_argument("runs", type=Path, help="the runs behind them, as parquet")
    parser.add_argument("--page", type=Path, help="write the page of the documentation to this file")
    parser.set_defaults(function=_selector)


def _selector(options: argparse.Namespace) -> str:
    from llamoco_bench.training.evaluation.report import AGAIN
    from llamoco_bench.training.evaluation.scores import ScoreTable
    from llamoco_bench.training.instructions.groups import group_of
    from llamoco_bench.training.instructions.label import read_labels
    from llamoco_bench.training.kinds import KINDS
    from llamoco_bench.training.selector.docs import page, rows_of
    from llamoco_bench.training.selector.evidence import gather
    from llamoco_bench.training.selector.validation import cross_validate, run_again

    table = ScoreTable.read(options.labels, options.runs)
    synthetic = [x.problem for x in read_labels(options.labels) if x.problem.startswith("synthetic/")]
    problems = [problem for problem in synthetic if group_of(problem) == "train"]
    found = {}
    for kind in KINDS:
        evidence = gather(table, problems, kind)
        say(f"{kind}: {len(evidence.problems)} problems, {len(evidence.programs)} programs")
        found[kind] = evidence, cross_validate(evidence) | {AGAIN: run_again(evidence, table)}
    if options.page:
        options.page.write_text(page(found), encoding="utf-8")
    return rows_of(found) + "\n"
