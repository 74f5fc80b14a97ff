"""Compile a program, call its ``solve``, and say how that went."""

from __future__ import annotations

import builtins
import errno
import inspect
import io
import linecache
import os
import random
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from .ask import Channel, make_function
from .job import Job
from .wire import EQUALITY, INEQUALITY, OBJECTIVE, READY, RESULT

FILENAME = "<program>"
# Bound here, since a program may well replace what it finds in the module.
_asarray, _float64 = np.asarray, np.float64
_MAX_TEXT = 2000
_MAX_FRAMES = 20
_MISFITS = {"protocol": "Contract", "invalid_result": "InvalidResult"}


class Misfit(Exception):
    """The program does not keep the contract; `status` says in which way."""

    def __init__(self, status: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.line = line


def run(job: Job, channel: Channel) -> NoReturn:
    """Run the program of `job`, tell the harness how it ended, and leave without any of the program's clean-up."""
    leave, finish, describe_error = os._exit, channel.tell, describe
    points, fail, keep_for_good = channel.points, channel.fail, channel.keep_for_good
    try:
        channel.tell(READY)
        point = _solve(job, channel)
        _flush()
        keep_for_good()
        points[0] = point
        finish(RESULT, 1)
    except BaseException as error:  # noqa: BLE001 - SystemExit and the like end a program, not the harness
        _flush()
        report = describe_error(error)
        keep_for_good()
        fail(report)
    finally:
        leave(0)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001 - the program may have put anything in its place
            continue


def _solve(job: Job, channel: Channel) -> Any:
    random.seed(job.seed)
    np.random.seed(job.seed)  # noqa: NPY002 - programs use it, and forked ones would share the zygote's state
    module = _load(job.source)
    solve = getattr(module, "solve", None)
    if not callable(solve):
        raise Misfit("protocol", "the program defines no function solve(objective, lower, upper, budget, seed)")
    arguments, constraints = _arguments(job, channel)
    constraints = _accepted(solve, arguments, constraints)
    return _as_point(solve(*arguments, **constraints), job.dim)


def _load(source: str) -> types.ModuleType:
    source = source.removeprefix("\ufeff")
    linecache.cache[FILENAME] = (len(source), None, io.StringIO(source, newline=None).readlines(), FILENAME)
    try:
        code = compile(source, FILENAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        raise Misfit("syntax", reason, line) from error
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(code, module.__dict__)
    return module


def _arguments(job: Job, channel: Channel) -> tuple[list[Any], dict[str, Any]]:
    objective = make_function(channel, OBJECTIVE, "objective", None)
    lower, upper = np.array(job.lower, dtype=np.float64), np.array(job.upper, dtype=np.float64)
    constraints = {}
    if job.n_inequality:
        constraints["inequality"] = make_function(channel, INEQUALITY, "inequality", job.n_inequality)
    if job.n_equality:
        constraints["equality"] = make_function(channel, EQUALITY, "equality", job.n_equality)
    return [objective, lower, upper, job.budget, job.seed], constraints


def _accepted(solve: Callable[..., Any], arguments: list[Any], constraints: dict[str, Any]) -> dict[str, Any]:
    """Return those of `constraints` that ``solve`` takes by name."""
    try:
        signature = inspect.signature(solve)
    except (TypeError, ValueError):
        return {}
    parameters = signature.parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    taken = {name: function for name, function in constraints.items() if takes_all or name in parameters}
    try:
        signature.bind(*arguments, **taken)
    except TypeError as error:
        line = getattr(getattr(solve, "__code__", None), "co_firstlineno", None)
        message = f"solve() must take (objective, lower, upper, budget, seed): {error}"
        raise Misfit("protocol", message, line) from None
    return taken


def _as_point(result: Any, dim: int) -> Any:
    if result is None:
        raise Misfit("invalid_result", "solve() returned None")
    try:
        point = _asarray(result, _float64)
    except (TypeError, ValueError) as error:
        kind = type(result).__name__
        raise Misfit("invalid_result", f"solve() returned a {kind} that is no array of numbers: {error}") from None
    if point.shape != (dim,):
        raise Misfit("invalid_result", f"solve() returned an array of shape {point.shape}, expected ({dim},)")
    return point


def describe(error: BaseException) -> dict[str, Any]:
    """Return status, type, message, line and frames of `error` as the harness wants them."""
    # A program may have set the limit so low that not even this could run.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000))
    if isinstance(error, Misfit):
        cause = error.__cause__ or error
        frames = list(_own_frames(cause))
        name = _MISFITS.get(error.status) or type(cause).__name__
        return _fields(error.status, name, str(error), error.line, frames)
    frames = list(_own_frames(error))
    line = frames[-1][0] if frames else None
    return _fields(classify(error), type(error).__name__, _text_of(error), line, frames)


def _fields(status: str, name: str, message: str, line: int | None, frames: list[tuple[int, str]]) -> dict[str, Any]:
    return {
        "status": status,
        "type": name[:100],
        "message": message[:_MAX_TEXT],
        "line": line,
        "frames": frames if len(frames) <= _MAX_FRAMES else frames[: _MAX_FRAMES // 2] + frames[-_MAX_FRAMES // 2 :],
    }


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_TEXT]
    except BaseException as other:  # noqa: BLE001 - an exception of the program may have any __str__
        return f"<no message: {type(other).__name__}>"


def _own_frames(error: BaseException) -> Iterator[tuple[int, str]]:
    """Yield (line, function) of the frames that lie in the program, outermost first."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == FILENAME:
            yield trace.tb_lineno, code.co_name[:100]
        trace = trace.tb_next


def classify(error: BaseException) -> str:
    """Return the status that an uncaught exception stands for."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, ImportError):
        return "import"
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return "output"
    return "security" if _was_forbidden(error) else "runtime"


def _was_forbidden(error: BaseException) -> bool:
    """Tell whether a refused action stands behind `error` (some libraries wrap the refusal)."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return False
        if isinstance(seen, builtins.PermissionError):
            return True
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return False
