"""``llamoco ls``: the runs that there are, newest last, and how far each is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from llamoco_bench.commands.runs import add_root_argument
from llamoco_bench.errors import JournalError
from llamoco_bench.run_folder import RunFolder

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("ls", help="list the runs, and how far each is")
    add_root_argument(parser)
    parser.set_defaults(function=list_runs)


def list_runs(options: argparse.Namespace) -> str:
    """Return a table with a line a run."""
    folders = [RunFolder(path.parent) for path in options.root.glob("*/manifest.json")]
    if not folders:
        return f"There is no run below {options.root}\n"
    rows = [["run", "started", "models", "suites", "items", "state"], *sorted(map(_row, folders), key=lambda r: r[1])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def _row(folder: RunFolder) -> list[str]:
    from llamoco_bench.completeness import completeness_of

    try:
        manifest, models = folder.manifest, list(folder.models)
        state = completeness_of(folder.records())
    except JournalError as error:
        return [folder.path.name, "", "", "", "", f"unreadable: {error}"]
    shown = ", ".join(models[:3]) + (f", ... ({len(models)})" if len(models) > 3 else "")
    items = f"{len(state.planned) - len(state.missing)}/{len(state.planned)}"
    shard = manifest.get("shard")
    if shard:
        word = f"shard {shard[0]}/{shard[1]}" + (", incomplete" if state.missing else "")
    else:
        word = "complete" if state.complete and state.planned else "incomplete"
    return [
        folder.path.name,
        str(manifest.get("started", "")),
        shown,
        ", ".join(manifest.get("suites", [])),
        items,
        word,
    ]
