"""``python -m llamoco_bench.training COMMAND``: make labels, instruction sets and models."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXIT_USAGE: Final = 4
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code (0 done, 4 wrong usage)."""
    from llamoco_bench.errors import LlamocoError

    options = make_parser().parse_args(arguments)
    try:
        function: Callable[[argparse.Namespace], str] = options.function
        sys.stdout.write(function(options))
    except LlamocoError as error:
        sys.stderr.write(f"llamoco_bench.training: {error}\n")
        return EXIT_USAGE
    except ModuleNotFoundError as error:
        if (error.name or "llamoco_bench").startswith("llamoco_bench"):
            raise
        sys.stderr.write(
            f"llamoco_bench.training: this command needs the package {error.name}. "
            'Install with: pip install "llamoco-bench[training]"\n'
        )
        return EXIT_USAGE
    except FileNotFoundError as error:
        if str(error.filename) not in map(str, vars(options).values()):
            raise
        sys.stderr.write(f"llamoco_bench.training: there is no file {error.filename}\n")
        return EXIT_USAGE
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of ``python -m llamoco_bench.training``, with all commands."""
    from llamoco_bench.training.ablations import command as ablations
    from llamoco_bench.training.evaluation import command as evaluation
    from llamoco_bench.training.instructions import command as instructions
    from llamoco_bench.training.labels import command as labels
    from llamoco_bench.training.nano import command as nano
    from llamoco_bench.training.selector import command as selector
    from llamoco_bench.training.tuning import command as tuning

    parser = argparse.ArgumentParser(prog="python -m llamoco_bench.training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (labels, instructions, selector, tuning, nano, evaluation, ablations):
        module.add_to(commands)
    return parser


if __name__ == "__main__":
    # Sums of several threads differ in their last bits from those of one: labels are made with one, on every machine.
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    sys.exit(main())
