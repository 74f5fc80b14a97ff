"""Run an optimizer of the pool on a problem, in this process: trusted code, for labels and for tests."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from types import CodeType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.baselines.optimizers.pool import POOL
from llamoco_bench.baselines.optimizers.recorder import Recorder, Stop
from llamoco_bench.errors import UsageError, choose
from llamoco_bench.problems.problem import Array, Problem
from llamoco_bench.problems.synthetic.recording import compiled_recorder
from llamoco_bench.sandbox.evaluator import Evaluator
from llamoco_bench.sandbox.ledger import thin
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.seeds import checked_seed

if TYPE_CHECKING:
    from llamoco_bench.problems._native._evaluator import Recorder as CompiledRecorder

_Function = Callable[[ArrayLike], "float | Array"]


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerRun:
    """How one run of an optimizer ended; the fields that a sandboxed run has too mean the same there.

    Attributes
    ----------
    best_f, best_x: the best feasible point evaluated within the bounds and the budget; None where there is none.
    violation: mean constraint violation of `best_x`, or the smallest one met where nothing was feasible.
    f0: best of 50 uniform points drawn with the run's seed, the same for every optimizer.
    first_f: best value of the program's own first call.
    evaluations: points evaluated; one evaluation gives the objective and all constraints.
    curve: (evaluations, best_f) at improvements, thinned to 60.
    wall_s: seconds spent, those of the problem included.
    stopped: ``"returned"``, ``"budget"`` or ``"time"`` where a limit ended the program, ``"target"`` where the value
        asked for was reached, or empty after an error.
    error: the exception that ended the program, or None.
    """

    best_f: float | None
    best_x: Array | None
    violation: float
    f0: float
    first_f: float | None
    evaluations: int
    curve: tuple[tuple[int, float], ...]
    wall_s: float
    stopped: str
    error: str | None = None

    @property
    def feasible(self) -> bool:
        """Whether a feasible point was found."""
        return self.best_x is not None


def run_optimizer(
    name: str,
    problem: Problem,
    config: Mapping[str, object] | None = None,
    seed: int = 0,
    *,
    wall_s: float | None = None,
    target: float | None = None,
) -> OptimizerRun:
    """Run the answer program of the optimizer `name` once.

    What runs is the text that `Optimizer.source` gives, compiled, under the contract of generated programs.

    Parameters
    ----------
    name: one of `POOL`.
    problem: what is minimised, within ``problem.budget`` evaluations.
    config: hyper-parameters; those left out keep their defaults.
    seed: of the run, in [0, 2**32).
    wall_s: seconds after which the next evaluation stops the program; None for no limit.
    target: objective of a feasible point at which the program is stopped; None to let it go on.

    Raises
    ------
    UsageError: for a name that is not in the pool, a hyper-parameter that the optimizer does not have, a seed that is
        none, or a limit or target that no number can be compared with.
    """
    if name not in POOL:
        raise choose("optimizer", name, POOL)
    seed = checked_seed(seed)
    return run_source(POOL[name].source(config), problem, seed, wall_s=wall_s, target=target)


def run_source(
    source: str, problem: Problem, seed: int, *, wall_s: float | None = None, target: float | None = None
) -> OptimizerRun:
    """Run a trusted program's text once; see `run_optimizer`. An exception of the program is recorded, not raised."""
    _check_ends(wall_s, target)
    evaluator = Evaluator(problem)
    f0 = reference_value(evaluator, seed)
    recorder = compiled_recorder(problem, wall_s, Stop) or Recorder(evaluator, wall_s)
    found = recorder.ledger if isinstance(recorder, Recorder) else recorder
    objective = recorder.objective if target is None else _stopping(recorder, target)
    start = time.perf_counter()
    stopped, error = _execute(source, recorder, objective, evaluator, seed)
    wall = time.perf_counter() - start
    return OptimizerRun(
        best_f=found.best_f,
        best_x=found.best_x,
        violation=_violation(found.best_f, found.least_violation),
        f0=f0,
        first_f=found.first_f,
        evaluations=found.evaluations,
        curve=thin(list(found.curve)),
        wall_s=wall,
        stopped=stopped,
        error=error,
    )


def _check_ends(wall_s: object, target: object) -> None:
    if wall_s is not None and not (isinstance(wall_s, Real) and 0.0 < float(wall_s) < math.inf):
        raise UsageError(f"wall_s must be a number of seconds above 0, or None for no limit; got {wall_s!r}")
    if target is not None and not (isinstance(target, Real) and not math.isnan(target)):
        raise UsageError(f"target must be a number, or None for none; got {target!r}")


def _violation(best_f: float | None, least: float) -> float:
    return least if best_f is None else 0.0


def _stopping(recorder: Recorder | CompiledRecorder, target: float) -> _Function:
    """Let the objective stop the program once a feasible point is as good as `target`."""
    found = recorder.ledger if isinstance(recorder, Recorder) else recorder
    ask = recorder.objective

    def objective(x: ArrayLike) -> float | Array:
        value = ask(x)
        best = found.best_f
        if best is not None and best <= target:
            raise Stop("target")
        return value

    return objective


def _execute(
    source: str, recorder: Recorder | CompiledRecorder, objective: _Function, evaluator: Evaluator, seed: int
) -> tuple[str, str | None]:
    """Run a program; what stopped it, and the exception that ended it as text, or None."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            recorder.returned(call_solve(source, recorder, objective, evaluator, seed))
        except Stop as stop:
            return str(stop), None
        except Exception as error:  # noqa: BLE001 - any failure of a program is its result
            return "", f"{type(error).__name__}: {error}"
    return "returned", None


def call_solve(
    source: str, recorder: Recorder | CompiledRecorder, objective: _Function, evaluator: Evaluator, seed: int
) -> ArrayLike:
    """Call the ``solve`` of a trusted program's text with what the contract gives it; the point that it returns."""
    return _solver(source)(
        objective,
        evaluator.lower.copy(),
        evaluator.upper.copy(),
        evaluator.budget,
        seed,
        inequality=recorder.inequality if evaluator.n_inequality else None,
        equality=recorder.equality if evaluator.n_equality else None,
    )


def _solver(source: str) -> Callable[..., ArrayLike]:
    namespace: dict[str, Callable[..., ArrayLike]] = {}
    exec(_compiled(source), namespace)
    return namespace["solve"]


@lru_cache(maxsize=64)
def _compiled(source: str) -> CodeType:
    return compile(source, "<optimizer>", "exec")
