"""``llamoco baseline save RUN -o FILE``: keeps the values of a run in a file small enough to commit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.commands.runs import add_run_arguments, run_of
from llamoco_bench.errors import UsageError

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("baseline", help="keep a run as the baseline of gates")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    save = actions.add_parser(
        "save",
        help="write the values of a run to a file that is small enough to commit",
        description="Writes every run's value of every measure, by problem, with what is needed to tell later whether "
        "they can still be compared. An incomplete run is refused.",
    )
    add_run_arguments(save)
    save.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="file to write")
    save.add_argument("--allow-incomplete", action="store_true", help="save a run of which something is missing too")
    save.set_defaults(function=save_baseline)


def save_baseline(options: argparse.Namespace) -> str:
    """Write the file; return its name and what it holds.

    Raises
    ------
    UsageError: for an incomplete or empty run.
    """
    from llamoco_bench.completeness import completeness_of
    from llamoco_bench.gates.baseline import write_baseline
    from llamoco_bench.gates.measurements import measure_run

    run = run_of(options)
    state = completeness_of(run.records())
    if not state.complete and not options.allow_incomplete:
        raise UsageError(f"{run.path} is incomplete ({state.describe()}); go on with it, or give --allow-incomplete")
    measured = measure_run(run)
    if not measured.samples:
        raise UsageError(f"{run.path} holds no run of any program; there is nothing to keep")
    write_baseline(measured, options.output)
    held = ", ".join(f"{suite}[{model}]" for suite, model in measured.samples)
    return f"{options.output}: {options.output.stat().st_size:,} bytes, {held}\n"
