"""The compiled evaluator of synthetic problems, where it could be built; everything works without it, slower.

The numpy forms (`llamoco_bench.problems.synthetic.reference`) are its oracle and stand in for it where there is no
compiler; values of the two agree to rounding. Values of the compiled evaluator itself are the same, bit by bit, for one
point and for many, and on every processor.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from llamoco_bench.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from llamoco_bench.problems._native._evaluator import Evaluator, Recorder

_evaluator: ModuleType | None
try:
    _evaluator = import_module("llamoco_bench.problems._native._evaluator")
except ImportError:
    _evaluator = None

__all__ = ["compiled_types", "evaluator_kind", "levels", "native_available", "rotation_into", "use_level"]

rotation_into: Callable[[object, object, int], None] | None = getattr(_evaluator, "rotation_into", None)
"""Fills in a rotation from normal variates, or None where there is no compiled module."""


def native_available() -> bool:
    """Tell whether the compiled evaluator is there and in use."""
    return _evaluator is not None


def evaluator_kind() -> str:
    """Return what evaluates the synthetic problems here, for the records of a run: ``compiled, avx2`` or ``numpy``."""
    return f"compiled, {levels()[-1]}" if native_available() else "numpy"


def compiled_types() -> tuple[type[Evaluator], type[Recorder]]:
    """Return the types `Evaluator` and `Recorder`.

    Raises
    ------
    UsageError: there is no compiled module; see `native_available`.
    """
    if _evaluator is None:
        raise UsageError("The compiled evaluator was not built; install a C compiler and reinstall llamoco-bench.")
    return _evaluator.Evaluator, _evaluator.Recorder


def levels() -> tuple[str, ...]:
    """Return the widths of registers that this processor has; the last is in use. Empty without a compiled module."""
    return () if _evaluator is None else cast("tuple[str, ...]", _evaluator.levels())


def use_level(name: str) -> None:
    """Evaluate with another width of registers. Values stay the same; this is for tests and measurements."""
    if _evaluator is None or name not in levels():
        raise UsageError(f"This processor has no level {name!r}. Allowed: {', '.join(levels())}")
    _evaluator.use_level(name)
