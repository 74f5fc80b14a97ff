"""``llamoco best-known update RUN``: lets better values that a run has found into the tables of the suites."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from llamoco_bench.commands.runs import add_run_arguments, run_of
from llamoco_bench.errors import UsageError
from llamoco_bench.run_folder import RunFolder

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands
    from llamoco_bench.problems.best_values import Found

Record = Mapping[str, Any]


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("best-known", help="improve the best-known values by what a run has found")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    update = actions.add_parser(
        "update",
        help="evaluate the best points of a run again and store those that are better",
        description="Evaluates the best feasible point of every problem in a run again and, where it is better than "
        "the best value known, stores it with its source. Changed values change the keys of runs: only problems whose "
        "value changed are run again on a resume.",
    )
    add_run_arguments(update)
    update.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    update.set_defaults(function=update_values)


def update_values(options: argparse.Namespace) -> str:
    """Return one line for every value that changed, and a count of all that was looked at."""
    from llamoco_bench.problems.best_values import store

    run = run_of(options)
    lines, counts, changed = [], Counter[str](), set()
    for verdict, before, found in _examined(run):
        counts[verdict] += 1
        if found is not None:
            known = "none" if before is None else f"{before:.12g}"
            lines.append(f"{found.problem_id}: {known} -> {found.value:.12g} ({found.source})")
            changed |= set() if options.dry_run else {str(store(found))}
    said = ", ".join(f"{verdict} {n}" for verdict, n in sorted(counts.items())) or "none with a feasible point"
    lines.append(f"problems: {said}")
    lines += [f"changed: {file}" for file in sorted(changed)]
    return "\n".join(lines) + "\n"


def best_points(records: Iterable[Record]) -> dict[str, Record]:
    """Return by problem the record of the best feasible run that kept its point, under the id that keeps the value."""
    from llamoco_bench.problems.best_values import home_of

    best: dict[str, Record] = {}
    for record in records:
        if record["kind"] != "run" or not record.get("feasible") or record.get("best_x") is None:
            continue
        home = home_of(record["problem"]) or record["problem"]
        if home not in best or record["best_f"] < best[home]["best_f"]:
            best[home] = record
    return best


def _examined(run: RunFolder) -> Iterator[tuple[str, float | None, Found | None]]:
    from llamoco_bench.problems import load_problem
    from llamoco_bench.problems.best_values import examine

    for _, record in sorted(best_points(run.records()).items()):
        try:
            problem = load_problem(record["problem"])
        except UsageError:
            yield "unknown here", None, None
            continue
        source = f"found by {record['model']}, run {run.id}, seed {record['seed']}"
        verdict, found = examine(problem, record["best_x"], source)
        yield verdict, problem.best_known, found
