"""The sandbox: its zygotes, and the one call that runs a program."""

from __future__ import annotations

import functools
import os
import re
import threading
import weakref
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Final

from llamoco_bench.errors import SandboxError, UsageError
from llamoco_bench.sandbox.evaluator import Evaluator, ProblemLike
from llamoco_bench.sandbox.fresh import FreshInterpreters
from llamoco_bench.sandbox.launching import Launcher, LauncherLostError
from llamoco_bench.sandbox.layers import NAMESPACES, probe
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.sandbox.result import RunError, RunResult
from llamoco_bench.sandbox.run import WEAK_HINT, Task, failed_unrun, run_task
from llamoco_bench.sandbox.support import missing_features, missing_support, system_name
from llamoco_bench.sandbox.verdict import Verdict
from llamoco_bench.sandbox.zygote import Zygote
from llamoco_bench.seeds import checked_seed

_NUMPY: Final = ("numpy", "numpy.random")
_LIGHT: Final = (*_NUMPY, "scipy.optimize")
_MEDIUM: Final = (*_LIGHT, "scipy.stats", "deap.base", "deap.creator", "deap.tools", "deap.algorithms")

PRELOADS: Final[Mapping[str, tuple[str, ...]]] = {
    "bare": (),
    "numpy": _NUMPY,
    "light": _LIGHT,
    "medium": _MEDIUM,
    "full": (*_MEDIUM, "skopt", "cma", "pypop7"),
}
"""Modules that each kind of zygote has loaded, where they are installed.

A fork costs in proportion to what the zygote holds, so that programs which need little come from one that holds little.
Programs that use JAX come from the bare one: JAX starts threads, and must not be initialised in a process that forks.
"""

_NEEDS_BARE = re.compile(r"\b(?:jax|jaxlib|evosax|flax|torch)\b")
_NEEDS_FULL = re.compile(r"\b(?:skopt|sklearn|cma|pypop7|pandas|matplotlib|seaborn|numba)\b")
# SciPy loads its statistics for those of them that are its own when they are called.
_NEEDS_MEDIUM = re.compile(r"\b(?:stats|deap|qmc|sobol|halton|shgo)\b")


def kind_of_zygote(source: str) -> str:
    """Return the zygote that suits a program, by the libraries it names; a wrong guess costs only time."""
    if _NEEDS_BARE.search(source):
        return "bare"
    if _NEEDS_FULL.search(source):
        return "full"
    if _NEEDS_MEDIUM.search(source):
        return "medium"
    return "light" if "scipy" in source else "numpy"


