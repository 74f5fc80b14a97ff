"""From an instance to the compiled evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.problems._native import compiled_types, native_available
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.synthetic.families import FAMILIES
from llamoco_bench.problems.synthetic.instance import Constraint, Instance
from llamoco_bench.problems.synthetic.reference import ReferenceEvaluator

if TYPE_CHECKING:
    from llamoco_bench.problems._native._evaluator import Evaluator

_FUNCTION_CODES: Final = {name: code for code, name in enumerate(BASIC_FUNCTIONS)}
_FAMILY_CODES: Final = {name: code for code, name in enumerate(FAMILIES)}


def evaluator_of(instance: Instance) -> Evaluator | ReferenceEvaluator:
    """Return the compiled evaluator of an instance where there is one, else the one in numpy."""
    return compile_instance(instance) if native_available() else ReferenceEvaluator(instance)


def compile_instance(instance: Instance) -> Evaluator:
    """Return the compiled evaluator of an instance.

    Raises
    ------
    UsageError: the compiled module was not built.
    """
    evaluator, _ = compiled_types()
    parts = [
        (_FUNCTION_CODES[part.name], part.length, part.function.scale, part.weight, part.divisor)
        for part in instance.parts
    ]
    zeros = np.zeros(instance.dim)
    return evaluator(
        instance.id,
        instance.shift,
        instance.rotation,
        instance.order,
        parts,
        [_fields(c, zeros) for c in instance.inequalities],
        [_fields(c, zeros) for c in instance.equalities],
        np.empty,
        _contiguous,
        Evaluation,
    )


def _fields(c: Constraint, zeros: Array) -> tuple[Any, ...]:
    p = c.parameters
    centre = zeros if c.centre is None else c.centre
    code = _FAMILY_CODES[c.name]
    return (code, c.rotated, c.sign, c.bound, c.divisor, p.radius, centre, p.coefficients, p.chosen)


def _contiguous(x: ArrayLike) -> Array:
    return np.ascontiguousarray(x, dtype=np.float64)
