"""The ``llamoco`` command: works on finished or interrupted runs, without pytest."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from llamoco_bench import __version__
from llamoco_bench.errors import LlamocoError
from llamoco_bench.run_folder import RUNS_ROOT, find_run

EXIT_USAGE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code (0 done, 4 wrong usage or unreadable run)."""
    options = _parser().parse_args(arguments)
    try:
        function: Callable[[argparse.Namespace], str] = options.function
        sys.stdout.write(function(options))
    except LlamocoError as error:
        print(f"llamoco: {error}", file=sys.stderr)
        return EXIT_USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="llamoco", description="Look at runs of llamoco-bench.")
    parser.add_argument("--version", action="version", version=f"llamoco-bench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="print the score tables of a run")
    report.add_argument("run", help="path of a run folder, name of a run below --root, or 'last'")
    report.add_argument("--format", choices=("md", "csv", "json"), default="md", help="default: md")
    report.add_argument("--root", type=Path, default=RUNS_ROOT, help=f"where runs are kept (default: {RUNS_ROOT})")
    report.add_argument("--output", type=Path, help="file to write instead of printing")
    report.set_defaults(function=_report)
    return parser


def _report(options: argparse.Namespace) -> str:
    from llamoco_bench.reports.tables import render
    from llamoco_bench.scoring import score_records

    text = render(score_records(find_run(options.run, options.root).records()), options.format)
    if options.output is None:
        return text
    options.output.write_text(text, encoding="utf-8")
    return f"{options.output}\n"


if __name__ == "__main__":
    sys.exit(main())
