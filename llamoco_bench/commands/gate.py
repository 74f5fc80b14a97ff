"""``llamoco gate RUN --fail-on GATE``: decides gates on a finished run, such as one that was merged from shards."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from llamoco_bench.commands.answer import Answer
from llamoco_bench.commands.runs import add_run_arguments, run_of
from llamoco_bench.errors import UsageError

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands
    from llamoco_bench.gates.expression import Gate


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gate",
        help="decide gates on a run",
        description="Decides gates on a run, as --llamoco-fail-on does in a session. Exit code 0: all hold; 1: one is "
        "violated, or the run is incomplete; 4: wrong usage.",
    )
    add_run_arguments(parser)
    add_gate_arguments(parser, required=True)
    parser.add_argument("--baseline", metavar="RUN", help="run, or file of 'llamoco baseline save', to compare with")
    parser.add_argument(
        "--baseline-missing", choices=("warn", "fail"), default="warn", help="what a missing baseline does (warn)"
    )
    parser.add_argument("--allow-incomplete", action="store_true", help="decide on what is there")
    parser.set_defaults(function=decide_gates)


def add_gate_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the arguments that say which gates there are and how the answer is written."""
    parser.add_argument(
        "--fail-on",
        action="append",
        metavar="GATE",
        required=required,
        help="such as err<=0.3 or perf:regress; repeatable",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def parse_gates(options: argparse.Namespace) -> list[Gate]:
    """Parse the gates that were given."""
    from llamoco_bench.gates.expression import parse_gate

    return [parse_gate(text) for text in options.fail_on or ()]


def decide_gates(options: argparse.Namespace) -> Answer:
    """Return what was decided, with exit code 1 where a gate is violated or the run incomplete."""
    import json

    from llamoco_bench.completeness import completeness_of
    from llamoco_bench.gates.baseline import load_baseline
    from llamoco_bench.gates.decision import decide
    from llamoco_bench.gates.measurements import measure_run
    from llamoco_bench.gates.wording import as_dict, verdict_lines

    gates = parse_gates(options)
    run = run_of(options)
    base = None if options.baseline is None else load_baseline(options.baseline, options.root)
    if options.baseline is None and (needy := [gate.text for gate in gates if gate.needs_baseline]):
        raise UsageError(f"The gate {needy[0]!r} needs a baseline; give --baseline RUN")
    missing_fails = options.baseline_missing == "fail"
    verdict = decide(gates, measure_run(run), base, missing_fails=missing_fails)
    state = completeness_of(run.records())
    absent = options.baseline is not None and base is None
    failed = verdict.violated or (absent and missing_fails)
    failed = failed or not (state.complete or options.allow_incomplete)
    if options.format == "json":
        content = {**as_dict(verdict), "complete": state.complete, "missing": state.describe()}
        return Answer(json.dumps(content, indent=1, allow_nan=False) + "\n", int(failed))
    lines = [line for line, _ in verdict_lines(verdict)]
    if absent:
        lines.insert(0, f"WARNING: the baseline {options.baseline} is not there")
    if not state.complete:
        lines.append(f"INCOMPLETE: {state.describe()}")
    return Answer("\n".join(lines) + "\n", int(failed))
