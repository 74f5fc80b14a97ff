"""Decide what a run came to, from what the harness saw and what the child said of itself.

The child's word is taken only for its own failures. Everything that counts in its favour, the harness has counted.
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from llamoco_bench.sandbox.broker import Ending
from llamoco_bench.sandbox.children import Exit
from llamoco_bench.sandbox.evaluator import Array
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.result import RunError, Stopped
from llamoco_bench.sandbox.text import clean, lines_of, shorten_paths
from llamoco_bench.sandbox.watch import Reason
from llamoco_bench.statuses import STATUSES, Status

_CLAIMABLE: Final[tuple[Status, ...]] = (
    "syntax",
    "import",
    "runtime",
    "memory",
    "output",
    "security",
    "protocol",
    "invalid_result",
)
_OF_REASON: Final[dict[Reason, Status]] = {
    "wall": "timeout",
    "cpu": "timeout",
    "memory": "memory",
    "threads": "security",
    "output": "output",
    "disk": "output",
    "files": "output",
    "startup": "infra",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Status of a run, how it stopped, and the error without the output."""

    status: Status
    stopped: Stopped = ""
    error: RunError | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a run once its child has gone.

    Attributes
    ----------
    reason: the limit for which the harness killed it.
    ending: how the conversation ended.
    message: the text that came with the last message.
    exit: how the process ended by itself; None where the harness ended it.
    cpu_allowed_s: processor seconds after which it is killed, by the harness or by the kernel.
    found: whether anything feasible was evaluated.
    asked: whether anything was evaluated.
    output_is_full: whether the output has reached its limit.
    base_rss_mb: resident memory before the program began, MiB.
    limits: the limits of the run.
    """

    reason: Reason | None
    ending: Ending
    message: bytes
    exit: Exit | None
    cpu_allowed_s: float
    found: bool
    asked: bool
    output_is_full: bool
    base_rss_mb: float
    limits: Limits


def judge(evidence: Evidence, source: str, places: dict[str, str]) -> Verdict:
    """Return the verdict on a run that has not returned a point."""
    if evidence.ending.how == "budget":
        return _of_budget(evidence)
    if evidence.reason is not None:
        return _of_limit(evidence.reason, evidence.limits)
    if evidence.output_is_full:
        return _of_limit("output", evidence.limits)
    if evidence.ending.how == "report":
        return _of_report(evidence, source, places)
    if evidence.ending.how == "forged":
        return _tampered("the program sent a message in the name of the sandbox")
    if evidence.ending.how == "protocol":
        return Verdict("protocol", error=RunError("Channel", "the program wrote to the channel of the harness"))
    return _of_death(evidence)


def _of_budget(evidence: Evidence) -> Verdict:
    if evidence.asked:
        return Verdict("ok", "budget")
    return Verdict("invalid_result", "budget", RunError("InvalidResult", "nothing could be evaluated"))


def _of_limit(reason: Reason, limits: Limits) -> Verdict:
    messages: dict[Reason, str] = {
        "wall": f"stopped after {limits.wall_s:g} s",
        "cpu": f"stopped after {limits.processor_s:g} s of processor time",
        "memory": f"more than {limits.memory_mb} MiB of memory",
        "threads": f"more than {limits.threads} threads",
        "output": f"more than {limits.output_kb} KiB of output",
        "disk": f"more than {limits.disk_mb} MiB of files",
        "files": f"more than {limits.files} files",
        "startup": "the sandbox did not come up in time",
    }
    status = _OF_REASON[reason]
    return Verdict(status, error=RunError(f"{status.capitalize()}Limit", messages[reason]))


def _tampered(message: str) -> Verdict:
    return Verdict("tampered", error=RunError("Tampered", message))


def _of_report(evidence: Evidence, source: str, places: dict[str, str]) -> Verdict:
    try:
        report = json.loads(evidence.message)
        if _cannot_be(report["status"], evidence):
            return _tampered(f"the program claimed to have ended in {report['status']}, which it has not")
        status, error = _error_of(report, source, places)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return Verdict("protocol", error=RunError("Channel", "the report of the program cannot be read"))
    if status == "invalid_result" and evidence.found:
        return Verdict("ok", "returned")
    return Verdict(status, "returned" if status == "invalid_result" else "", error)


def _cannot_be(claimed: object, evidence: Evidence) -> bool:
    """Tell whether a claimed status is the harness's to give, or contradicts what the harness has seen."""
    if claimed == "syntax":  # a program that does not compile asks for nothing
        return evidence.asked
    return claimed in STATUSES and claimed not in _CLAIMABLE


