"""One run: put a job before a child, answer its questions, end it, say what it came to."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox.broker import Broker, Clock, Ending
from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.child.job import Job
from llamoco_bench.sandbox.child.spin import MOST_SECONDS_A_WAIT
from llamoco_bench.sandbox.children import Child, Exit
from llamoco_bench.sandbox.desk import Desk
from llamoco_bench.sandbox.evaluator import Evaluator
from llamoco_bench.sandbox.launching import Launcher, LauncherLostError
from llamoco_bench.sandbox.ledger import Ledger
from llamoco_bench.sandbox.limits import LARGEST_S, Limits
from llamoco_bench.sandbox.places import names_of_places
from llamoco_bench.sandbox.result import RunError, RunResult
from llamoco_bench.sandbox.support import usable_processors
from llamoco_bench.sandbox.text import clean_tail, shorten_paths
from llamoco_bench.sandbox.verdict import Evidence, Verdict, judge, weigh_point
from llamoco_bench.sandbox.watch import Reason, Watch

_MIB: Final = 1 << 20
# A process closes its descriptors in the last step of its end.
_LAST_MOMENT_S: Final = 1.0

WEAK_HINT: Final = "To run programs without it, allow the weak sandbox (--llamoco-sandbox=weak)."


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run.

    Attributes
    ----------
    source: the program.
    evaluator: the problem.
    seed: seed of the run, in [0, 2**32).
    f0: reference value of the run.
    limits: what the program may use.
    weak: whether layers of the sandbox may be missing.
    """

    source: str
    evaluator: Evaluator
    seed: int
    f0: float
    limits: Limits
    weak: bool

    def most_cpu_s(self) -> int:
        """Processor seconds after which the kernel ends the child, should the watch have failed to."""
        waiting = self.evaluator.budget * MOST_SECONDS_A_WAIT
        return int(min(self.limits.processor_s + waiting, LARGEST_S)) + 2

    def job(self) -> Job:
        """Return what the child is told."""
        evaluator, limits = self.evaluator, self.limits
        return Job(
            source=self.source,
            lower=evaluator.lower.tolist(),
            upper=evaluator.upper.tolist(),
            budget=evaluator.budget,
            seed=self.seed,
            n_inequality=evaluator.n_inequality,
            n_equality=evaluator.n_equality,
            rows=wire.rows_that_fit(evaluator.dim),
            width=max(1, evaluator.n_inequality, evaluator.n_equality),
            weak=self.weak,
            may_spin=usable_processors() > 1,
            memory_bytes=limits.memory_mb * _MIB,
            cpu_s=self.most_cpu_s(),
            open_files=limits.open_files,
            file_bytes=limits.disk_mb * _MIB,
        )


def run_task(task: Task, launcher: Launcher) -> RunResult:
    """Run a task in a child of `launcher`.

    Raises
    ------
    SandboxError: a layer of the sandbox cannot be put up.
    LauncherLostError: the launcher died, or the child before its program began.
    """
    with Desk(task.job(), task.limits.output_kb * 1024) as desk:
        return _Run(task, launcher, desk).result()


