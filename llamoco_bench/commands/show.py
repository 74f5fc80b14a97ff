"""``llamoco show RUN [PROBLEM] [MODEL]``: a run, what all models did on a problem, or one item with its programs."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llamoco_bench.commands.runs import add_run_arguments, run_of
from llamoco_bench.errors import UsageError, choose
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.settings import short_name

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands
    from llamoco_bench.journal import Record
    from llamoco_bench.scoring import Item


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("show", help="show a run, a problem in it, or one model's programs for it")
    add_run_arguments(parser)
    parser.add_argument("problem", nargs="?", help="id or short name of a problem, such as RC01")
    parser.add_argument("model", nargs="?", help="label of a model")
    parser.set_defaults(function=show)


def show(options: argparse.Namespace) -> str:
    """Return what was asked for. All text is cleaned of control characters: the run may be of a stranger.

    Raises
    ------
    UsageError: for a problem or model that the run does not have, and for the programs of a model where the name of the
        problem is that of several.
    """
    from llamoco_bench.sandbox.text import clean
    from llamoco_bench.scoring import collect_items

    folder = run_of(options)
    records = folder.records()
    if options.problem is None:
        return clean("\n".join(_run_lines(folder, records))) + "\n"
    items = collect_items(records)
    names = sorted({name for item in items for name in (item.problem, short_name(item.problem))})
    if options.problem not in names:
        raise choose("problem of this run", options.problem, names)
    items = [item for item in items if options.problem in (item.problem, short_name(item.problem))]
    if options.model is None:
        return clean("\n".join(_problem_lines(items))) + "\n"
    if len(same := sorted({item.problem for item in items})) > 1:
        raise UsageError(f"{options.problem!r} is the short name of several problems. Allowed: {', '.join(same)}")
    mine = [item for item in items if item.model == options.model]
    if not mine:
        raise choose("model of this run", options.model, sorted({item.model for item in items}))
    return clean("\n".join(_program_lines(mine, records))) + "\n"


def _run_lines(folder: RunFolder, records: Sequence[Record]) -> Iterator[str]:
    from llamoco_bench.completeness import completeness_of
    from llamoco_bench.ranking import rank_items
    from llamoco_bench.reports.tables import terminal
    from llamoco_bench.scoring import collect_items, score_items

    manifest = folder.manifest
    git = manifest.get("git")
    yield f"run {folder.id} in {folder.path}, started {manifest.get('started')}"
    yield f"options: {', '.join(f'{name}={value}' for name, value in manifest['options'].items())}"
    yield f"models: {', '.join(folder.models)}"
    if isinstance(git, dict):
        yield f"commit: {git.get('commit')}{' (changed)' if git.get('dirty') else ''}"
    yield ""
    items = collect_items(records)
    yield from terminal(score_items(items), rank_items(items))
    state = completeness_of(records)
    yield f"{len(state.planned) - len(state.missing)} of {len(state.planned)} items finished"
    if not state.complete:
        yield f"INCOMPLETE: {state.describe()}"


def _problem_lines(items: Sequence[Item]) -> Iterator[str]:
    from llamoco_bench.scoring import run_performance, run_reach

    shown = ""
    for item in sorted(items, key=lambda item: item.problem):
        if item.problem != shown:
            yield f"\n{item.problem}" if shown else item.problem
            shown = item.problem
        yield f"\n{item.suite}[{item.model}]"
        yield "  run  status          Perf   Reach  best              evaluations"
        for run in item.final:
            performance, reach = (
                f"{x:.3f}" if not math.isnan(x) else "-" for x in (run_performance(run), run_reach(run))
            )
            best = "-" if run.get("best_f") is None else f"{run['best_f']:.10g}"
            spent = run.get("evaluations", "-")
            yield f"  {run['run']:<3}  {run['status']:<14}  {performance:<5}  {reach:<5}  {best:<16}  {spent}"


def _program_lines(items: Sequence[Item], records: Sequence[Record]) -> Iterator[str]:
    """Yield the lines of one model's items for a problem, one a suite, and of its answers, which the suites share."""
    from llamoco_bench.extraction import extract_program

    yield from _problem_lines(items)
    problem, model = items[0].problem, items[0].model
    answers = {
        record["turn"]: record
        for record in records
        if record["kind"] == "generation" and (record["problem"], record["model"]) == (problem, model)
    }
    for turn, answer in sorted(answers.items()):
        program = extract_program(answer["text"])
        usage = answer["usage"]
        tokens = "" if usage is None else f", {usage['input_tokens']} + {usage['output_tokens']} tokens"
        yield f"\n{'repaired program' if turn else 'program'} ({answer['finish_reason']}{tokens})\n"
        yield answer["text"] if program is None else program
        runs = [run for item in items for run in (item.first, item.final)[turn > 0] if run["turn"] == turn]
        errors = [run["error"] for run in runs if run.get("error")]
        for error in errors[:1]:
            where = "" if error["line"] is None else f", line {error['line']}: {error['source_line'].strip()}"
            yield f"\n{error['type']}: {error['message']}{where}"
