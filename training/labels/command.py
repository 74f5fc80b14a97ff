"""``label`` finds the labels of problems, or goes on with it; ``label-...`` are about what it found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from llamoco_bench.baselines.optimizers.grids import Granularity

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _add_label(commands)
    pilot = commands.add_parser(
        "label-pilot",
        help="learn anew which configurations races start from",
        description="Tries configurations of every optimizer on the pilot problems and writes the portfolio. "
        "Changes all raced labels: only for a new generation of them.",
    )
    pilot.add_argument("folder", type=Path, help="of the journal")
    pilot.set_defaults(function=learn_portfolio)
    export = commands.add_parser("label-export", help="write the labels of a folder as tables, with a manifest")
    export.add_argument("folder", type=Path, help="of the journals")
    export.add_argument("out", type=Path, help="folder of the tables")
    export.set_defaults(function=export_labels)
    better = commands.add_parser("label-best-known", help="store better values than the best known that runs found")
    better.add_argument("folder", type=Path, help="of the journals or tables")
    better.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    better.set_defaults(function=store_better_values)
    compare = commands.add_parser("label-compare", help="what racing loses and saves, where a folder has both modes")
    compare.add_argument("folder", type=Path, help="of the journals or tables")
    compare.set_defaults(function=compare_modes)
    stats = commands.add_parser("label-stats", help="write the page about the labels")
    stats.add_argument("data", type=Path, help="folder that label-export wrote")
    stats.add_argument("page", type=Path, help="Markdown file to write")
    stats.add_argument(
        "--comparison", type=Path, metavar="DIR", help="folder with labels of both modes, to be compared"
    )
    stats.set_defaults(function=write_page)


def _add_label(commands: Commands) -> None:
    parser = commands.add_parser(
        "label",
        help="find for each problem the optimizer and configuration that solves it best",
        description="Labels synthetic problems in an order of which every beginning is a fair sample. Whatever is in "
        "the folder is not done again, so that the same command goes on after any interruption.",
    )
    parser.add_argument("folder", type=Path, help="of the journals")
    parser.add_argument("--mode", choices=("race", "full"), default="race")
    parser.add_argument("--granularity", choices=get_args(Granularity), default="original", help="of the grids")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--first", type=int, default=1200, metavar="N", help="problems of the order (1200)")
    what.add_argument("--problems", metavar="ID,ID,...", help="these problems instead")
    what.add_argument("--sample", action="store_true", help="those on which race and full are compared instead")
    parser.add_argument("--without", default="", metavar="NAME,...", help="optimizers that do not compete")
    parser.add_argument("--seed", type=int, default=0, help="of all runs (0)")
    parser.add_argument("--backend", choices=("loky", "dask", "ray"), default="loky")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="problems at a time (1)")
    parser.add_argument(
        "--defer-sandbox",
        action="store_true",
        help="on a busy machine: leave drafts, completed by a later run without it",
    )
    parser.add_argument("--hours", type=float, default=float("inf"), help="after which no further problem is begun")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="go on from what label-export wrote there")
    parser.set_defaults(function=label)


def label(options: argparse.Namespace) -> str:
    """Label problems; return what was done."""
    from llamoco_bench.training.kinds import KINDS
    from llamoco_bench.training.labels.comparison import sample
    from llamoco_bench.training.labels.folder import LabelFolder, take_over
    from llamoco_bench.training.labels.job import Job, run_job
    from llamoco_bench.training.labels.order import order
    from llamoco_bench.training.labels.protocol import protocol

    if options.resume:
        take_over(options.resume, options.folder)
    folder = LabelFolder.read(options.folder)
    problems = options.problems.split(",") if options.problems else order()[: options.first]
    without = [name for name in options.without.split(",") if name]
    job = Job(
        problems=sample() if options.sample else problems,
        protocols={kind: protocol(options.mode, kind, options.granularity, options.seed, without) for kind in KINDS},
        folder=options.folder,
        backend=options.backend,
        jobs=options.jobs,
        stop_after_s=3600 * options.hours,
        sandbox=not options.defer_sandbox,
    )
    fresh = run_job(job, folder)
    folder.add(fresh)
    drafts = len(folder.drafts.keys() - folder.labels.keys())
    return f"{len(fresh)} labels made; {options.folder} has {len(folder.labels)}, and {drafts} drafts\n"


def export_labels(options: argparse.Namespace) -> str:
    """Write labels, runs and manifest."""
    from llamoco_bench.errors import UsageError
    from llamoco_bench.training.labels.export import export, summary
    from llamoco_bench.training.labels.folder import LabelFolder

    folder = LabelFolder.read(options.folder)
    if not folder.runs:
        raise UsageError(f"{options.folder} has no runs; give the folder that label was given")
    return summary(export(folder, options.out), options.out)


def learn_portfolio(options: argparse.Namespace) -> str:
    """Run the pilot and write the portfolio."""
    from llamoco_bench.training.labels import pilot

    chosen = pilot.run_pilot(options.folder)
    pilot.write(chosen)
    return f"{sum(map(len, chosen.values()))} configurations in {pilot.FILE}\n"


def compare_modes(options: argparse.Namespace) -> str:
    """Return the comparison of the modes as a table."""
    from llamoco_bench.training.labels.comparison import as_table, pairs
    from llamoco_bench.training.labels.folder import LabelFolder

    return as_table(pairs(LabelFolder.read(options.folder))) + "\n"


def write_page(options: argparse.Namespace) -> str:
    """Write the page about the labels."""
    from llamoco_bench.training.labels.docs import page

    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(options.data, options.comparison), encoding="utf-8")
    return f"{options.page} written\n"


def store_better_values(options: argparse.Namespace) -> str:
    """Store better values than the best known; return one line a value."""
    from llamoco_bench.problems.synthetic import best_known
    from llamoco_bench.training.labels.folder import LabelFolder
    from llamoco_bench.training.labels.improvements import improvements

    found = list(improvements(LabelFolder.read(options.folder)))
    if not options.dry_run:
        best_known.improve({new.problem_id: (new.value, new.source) for _, new in found})
    lines = [f"{new.problem_id}: {old} -> {new.value:.12g} ({new.source})" for old, new in found]
    return "\n".join([*lines, f"{len(lines)} better values"]) + "\n"
