"""Which layers of the isolation hold on this machine, found by trying to break each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox.evaluator import Array
from llamoco_bench.sandbox.interpreter import ENVIRONMENT_NAMES
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.places import hidden_paths

if TYPE_CHECKING:
    from llamoco_bench.sandbox.sandbox import Sandbox

# In the order of the attempts of the probe program.
_PROBED: Final = (
    "own session",
    "dies with the harness",
    "no new privileges",
    "no capabilities",
    "not dumpable",
    "resource limits",
    "clean environment",
    "files: reading",
    "harness not importable",
    "files: writing",
    "files: owners and modes",
    "no processes",
    "no commands",
    "no network",
    "no signals",
)
_KERNEL: Final = "no kernel interfaces"

LAYERS: Final = (*_PROBED, _KERNEL)
"""Names of the layers, in the order of `Sandbox.layers`."""

NAMESPACES: Final = "own network and shared memory"
EXTRA_LAYERS: Final = (NAMESPACES,)
"""Layers on top of `LAYERS`, which many containers and distributions refuse: nothing relies on them."""

# The program that is ended by the call has no chance to report it, hence a run of its own.
_KERNEL_PROBE: Final = """\
import ctypes

def solve(objective, lower, upper, budget, seed):
    ctypes.CDLL(None).unshare(0)
    return lower
"""


@dataclass(frozen=True, slots=True)
class _Attempts:
    """The problem that a probe program returns its findings to."""

    id: str = "sandbox/probe"
    dim: int = len(_PROBED)
    budget: int = 1

    @property
    def lower(self) -> Array:
        return np.zeros(self.dim)

    @property
    def upper(self) -> Array:
        return np.ones(self.dim)

    def objective(self, x: Array) -> float | Array:
        values: float | Array = np.asarray(x).sum(axis=-1)
        return values


def probe(sandbox: Sandbox) -> Mapping[str, bool]:
    """Return for each layer whether it holds in `sandbox`, by running programs that try to break it.

    Raises
    ------
    SandboxError: the probe itself failed.
    """
    result = sandbox.run_unchecked(_probe_source(), _Attempts(), limits=Limits(memory_mb=256))
    if result.status != "ok" or result.best_x is None:
        reason = result.error.message if result.error else result.status
        raise SandboxError(f"The layers of the sandbox could not be tried: {result.status}, {reason}")
    broken = [bool(value) for value in result.best_x]
    layers = {name: not is_broken for name, is_broken in zip(_PROBED, broken, strict=True)}
    layers[_KERNEL] = sandbox.run_unchecked(_KERNEL_PROBE, _Attempts()).status == "security"
    return layers


def _probe_source() -> str:
    hidden = [os.path.join(path, "__init__.py") for path in hidden_paths()]
    known = f"ALLOWED_VARIABLES = {list(ENVIRONMENT_NAMES)!r}; HIDDEN = {hidden!r}\n"
    return known + Path(__file__).with_name("probe_program.py").read_text(encoding="utf-8")
