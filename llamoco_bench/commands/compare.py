"""``llamoco compare A B``: what changed from one run, or baseline, to another, and whether gates hold."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from llamoco_bench.commands.answer import Answer
from llamoco_bench.commands.gate import add_gate_arguments, parse_gates
from llamoco_bench.commands.runs import add_root_argument
from llamoco_bench.errors import UsageError

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="compare two runs, and decide gates on the second",
        description="Compares run B with A, paired by problem, with 95 %% intervals and Holm-corrected p-values. Exit "
        "code 0: all gates hold; 1: one is violated; 4: wrong usage.",
    )
    parser.add_argument("base", metavar="A", help="the run before, or a file of 'llamoco baseline save'")
    parser.add_argument("run", metavar="B", help="the run now; likewise")
    add_root_argument(parser)
    add_gate_arguments(parser, required=False)
    parser.set_defaults(function=compare_runs)


def compare_runs(options: argparse.Namespace) -> Answer:
    """Return the table of changes and what was decided, with exit code 1 where a gate is violated.

    Raises
    ------
    UsageError: where the two have nothing that can be compared.
    """
    import json

    from llamoco_bench.gates.baseline import load_measurements
    from llamoco_bench.gates.decision import compare, decide
    from llamoco_bench.gates.pairing import notes_on
    from llamoco_bench.gates.wording import as_dict, comparison_dict, comparison_lines, verdict_lines

    gates = parse_gates(options)
    base, now = (load_measurements(name, options.root) for name in (options.base, options.run))
    verdict = replace(decide(gates, now, base, missing_fails=True), notes=notes_on(base, now))
    changes = compare(now, base)
    if not changes:
        names = [", ".join(f"{s}[{m}]" for s, m in side.samples) or "nothing" for side in (base, now)]
        refusal = f"{base.name} and {now.name} have nothing to compare: the one has {names[0]}, the other {names[1]}"
        raise UsageError("; ".join([refusal, *verdict.notes]))
    if options.format == "json":
        content = {"comparisons": [comparison_dict(c) for c in changes], **as_dict(verdict)}
        return Answer(json.dumps(content, indent=1, allow_nan=False) + "\n", int(verdict.violated))
    said = [line for line, _ in verdict_lines(verdict)] if gates else [f"note      {note}" for note in verdict.notes]
    lines = [*comparison_lines(changes), *([""] if said else []), *said]
    return Answer("\n".join(lines) + "\n", int(verdict.violated))
