"""The ``llamoco`` command: works on finished or interrupted runs, and on this machine, without pytest."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from llamoco_bench import __version__
from llamoco_bench.commands import (
    baseline,
    best_known,
    compare,
    doctor,
    examples,
    export,
    gate,
    leaderboard,
    ls,
    merge,
    report,
    show,
)
from llamoco_bench.errors import LlamocoError

EXIT_USAGE = 4

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

COMMANDS: Final = (ls, show, report, compare, gate, baseline, merge, leaderboard, export, doctor, best_known, examples)
"""In the order of the help. What is heavy is imported only by the command that needs it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code.

    It is 0 where all is done, 4 for wrong usage and for a run or file that cannot be read or written, else what the
    command says.
    """
    options = make_parser().parse_args(arguments)
    try:
        function: Callable[[argparse.Namespace], str | tuple[str, int]] = options.function
        said = function(options)
    except (LlamocoError, OSError) as error:  # such as a folder for -o that is not there; it names the file
        print(f"llamoco: {error}", file=sys.stderr)
        return EXIT_USAGE
    text, exit_code = (said, 0) if isinstance(said, str) else said
    _print(text)
    return exit_code


def _print(text: str) -> None:
    """Print `text`; that a reader such as ``head`` has enough of it is no fault."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python flushes once more at its end


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of ``llamoco``, with all commands."""
    parser = argparse.ArgumentParser(prog="llamoco", description="Look at runs of llamoco-bench, and at this machine.")
    parser.add_argument("--version", action="version", version=f"llamoco-bench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
