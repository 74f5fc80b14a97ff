"""The command `evaluate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.errors import UsageError
from llamoco_bench.training.progress import say

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="judge a model's choices on a group of the instruction set by its labels",
        description="Asks for one program a problem. Scores are those of the labelling; what programs score in the "
        "sandbox, pytest says.",
    )
    parser.add_argument("set", type=Path, help="folder of the instruction set")
    parser.add_argument("model", help="as in --llamoco-model")
    parser.add_argument("--group", default="test", help="of the set (default: test)")
    parser.add_argument("--problems", type=int, default=0, help="so many, spread evenly; all if 0")
    parser.add_argument("--labels", type=Path, help="labels as parquet; with --runs, for scores")
    parser.add_argument("--runs", type=Path, help="runs behind the labels as parquet")
    parser.add_argument("--more-runs", type=Path, metavar="FOLDER", help="do the runs that scores lack, and keep them")
    parser.add_argument("--json", type=Path, help="file that all figures go to")
    parser.set_defaults(function=_evaluate)


def _evaluate(options: argparse.Namespace) -> str:
    from llamoco_bench.baselines.models.registry import make_model, prepare_model
    from llamoco_bench.baselines.models.spec import parse_spec
    from llamoco_bench.errors import choose
    from llamoco_bench.training.evaluation.ask import ask, one_a_problem
    from llamoco_bench.training.evaluation.report import as_text, report
    from llamoco_bench.training.evaluation.scores import ScoreTable
    from llamoco_bench.training.instructions.build import read_group
    from llamoco_bench.training.instructions.groups import GROUPS

    if options.group not in GROUPS:
        raise choose("group", options.group, GROUPS)
    if (options.labels is None) != (options.runs is None):
        raise UsageError("scores need both --labels and --runs")
    if options.more_runs and not options.runs:
        raise UsageError("--more-runs adds to the runs of a labelling: give --labels and --runs too")
    if options.problems < 0:
        raise UsageError(f"--problems is {options.problems}. Expected a number from 0 (all) on")
    pairs = one_a_problem(read_group(options.set, options.group), options.problems)
    if not pairs:
        raise UsageError(f"{options.set} has no problem in {options.group}")
    spec = parse_spec(options.model)
    prepare_model(spec, say)
    model = make_model(spec)
    try:
        answers = ask(model, pairs, say)
    finally:
        model.close()
    scores = ScoreTable.read(options.labels, options.runs, options.more_runs) if options.runs else None
    figures = report(answers, read_group(options.set, "train"), scores)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return as_text(figures)
