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
from llamoco_bench.sandbox.limits import DEFAULT_MEMORY_MB, Limits
from llamoco_bench.sandbox.result import RunResult
from llamoco_bench.sandbox.sandbox import kind_of_zygote, run_program

LEAST_WALL_S: Final = 10.0
MARGIN: Final = 10.0
TRIAL_CALLS: Final = 3000
SHARE_OF_ROOM: Final = 0.9

TRIAL_PROGRAM: Final = """\
import numpy as np
import scipy.optimize

def solve(objective, lower, upper, budget, seed):
    room = np.empty(ROOM_BYTES, np.uint8)
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
import jax.numpy as jnp
try:
    import evosax
except ImportError:
    pass

def solve(objective, lower, upper, budget, seed):
    x = jax.random.normal(jax.random.key(seed), (20, len(lower)))
    values, vectors = jnp.linalg.eigh(jnp.cov(x.T))
    x = jnp.take(x, jnp.argsort(jnp.sum(x**2, axis=1)), axis=0) @ vectors * jnp.sqrt(jnp.abs(values))
    jax.jit(lambda x: jnp.clip(x, -1.0, 1.0).mean())(x).block_until_ready()
    return lower
"""
"""What a strategy of evosax makes JAX load and compile."""


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


def preflight(memory_mb: int = DEFAULT_MEMORY_MB, *, allow_weak: bool = False) -> float:
    """Run a known-good program under the memory limit of all others; return the seconds that a call costs it here.

    The program asks for nearly all the memory that it may have, so that a machine or an account which cannot give it
    shows here and not as a fault of some model's program.

    Raises
    ------
    SandboxError: where the program does not end well, which no program of a model could then either.
    """
    return _call_s(memory_mb, allow_weak)


@functools.cache
def _call_s(memory_mb: int, allow_weak: bool) -> float:
    room = f"ROOM_BYTES = {int(SHARE_OF_ROOM * memory_mb) << 20}\n"
    result = _try(room + TRIAL_PROGRAM, memory_mb, allow_weak)
    if result.evaluations != TRIAL_CALLS:
        raise SandboxError(f"A known-good program was granted {result.evaluations} of {TRIAL_CALLS} evaluations.")
    return result.wall_s / TRIAL_CALLS


@functools.cache
def _first_use_of_jax_s(memory_mb: int, allow_weak: bool) -> float:
    """Return the seconds that loading JAX and compiling functions take a program here; 0 where it is not installed."""
    return 0.0 if find_spec("jax") is None else _try(JAX_PROGRAM, memory_mb, allow_weak).wall_s


def _try(program: str, memory_mb: int, allow_weak: bool) -> RunResult:
    limits = Limits(wall_s=120.0, memory_mb=memory_mb)
    run_program(program, _Trial(), seed=0, limits=limits, allow_weak=allow_weak)  # starts the interpreters
    result = run_program(program, _Trial(), seed=0, limits=limits, allow_weak=allow_weak)
    if result.status == "memory":
        raise SandboxError(f"This machine or account cannot give a program {memory_mb} MiB. Lower --llamoco-memory.")
    if result.status != "ok":
        reason = result.error.message if result.error else "no reason given"
        raise SandboxError(f"A known-good program ended in {result.status} ({reason}).")
    return result


def calibrated_limits(
    problem: ProblemLike, program: str = "", *, memory_mb: int = DEFAULT_MEMORY_MB, allow_weak: bool = False
) -> Limits:
    """Return the default limits for `problem` on this machine: ten times the budget in single calls, at least 10 s.

    A `program` that names JAX is given ten times a first use of JAX on top. The result is rounded up to two digits, so
    that it reads well and does not feign precision.

    Raises
    ------
    SandboxError: where a known-good program does not end well.
    """
    wall_s = max(LEAST_WALL_S, MARGIN * problem.budget * preflight(memory_mb, allow_weak=allow_weak))
    if kind_of_zygote(program) == "bare":
        wall_s += MARGIN * _first_use_of_jax_s(memory_mb, allow_weak)
    unit = 10.0 ** (math.floor(math.log10(wall_s)) - 1)
    return Limits(wall_s=math.ceil(wall_s / unit) * unit, memory_mb=memory_mb)
