"""``llamoco export RUN``: every run of a program as a row, for whoever analyses with tools of their own."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.commands.runs import add_run_arguments, run_of
from llamoco_bench.errors import UsageError
from llamoco_bench.spreadsheet import write_csv

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands
    from llamoco_bench.scoring import Item

FIELDS: Final = (
    "turn", "run", "seed", "status", "stopped", "feasible", "best_f", "f0", "first_f", "best_known", "violation",
    "evaluations", "dim", "constraints", "budget", "wall_s", "cpu_s", "peak_rss_mb",
)  # fmt: skip
"""Of a run's record, taken over as they are."""

COLUMNS: Final = (
    "suite",
    "problem",
    "model",
    *FIELDS,
    "final",
    "perf",
    "reach",
    "perf_own_start",
    "error",
    "definition",
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="write every run as a row of CSV, JSON lines or Parquet",
        description="One row a run of a program. Runs of a first program that was repaired have final = false; Perf, "
        "Reach and Err count as in the tables: Err over turn 0, the others over final runs.",
    )
    add_run_arguments(parser)
    parser.add_argument("--format", choices=("csv", "jsonl", "parquet"), default="csv", help="default: csv")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="file to write; Parquet needs one")
    parser.set_defaults(function=export)


def export(options: argparse.Namespace) -> str:
    """Return the rows, or the name of the file that has them now.

    Raises
    ------
    UsageError: for Parquet without a file or without pandas and pyarrow.
    """
    from llamoco_bench.scoring import collect_items

    items = collect_items(run_of(options).records())
    rows = [row for item in items for row in _rows(item)]
    if options.format == "parquet":
        _write_parquet(rows, options.output)
        return f"{options.output}\n"
    text = _csv(rows) if options.format == "csv" else _json_lines(rows)
    if options.output is None:
        return text
    options.output.write_text(text, encoding="utf-8")
    return f"{options.output}\n"


def _rows(item: Item) -> Iterator[dict[str, Any]]:
    from llamoco_bench.scoring import run_performance, run_performance_own_start, run_reach

    final = {(run["turn"], run["run"]) for run in item.final}
    replaced = [run for run in item.first if (run["turn"], run["run"]) not in final]
    for run in sorted([*item.final, *replaced], key=lambda run: (run["run"], run["turn"])):
        counts = (run["turn"], run["run"]) in final and run["status"] != "infra"
        yield {
            "suite": item.suite,
            "problem": item.problem,
            "model": item.model,
            **{name: run.get(name) for name in FIELDS},
            "final": (run["turn"], run["run"]) in final,
            "perf": run_performance(run) if counts else None,
            "reach": run_reach(run) if counts else None,
            "perf_own_start": run_performance_own_start(run) if counts else None,
            "error": None if run.get("error") is None else run["error"]["type"],
            "definition": run.get("definition"),
        }


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    write_csv(out, COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
    return out.getvalue()


def _json_lines(rows: list[dict[str, Any]]) -> str:
    from llamoco_bench.journal import encode

    return "".join(json.dumps(encode(row), allow_nan=False) + "\n" for row in rows)


def _write_parquet(rows: list[dict[str, Any]], path: Path | None) -> None:
    if path is None:
        raise UsageError("Parquet is not text; give a file with -o FILE")
    try:
        import pandas
        import pyarrow  # noqa: F401 - what pandas writes Parquet with
    except ImportError as error:
        raise UsageError(f"Parquet needs {error.name}: pip install 'llamoco-bench[report]', or take csv") from None
    pandas.DataFrame(rows, columns=list(COLUMNS)).to_parquet(path, index=False)