class Sandbox:
    """Runs programs, one at a time; start several for several at a time.

    Interpreters are started when they are first needed, and end with the sandbox or with the process that made it.

    Parameters
    ----------
    allow_weak: run even where layers of the isolation cannot be put up.
    preloads: modules to load in advance for each kind of zygote.
    """

    def __init__(self, *, allow_weak: bool = False, preloads: Mapping[str, Iterable[str]] = PRELOADS) -> None:
        self.allow_weak = allow_weak
        self._preloads = {kind: tuple(names) for kind, names in preloads.items()}
        self._lock = threading.Lock()
        self._layers: Mapping[str, bool] | None = None
        self._launchers: dict[str, Launcher] = {}
        self._close = weakref.finalize(self, _close_all, self._launchers, os.getpid())

    def run(self, source: str, problem: ProblemLike, *, seed: int = 0, limits: Limits | None = None) -> RunResult:
        """Run a program on a problem, see `run_program`."""
        if not self.allow_weak:
            self._require_layers()
        return self.run_unchecked(source, problem, seed=seed, limits=limits)

    def layers(self) -> Mapping[str, bool]:
        """Return for each layer of the isolation whether it holds; found by trying, on the first call.

        Raises
        ------
        SandboxError: it could not be tried; where `allow_weak` is not set, also if a layer cannot be put up.
        """
        if self._layers is None:
            self._layers = probe(self)
        return self._layers

    def extra_layers(self) -> Mapping[str, bool]:
        """Return for each layer that nothing relies on whether it holds; found by trying.

        Raises
        ------
        SandboxError: no interpreter can be started here.
        """
        with self._lock:
            return {NAMESPACES: self._launcher("numpy").has_namespaces}

    def _require_layers(self) -> None:
        missing = [name for name, holds in self.layers().items() if not holds]
        if missing:
            raise SandboxError(f"The sandbox is not complete here: {', '.join(missing)}. {WEAK_HINT}")

    def run_unchecked(
        self, source: str, problem: ProblemLike, *, seed: int = 0, limits: Limits | None = None
    ) -> RunResult:
        """Run a program without trying the layers first; one that cannot be put up is refused all the same."""
        limits = limits or Limits()
        if not isinstance(source, str):
            raise UsageError(f"The program must be a str, got {type(source).__name__}.")
        seed = checked_seed(seed)
        evaluator = Evaluator(problem)
        f0 = reference_value(evaluator, seed)
        size_kb = len(source.encode(errors="surrogatepass")) / 1024
        if size_kb > limits.source_kb:
            message = f"the program has {size_kb:.0f} KiB; {limits.source_kb} are allowed"
            return failed_unrun(Verdict("protocol", error=RunError("SourceLimit", message)), f0)
        if not source.strip():
            return failed_unrun(Verdict("no_code", error=RunError("NoCode", "the program is empty")), f0)
        task = Task(source, evaluator, seed, f0, limits, self.allow_weak)
        with self._lock:
            return self._run(task)

    def _run(self, task: Task) -> RunResult:
        kind = kind_of_zygote(task.source)
        reason = ""
        for _ in range(2):
            try:
                return run_task(task, self._launcher(kind))
            except LauncherLostError as error:
                reason = str(error)
                self._discard(kind)
            except OSError as error:  # descriptors, memory or room on the disk have run out
                self._discard(kind)
                raise SandboxError(f"The system does not give the sandbox what it needs: {error}") from error
            except BaseException:
                self._discard(kind)
                raise
        return failed_unrun(Verdict("infra", error=RunError("SandboxLost", reason)), task.f0)

    def _launcher(self, kind: str) -> Launcher:
        if kind not in self._launchers:
            self._launchers[kind] = self._start(self._preloads[kind])
        return self._launchers[kind]

    def _start(self, preload: tuple[str, ...]) -> Launcher:
        if reason := missing_support():
            raise SandboxError(reason)
        missing = missing_features()
        if not missing:
            return Zygote(preload)
        if self.allow_weak:
            return FreshInterpreters(preload)
        raise SandboxError(
            f"The sandbox is not complete on this {system_name()}: it lacks {', '.join(missing)}. "
            "--llamoco-sandbox=weak runs programs with the layers that there are."
        )

    def _discard(self, kind: str) -> None:
        launcher = self._launchers.pop(kind, None)
        if launcher is not None:
            launcher.kill()
            launcher.close()

    def zygote_pids(self) -> list[int]:
        """Process ids of the interpreters that are running."""
        return [pid for launcher in self._launchers.values() if (pid := launcher.pid) is not None]

    def folders(self) -> list[str]:
        """Private folders of the interpreters; empty between runs."""
        return [launcher.folder for launcher in self._launchers.values()]

    def close(self) -> None:
        """End the interpreters and remove their folders."""
        with self._lock:
            for kind in list(self._launchers):
                self._launchers.pop(kind).close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _close_all(launchers: dict[str, Launcher], owner: int) -> None:
    if os.getpid() == owner:  # a fork of the harness has copies, which are not its own
        for launcher in launchers.values():
            launcher.close()
    launchers.clear()


@functools.cache
def _shared(pid: int, allow_weak: bool) -> Sandbox:
    return Sandbox(allow_weak=allow_weak)


def default_sandbox(*, allow_weak: bool = False) -> Sandbox:
    """Return the sandbox that this process shares among all calls of `run_program`."""
    return _shared(os.getpid(), allow_weak)


def run_program(
    source: str, problem: ProblemLike, seed: int = 0, limits: Limits | None = None, *, allow_weak: bool = False
) -> RunResult:
    """Run a generated program once on a problem, isolated, and return what it came to.

    Parameters
    ----------
    source: text of a program that defines ``solve(objective, lower, upper, budget, seed)``, with the keywords
        ``inequality`` and ``equality`` for the constraints that the problem has, if it takes them.
    problem: what to solve, see `ProblemLike`; evaluated in this process, never in the program's.
    seed: in [0, 2**32); handed to the program, and fixes `RunResult.f0`.
    limits: what the program may use; the defaults of `Limits` if None.
    allow_weak: run even where layers of the isolation cannot be put up.

    Raises
    ------
    SandboxError: the isolation is not complete and `allow_weak` is not set, or the problem cannot be evaluated.
    UsageError: source, seed or problem are not what they must be.
    """
    return default_sandbox(allow_weak=allow_weak).run(source, problem, seed=seed, limits=limits)