class _Run:
    def __init__(self, task: Task, launcher: Launcher, desk: Desk) -> None:
        self.task = task
        self.launcher = launcher
        self.desk = desk
        self.clock = Clock()
        self.ledger = Ledger(task.evaluator)
        self.broker = Broker(task.evaluator, self.ledger, desk, self.clock)
        self.places = names_of_places(launcher.folder)
        self.failure = ""

    def result(self) -> RunResult:
        child = self.launcher.launch(self.desk.child_fds())
        try:
            ending, reason, wall_s = self._converse(child)
            own_end = ending.how == "eof" and child.has_ended(_LAST_MOMENT_S)
            exit_ = self._end(child)
        except BaseException:
            child.kill()
            raise
        finally:
            child.close()
        if ending.how == "refused":
            missing = "; ".join(json.loads(self.desk.text(ending.text_bytes))["missing"])
            raise SandboxError(f"The sandbox is not complete here ({missing}). {WEAK_HINT}")
        if self.clock.started is None:
            raise LauncherLostError("a child ended before its program began")
        verdict = self._verdict(ending, reason, exit_ if own_end else None)
        return self._record(verdict, exit_, wall_s)

    def _converse(self, child: Child) -> tuple[Ending, Reason | None, float]:
        self.desk.close_child_ends()
        watch = Watch(
            child,
            self.task.limits,
            self.clock,
            folder=self.launcher.folder,
            base_rss_bytes=self.launcher.rss_bytes,
            output_is_full=self.desk.output_is_full,
            give_up=self.launcher.kill,
        )
        with watch:
            try:
                ending = self.broker.serve()
            except SandboxError as error:
                ending, self.failure = Ending("eof"), str(error)
            wall_s = self.clock.program_s()
        return ending, watch.reason, wall_s

    def _end(self, child: Child) -> Exit:
        child.kill()
        return self.launcher.ended()

    def _verdict(self, ending: Ending, reason: Reason | None, exit_: Exit | None) -> Verdict:
        try:
            full = self.desk.output_is_full()
            if not self.failure and ending.how == "result" and reason is None and not full:
                return self._of_point()
        except SandboxError as error:
            self.failure = str(error)
        if self.failure:
            return Verdict("infra", error=RunError("SandboxError", self.failure))
        evidence = Evidence(
            reason=reason,
            ending=ending,
            message=self.desk.text(ending.text_bytes) if ending.how == "report" else b"",
            exit=exit_,
            cpu_allowed_s=min(self.task.limits.processor_s + self.clock.evaluator_s, self.task.most_cpu_s()),
            found=self.ledger.best_f is not None,
            asked=self.ledger.evaluations > 0,
            output_is_full=full,
            base_rss_mb=self.launcher.rss_bytes / _MIB,
            limits=self.task.limits,
        )
        return judge(evidence, self.task.source, self.places)

    def _of_point(self) -> Verdict:
        evaluator = self.task.evaluator
        point, complaint = weigh_point(self.desk.points[0].copy(), evaluator.lower, evaluator.upper)
        if point is not None:
            if self.ledger.is_news(point):
                self.broker.weigh(point)
            return Verdict("ok", "returned")
        if self.ledger.best_f is not None:
            return Verdict("ok", "returned")
        return Verdict("invalid_result", "returned", RunError("InvalidResult", complaint))

    def _record(self, verdict: Verdict, exit_: Exit, wall_s: float) -> RunResult:
        raw, whole = self.desk.output_tail()
        output = shorten_paths(clean_tail(raw, whole=whole), self.places)
        best_x = self.ledger.best_x
        if best_x is not None:
            best_x.flags.writeable = False
        return RunResult(
            status=verdict.status,
            stopped=verdict.stopped,
            best_f=self.ledger.best_f,
            best_x=best_x,
            feasible=best_x is not None,
            violation=0.0 if best_x is not None else self.ledger.least_violation,
            f0=self.task.f0,
            first_f=self.ledger.first_f,
            evaluations=self.ledger.evaluations,
            curve=self.ledger.curve,
            wall_s=wall_s,
            evaluator_s=self.clock.evaluator_s,
            cpu_s=exit_.cpu_s,
            peak_rss_mb=exit_.peak_rss_mb,
            output=output,
            error=None if verdict.error is None else replace(verdict.error, output=output),
        )


def failed_unrun(status_and_error: Verdict, f0: float) -> RunResult:
    """Return the record of a program that never began."""
    return RunResult(
        status=status_and_error.status,
        stopped="",
        best_f=None,
        best_x=None,
        feasible=False,
        violation=float("inf"),
        f0=f0,
        first_f=None,
        evaluations=0,
        curve=(),
        wall_s=0.0,
        evaluator_s=0.0,
        cpu_s=0.0,
        peak_rss_mb=0.0,
        output="",
        error=status_and_error.error,
    )
