"""Problems of one's own, from equations or from Python code; evaluator and descriptions follow from the one text."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from numbers import Real
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.problem import Array, Evaluation, Evaluator, Problem, Prompt, quiet

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
UNKNOWN: Final = "not known"


def problem_from_equations(
    problem_id: str,
    equations: str,
    bounds: str,
    *,
    title: str,
    about: str = "",
    budget: int = 10_000,
    best_known: float | None = None,
    best_known_source: str = UNKNOWN,
) -> Problem:
    """Make a problem of equations; it is told in every Python style and every LaTeX form.

    Parameters
    ----------
    problem_id: ``suite/name``.
    equations: assignments to ``f`` (minimised), ``g1``, ``g2``, ... (<= 0) and ``h1``, ... (= 0) in the variables
        ``x1``, ``x2``, ..., in the notation of `llamoco_bench.problems.describe.notation`.
    bounds: ``x1 in [0, 10]; x2..x4 in [0.5, 1]``, every variable in order.
    title: what it is, in a few words.
    about: what is decided and to which end, for the descriptions; variables are written ``x1``. The title by default.
    budget: function evaluations that a program may spend.
    best_known, best_known_source: objective of the best feasible point known, and where it is from.

    Raises
    ------
    UsageError: equations or bounds do not follow their notation, where the message names the line; or budget or best
        value are none.
    """
    from llamoco_bench.problems.describe.bounds import parse_bounds
    from llamoco_bench.problems.describe.evaluator import evaluator
    from llamoco_bench.problems.describe.program import build
    from llamoco_bench.problems.describe.prompts import prompts

    _check_numbers(problem_id, budget, best_known)
    lower, upper = parse_bounds(bounds)
    program = build(equations, len(lower))
    return Problem(
        id=problem_id,
        title=title,
        lower=_frozen(lower),
        upper=_frozen(upper),
        budget=budget,
        n_inequality=program.n_inequality,
        n_equality=program.n_equality,
        evaluator=evaluator(program),
        describe=cache(lambda: prompts(about or f"{title}.", program)),
        definition=program.source,
        best_known=best_known,
        best_known_source=best_known_source,
    )


def problem_from_code(
    problem_id: str,
    code: str,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    title: str,
    arrays: Mapping[str, Array] = _NOTHING,
    latex: str = "",
    many: bool = False,
    budget: int = 10_000,
    best_known: float | None = None,
    best_known_source: str = UNKNOWN,
) -> Problem:
    """Make a problem of Python code, which is both what is evaluated and what models read.

    Parameters
    ----------
    problem_id: ``suite/name``.
    code: defines ``objective(x)``, and ``inequality(x)`` (values <= 0) and ``equality(x)`` (values = 0) where there
        are constraints. It must not print, nor depend on anything but x and `arrays`.
    lower, upper: (dim,) bounds.
    title: what it is, in a few words; stands above the code.
    arrays: data that the code names. Models are told names and shapes, not the numbers.
    latex: the problem as mathematics, for a second description.
    many: the functions take points (n, dim) too; else they are called for one point, (dim,), at a time.
    budget, best_known, best_known_source: as in `problem_from_equations`.

    Raises
    ------
    UsageError: bounds, arrays, budget or best value are none; or the code cannot be executed, lacks the objective,
        fails in the middle of the bounds, or with `many` gives anything but one row a point.
    """
    _check_numbers(problem_id, budget, best_known)
    low, high = _bounds(problem_id, lower, upper)
    _check_arrays(problem_id, arrays)
    functions = _functions(problem_id, code, arrays)
    counts = _count(problem_id, functions, 0.5 * (low + high))
    if many:
        _check_many(problem_id, functions, counts, low, high)
    return Problem(
        id=problem_id,
        title=title,
        lower=low,
        upper=high,
        budget=budget,
        n_inequality=counts[0],
        n_equality=counts[1],
        evaluator=_evaluator(functions, counts, many),
        describe=lambda: _describe(title, code, arrays, latex),
        definition="\n".join((code, *_digests(arrays))),
        best_known=best_known,
        best_known_source=best_known_source,
    )


def _check_numbers(problem_id: str, budget: float, best_known: object) -> None:
    if not isinstance(budget, int | np.integer) or budget < 1:
        raise UsageError(
            f"The budget of {problem_id} must be a whole number of evaluations, at least 1; got {budget!r}"
        )
    if best_known is not None and not (isinstance(best_known, Real) and math.isfinite(best_known)):
        raise UsageError(f"best_known of {problem_id} must be a finite number, or None; got {best_known!r}")


def _check_arrays(problem_id: str, arrays: Mapping[str, Array]) -> None:
    """Refuse what holds Python objects: its bytes are addresses, which would change the definition in every process."""
    for name, array in arrays.items():
        try:
            is_plain = not np.asarray(array).dtype.hasobject
        except ValueError:  # rows of different lengths
            is_plain = False
        if not is_plain:
            raise UsageError(f"The array {name!r} of {problem_id} must hold numbers, in rows of one length")


_Functions = tuple[Callable[[Array], Any], Callable[[Array], Any] | None, Callable[[Array], Any] | None]


def _functions(problem_id: str, code: str, arrays: Mapping[str, Array]) -> _Functions:
    scope: dict[str, Any] = dict(arrays)
    try:
        exec(compile(code, f"<{problem_id}>", "exec"), scope)
    except Exception as error:
        raise UsageError(f"The code of {problem_id} cannot be executed: {type(error).__name__}: {error}") from error
    if not callable(scope.get("objective")):
        raise UsageError(f"The code of {problem_id} must define objective(x)")
    return scope["objective"], scope.get("inequality"), scope.get("equality")


def _count(problem_id: str, functions: _Functions, middle: Array) -> tuple[int, int]:
    """Return the numbers of constraints of both kinds."""
    try:
        float(functions[0](middle.copy()))
        g, h = (0 if function is None else len(np.ravel(function(middle.copy()))) for function in functions[1:])
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise UsageError(f"The code of {problem_id} fails in the middle of the bounds: {why}") from error
    return g, h


def _check_many(problem_id: str, functions: _Functions, counts: tuple[int, int], low: Array, high: Array) -> None:
    """Check that functions of many points give a row for each; else rows and columns would be mixed up later."""
    n = next(n for n in range(2, 6) if n not in (len(low), *counts))  # a number that no other length is taken for
    points = np.linspace(low, high, n + 2)[1:-1]
    for name, function, width in zip(("objective", "inequality", "equality"), functions, (1, *counts), strict=True):
        if function is None:
            continue
        try:
            shape = np.shape(function(points.copy()))
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise UsageError(f"{name}(x) of {problem_id} fails on many points, (n, {len(low)}): {why}") from error
        if shape != (n, width) and (width != 1 or shape != (n,)):
            wanted = f"({n},)" if name == "objective" else f"({n}, {width})"
            raise UsageError(
                f"{name}(x) of {problem_id} gives shape {shape} for {n} points, expected {wanted}; leave out many=True "
                "for code of one point"
            )


def _evaluator(functions: _Functions, counts: tuple[int, int], many: bool) -> Evaluator:
    shapes: tuple[tuple[int, ...], ...] = ((), (counts[0],), (counts[1],))

    def values(function: Callable[[Array], Any] | None, points: Array, shape: tuple[int, ...]) -> Array:
        if function is None or not len(points):
            return np.empty((len(points), *shape))
        found = function(points) if many else [function(point) for point in points]
        return np.asarray(found, dtype=np.float64).reshape(len(points), *shape)

    def evaluate(points: Array) -> Evaluation:
        copied = points.copy()  # the code is somebody's, and may write into what it is given
        f, g, h = (values(function, copied, shape) for function, shape in zip(functions, shapes, strict=True))
        return Evaluation(f, g, h)

    return quiet(evaluate)


def _describe(title: str, code: str, arrays: Mapping[str, Array], latex: str) -> Sequence[Prompt]:
    given = ", ".join(f"`{name}` (shape {np.shape(array)})" for name, array in arrays.items())
    opening = f"{title}. Already defined: {given}." if given else f"{title}."
    source = code.strip() + "\n"
    prompts = [Prompt("python", "plain", f"{opening}\n\n```python\n{source}```\n", source, dict(arrays))]
    if latex:
        prompts.append(Prompt("latex", "plain", f"{opening}\n\n{latex.strip()}\n", namespace=dict(arrays)))
    return prompts


def _digests(arrays: Mapping[str, Array]) -> list[str]:
    """Tell arrays apart by type, shape and content."""
    return [
        f"{name} {array.dtype.str} {array.shape} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"
        for name, array in ((name, np.asarray(arrays[name])) for name in sorted(arrays))
    ]


def _bounds(problem_id: str, lower: ArrayLike, upper: ArrayLike) -> tuple[Array, Array]:
    try:
        low, high = _frozen(lower), _frozen(upper)
    except (TypeError, ValueError) as error:
        raise UsageError(f"The bounds of {problem_id} must be numbers, (dim,) both: {error}") from None
    if low.ndim != 1 or not low.size or low.shape != high.shape:
        raise UsageError(f"The bounds of {problem_id} have shapes {low.shape} and {high.shape}, expected (dim,) twice")
    if not (np.isfinite(low) & np.isfinite(high) & (low <= high)).all():
        raise UsageError(f"The bounds of {problem_id} must be finite, with lower <= upper")
    return low, high


def _frozen(values: ArrayLike) -> Array:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
