"""``llamoco doctor``: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from llamoco_bench.checkup import Finding
    from llamoco_bench.cli import Commands

EXIT_BROKEN: Final = 1


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="find out what works on this machine, and what to do where something does not",
        description="Looks at Python, packages, the compiled evaluator, models and disk, and tries an escape for each "
        f"layer of the sandbox. Nobody is asked over the network. Exit code {EXIT_BROKEN} where the core does not "
        "hold: programs cannot be run isolated, or results cannot be kept.",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(function=diagnose)


def diagnose(options: argparse.Namespace) -> tuple[str, int]:
    """Return the findings as text, and the exit code."""
    from llamoco_bench.checkup import examine, holds

    findings = examine()
    sound = holds(findings)
    text = as_json(findings, sound) if options.format == "json" else as_text(findings, sound)
    return text, 0 if sound else EXIT_BROKEN


def as_json(findings: Sequence[Finding], sound: bool) -> str:
    """Return the findings as JSON: ``ok``, and a list of ``findings``."""
    return json.dumps({"ok": sound, "findings": [asdict(finding) for finding in findings]}, indent=1) + "\n"


def as_text(findings: Sequence[Finding], sound: bool) -> str:
    """Return the findings by section, each with what to do, and a last line that sums up."""
    lines: list[str] = []
    width = max((len(finding.name) for finding in findings), default=0)
    for section, members in groupby(findings, key=lambda finding: finding.section):
        lines += [section, *(line for finding in members for line in _lines(finding, width)), ""]
    return "\n".join([*lines, _summary(findings, sound)]) + "\n"


def _lines(finding: Finding, width: int) -> list[str]:
    lines = [f"  {finding.verdict:7s}  {finding.name:{width}s}  {finding.value}"]
    return [*lines, f"  {'':7s}  {'':{width}s}  -> {finding.advice}"] if finding.advice else lines


def _summary(findings: Sequence[Finding], sound: bool) -> str:
    if sound:
        return "The core holds: programs can be run isolated here, and results kept."
    broken = [finding.name for finding in findings if finding.verdict == "broken"]
    return f"The core does not hold here: {', '.join(broken)}."