def _error_of(report: dict[str, Any], source: str, places: dict[str, str]) -> tuple[Status, RunError]:
    status = _CLAIMABLE[_CLAIMABLE.index(report["status"])]
    lines = lines_of(source)
    line = report["line"]
    if not isinstance(line, int) or not 1 <= line <= len(lines):
        line = None
    frames = [_frame(int(at), str(function), lines) for at, function in report["frames"][:20]]
    error = RunError(
        type=clean(str(report["type"])[:100]).replace("\n", " "),
        message=clean(shorten_paths(str(report["message"])[:2000], places)),
        line=line,
        source_line="" if line is None else clean(lines[line - 1][:500]).strip("\n"),
        traceback=clean("\n".join(frames)),
    )
    return status, error


def _frame(line: int, function: str, lines: list[str]) -> str:
    shown = lines[line - 1].strip()[:200] if 1 <= line <= len(lines) else ""
    return f"line {line}, in {function[:60]}\n    {shown}"


def _of_death(evidence: Evidence) -> Verdict:
    if evidence.exit is None:
        return Verdict("protocol", error=RunError("Channel", "the program closed the channel to the harness"))
    number = evidence.exit.signal
    limits = evidence.limits
    if number == signal.SIGSYS:
        return Verdict("security", error=RunError("ForbiddenCall", "a forbidden system call ended the program"))
    if number == signal.SIGXCPU or (number == signal.SIGKILL and evidence.exit.cpu_s >= evidence.cpu_allowed_s):
        return _of_limit("cpu", limits)
    if number == signal.SIGXFSZ:
        return _of_limit("disk", limits)
    if number == signal.SIGKILL:
        return _of_kill(evidence, evidence.exit)
    if number:
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        return Verdict("crash", error=RunError("Crash", f"died by {name}"))
    return Verdict("crash", error=RunError("Crash", "ended without returning a point"))


def _of_kill(evidence: Evidence, exit_: Exit) -> Verdict:
    """A program cannot send itself this signal: the kernel ran out of memory, or somebody meddled.

    Below its limit, the program is not to blame that the machine had too little.
    """
    own_mb = exit_.peak_rss_mb - evidence.base_rss_mb
    if own_mb >= evidence.limits.memory_mb:
        return _of_limit("memory", evidence.limits)
    message = f"killed from outside with {max(own_mb, 0.0):.0f} MiB in use: is this machine out of memory?"
    return Verdict("infra", error=RunError("Killed", message))


def weigh_point(raw: Array, lower: Array, upper: Array) -> tuple[Array | None, str]:
    """Return a returned point that is fit to be evaluated, or None and what is wrong with it.

    A point that is outside by no more than rounding, 1e-9 of the range, is moved to the bound.
    """
    if not np.isfinite(raw).all():
        return None, "solve() returned numbers that are not finite"
    slack = 1e-9 * (upper - lower)
    out = np.flatnonzero((raw < lower - slack) | (raw > upper + slack))
    if len(out):
        i = int(out[0])
        where = f"x[{i}] = {raw[i]:g} not in [{lower[i]:g}, {upper[i]:g}]"
        return None, f"solve() returned a point outside the bounds: {where}"
    return np.clip(raw, lower, upper), ""
