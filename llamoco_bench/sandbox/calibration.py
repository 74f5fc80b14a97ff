"""Limits that suit a problem and this machine, and a trial run before any program is judged.

A slow machine must not turn a good program into a timeout, so the default limit is ten times what a plain program needs
here to spend the whole budget in single calls. A program that uses JAX must load it within its own time, and compile
what it calls, which can take longer than the optimization; what a first use of it costs is measured, too.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox.evaluator import Array, ProblemLike
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.result import RunResult
from llamoco_bench.sandbox.sandbox import kind_of_zygote, run_program

LEAST_WALL_S: Final = 10.0
MARGIN: Final = 10.0
TRIAL_CALLS: Final = 3000

TRIAL_PROGRAM: Final = """\
import numpy as np
import scipy.optimize

def solve(objective, lower, upper, budget, seed):
    rng = np.random.default_rng(seed)
    best_x, best_f = lower, np.inf
    for _ in range(budget):
        x = rng.uniform(lower, upper)
        f = objective(x)
        if f < best_f:
            best_x, best_f = x, f
    return best_x
"""


JAX_PROGRAM: Final = """\
import jax

def solve(objective, lower, upper, budget, seed):
    jax.jit(lambda x: (x * x).sum())(jax.numpy.asarray(lower)).block_until_ready()
    return lower
"""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A sphere, nothing that could go wrong."""

    id: str = "trial"
    dim: int = 10
    budget: int = TRIAL_CALLS
    n_inequality: int = 0
    n_equality: int = 0

    @property
    def lower(self) -> Array:
        return np.full(self.dim, -5.0)

    @property
    def upper(self) -> Array:
        return np.full(self.dim, 5.0)

    def objective(self, x: Array) -> float | Array:
        values: float | Array = (np.asarray(x) ** 2).sum(axis=-1)
        return values


def preflight(allow_weak: bool = False) -> float:
    """Run a known-good program; return the seconds that one call of the objective costs it on this machine.

    Raises
    ------
    SandboxError: where the program does not end well, which no program of a model could then either.
    """
    return _call_s(allow_weak)


@functools.cache
def _call_s(allow_weak: bool) -> float:
    result = _try(TRIAL_PROGRAM, allow_weak)
    if result.evaluations != TRIAL_CALLS:
        raise SandboxError(f"A known-good program was granted {result.evaluations} of {TRIAL_CALLS} evaluations.")
    return result.wall_s / TRIAL_CALLS


@functools.cache
def _first_use_of_jax_s(allow_weak: bool) -> float:
    """Return the seconds that loading JAX and compiling a function take a program here; 0 where it is not installed."""
    return 0.0 if find_spec("jax") is None else _try(JAX_PROGRAM, allow_weak).wall_s


def _try(program: str, allow_weak: bool) -> RunResult:
    limits = Limits(wall_s=120.0)
    run_program(program, _Trial(), seed=0, limits=limits, allow_weak=allow_weak)  # starts the interpreters
    result = run_program(program, _Trial(), seed=0, limits=limits, allow_weak=allow_weak)
    if result.status != "ok":
        reason = result.error.message if result.error else "no reason given"
        raise SandboxError(f"A known-good program ended in {result.status} ({reason}).")
    return result


def calibrated_limits(problem: ProblemLike, program: str = "", *, allow_weak: bool = False) -> Limits:
    """Return the default limits for `problem` on this machine: ten times the budget in single calls, at least 10 s.

    A `program` that names JAX is given ten times a first use of JAX on top. The result is rounded up to two digits, so
    that it reads well and does not feign precision.

    Raises
    ------
    SandboxError: where a known-good program does not end well.
    """
    wall_s = max(LEAST_WALL_S, MARGIN * problem.budget * preflight(allow_weak))
    if kind_of_zygote(program) == "bare":
        wall_s += MARGIN * _first_use_of_jax_s(allow_weak)
    unit = 10.0 ** (math.floor(math.log10(wall_s)) - 1)
    return Limits(wall_s=math.ceil(wall_s / unit) * unit)
