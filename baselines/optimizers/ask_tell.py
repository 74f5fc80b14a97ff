"""Ask and tell: an optimizer of the pool turned inside out, for a caller who evaluates the points himself.

The answer program itself runs, unchanged, in a thread of its own. What it calls is a problem whose evaluator is the
caller: points go out, the thread waits, values come in. Budget, counting and bookkeeping are therefore those of
`run_optimizer`, and so is every point asked for.
"""

from __future__ import annotations

import queue
import threading
import warnings
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, NoReturn, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.baselines.optimizers.pool import POOL
from llamoco_bench.baselines.optimizers.recorder import Recorder, Stop
from llamoco_bench.baselines.optimizers.run import call_solve
from llamoco_bench.errors import UsageError, choose
from llamoco_bench.problems.problem import Array, Evaluation, Problem
from llamoco_bench.sandbox.evaluator import Evaluator
from llamoco_bench.seeds import checked_seed

_CLOSED: Final = "closed"


class AskTell:
    """An optimizer of the pool that is asked for points and told their values.

    The program runs in a thread, and only while `ask` waits for it; with the same seed it asks for the same points, to
    the bit, as with `run_optimizer`. Use it as a context, so that the thread ends where the caller leaves early; one
    that is forgotten ends when it is collected. Not for several threads at a time.

    Parameters
    ----------
    name: one of `POOL`.
    lower, upper: (dim,) float64, bounds of the decision variables.
    budget: points that are asked for at most.
    config: hyper-parameters; those left out keep their defaults.
    seed: of the run, in [0, 2**32).
    n_inequality, n_equality: number of constraints of each kind; both values of a point are told with its objective.

    Attributes
    ----------
    evaluations: points spent so far, see `Ledger.evaluations`.
    best_f, best_x: the best feasible point told within the bounds; None where there is none yet.
    stopped: ``"returned"``, or ``"budget"`` where that ended the program; empty while it runs and after an error.

    Raises
    ------
    UsageError: an unknown name or hyper-parameter, or bounds, budget, seed or numbers of constraints that do not fit.

    Examples
    --------
    >>> with AskTell("sep-cma-es", lower=[-5.0] * 3, upper=[5.0] * 3, budget=400, seed=1) as optimizer:
    ...     while (x := optimizer.ask()) is not None:  # (n, 3), the next batch
    ...         optimizer.tell((x**2).sum(axis=1))
    >>> bool(abs(optimizer.result()).max() < 1e-3)
    True
    """

    def __init__(
        self,
        name: str,
        lower: ArrayLike,
        upper: ArrayLike,
        budget: int,
        config: Mapping[str, object] | None = None,
        seed: int = 0,
        *,
        n_inequality: int = 0,
        n_equality: int = 0,
    ) -> None:
        if name not in POOL:
            raise choose("optimizer", name, POOL)
        seed = checked_seed(seed)
        budget = _whole("budget", budget)
        n_inequality, n_equality = _whole("n_inequality", n_inequality), _whole("n_equality", n_equality)
        source = POOL[name].source(config)
        self._desk = _Desk(n_inequality, n_equality)
        self._widths = {"inequality": n_inequality, "equality": n_equality}
        evaluator = Evaluator(_elsewhere(self._desk, lower, upper, budget, n_inequality, n_equality))
        recorder = Recorder(evaluator)
        self._ledger = recorder.ledger
        work = (source, recorder, evaluator, seed, self._desk)
        self._thread = threading.Thread(target=_work, args=work, name=f"ask-tell-{name}", daemon=True)
        self._question: Array | None = None
        self._end: _End | None = None
        # Knows nothing of this object, which could not be collected otherwise; runs at the interpreter's end, too.
        self._finish = weakref.finalize(self, _finish, self._thread, self._desk)

    @property
    def evaluations(self) -> int:
        """Points spent so far."""
        return self._ledger.evaluations

    @property
    def best_f(self) -> float | None:
        """Objective of the best feasible point that was told, or None."""
        return self._ledger.best_f

    @property
    def best_x(self) -> Array | None:
        """The best feasible point that was told, (dim,), or None."""
        return None if self._ledger.best_x is None else self._ledger.best_x.copy()

    @property
    def stopped(self) -> str:
        """What ended the program; empty while it runs, and where it failed or was closed."""
        return "" if self._end is None else self._end.stopped

    def ask(self) -> Array | None:
        """Return the points that the program wants to know next, (n, dim) float64 with n >= 1; None when it has ended.

        A program asks for objective and constraints of the same points one after the other: that is one question.
        The point that it returns is the last one, unless it is the best one told already. Asked again before it is
        told, it gives the same points; batches of more than 4,096 points come in parts.

        Raises
        ------
        UsageError: it is closed.
        Exception: whatever the program raised.
        """
        if self._question is None and self._end is None:
            self._advance()
        if self._question is not None:
            return self._question.copy()
        self._raise_error()
        return None

    def tell(self, values: ArrayLike, inequality: ArrayLike | None = None, equality: ArrayLike | None = None) -> None:
        """Give the values of the points asked for last; the program goes on at the next `ask`.

        Parameters
        ----------
        values: (n,) objective; values that are not numbers count as bad ones.
        inequality: (n, n_inequality), satisfied where <= 0; left out where there are none.
        equality: (n, n_equality), satisfied where |h| <= 1e-4; left out where there are none.

        Raises
        ------
        UsageError: nothing was asked, or a shape is wrong; the question stands, and the right values may follow.
        """
        if self._question is None:
            raise UsageError("Nothing is being asked: call ask() before each tell().")
        n = len(self._question)
        given = {"inequality": inequality, "equality": equality}
        f = _checked("values", values, (n,))
        g, h = (self._constraint(name, given[name], n) for name in given)
        self._question = None
        self._desk.answers.put(Evaluation(f, g, h))

    def result(self) -> Array | None:
        """Return the point that the program gave back, (dim,); the best feasible one where the budget ended it.

        That is None if no feasible point was told.

        Raises
        ------
        UsageError: the program has not ended, or was closed before its end.
        Exception: whatever the program raised.
        """
        if self._end is None:
            raise UsageError("The program has not ended: go on until ask() gives None, or see best_x.")
        self._raise_error()
        return self.best_x if self._end.point is None else self._end.point.copy()

    def close(self) -> None:
        """End the program and its thread; what was found stays."""
        self._question = None
        if self._end is None:
            self._end = _End("", None, UsageError("This AskTell is closed; make another to begin anew."))
        with _silence():
            self._finish()

    def _advance(self) -> None:
        """Let the program run to its next question, or to its end."""
        with _silence():
            if self._thread.ident is None:
                self._thread.start()
            item = self._desk.questions.get()
            if isinstance(item, _End):
                self._end = item
                self._finish()
            else:
                self._question = item

    def _constraint(self, name: str, values: ArrayLike | None, n: int) -> Array:
        width = self._widths[name]
        if values is None and width:
            raise UsageError(f"{name} is missing: tell() wants it of shape ({n}, {width}).")
        return np.empty((n, 0)) if values is None else _checked(name, values, (n, width))

    def _raise_error(self) -> None:
        if self._end is not None and self._end.error is not None:
            raise self._end.error

    def __enter__(self) -> AskTell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._end is None:
            self.close()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """Refuse copies, deep or not, and pickles."""
        raise TypeError(
            "An AskTell cannot be copied or pickled: its program is in the middle of a run. "
            "Make another with the same arguments and tell it the same values; it will ask for the same points."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """How a program ended: what stopped it, the point that it returned, the exception that it raised."""

    stopped: str
    point: Array | None = None
    error: BaseException | None = None


class _Desk:
    """Where the two threads meet."""

    def __init__(self, n_inequality: int, n_equality: int) -> None:
        self.widths = n_inequality, n_equality
        self.questions: queue.SimpleQueue[Array | _End] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Evaluation | None] = queue.SimpleQueue()
        self.closed = False

    def evaluate(self, points: Array) -> Evaluation:
        """Have `points` evaluated by the other side; runs in the program's thread."""
        if not len(points):
            return Evaluation(np.empty(0), *(np.empty((0, width)) for width in self.widths))
        if not self.closed:
            self.questions.put(points)
            answer = self.answers.get()
            if answer is not None:
                return answer
        raise Stop(_CLOSED)

    def close(self) -> None:
        """End the program at the question that it waits at, and at any that it should ask after that."""
        self.closed = True
        self.answers.put(None)


def _elsewhere(
    desk: _Desk, lower: ArrayLike, upper: ArrayLike, budget: int, n_inequality: int, n_equality: int
) -> Problem:
    """Return the problem whose evaluator is at the other side of `desk`."""
    try:
        low, high = (np.atleast_1d(np.array(bound, dtype=np.float64)) for bound in (lower, upper))
    except (TypeError, ValueError) as error:
        raise UsageError(f"Bounds must be numbers, (dim,) each, but: {error}") from None
    return Problem(
        id="ask-tell",
        title="evaluated by the caller",
        lower=low,
        upper=high,
        budget=budget,
        n_inequality=n_inequality,
        n_equality=n_equality,
        evaluator=desk.evaluate,
        describe=tuple,
        definition="",
        best_known=None,
        best_known_source="",
    )


def _whole(name: str, value: float) -> int:
    """Return `value` as an int; 1e4 is whole, too. Raises `UsageError` for anything that is no whole number."""
    try:
        if (whole := int(value)) == value:
            return whole
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(f"{name} must be a whole number, got {value!r}.")


def _work(source: str, recorder: Recorder, evaluator: Evaluator, seed: int, desk: _Desk) -> None:
    """Run the program; the body of the thread."""
    try:
        with np.errstate(all="ignore"):
            point = call_solve(source, recorder, recorder.objective, evaluator, seed)
            recorder.returned(point)
        end = _End("returned", np.array(point, dtype=np.float64))
    except Stop as stop:
        end = _End(stop.reason)
    except BaseException as error:  # noqa: BLE001 - raised again where the caller asks
        end = _End("", error=error)
    desk.questions.put(end)


def _finish(thread: threading.Thread, desk: _Desk) -> None:
    """End the thread, if it has begun."""
    desk.close()
    if thread.ident is not None and thread is not threading.current_thread():  # which may be the one that collects
        thread.join()


def _silence() -> warnings.catch_warnings[None]:
    """Keep the warnings of a program to itself, as `run_optimizer` does.

    The filters belong to all threads of a process, so that they are set by the caller, and only while he waits.
    """
    return warnings.catch_warnings(action="ignore")


def _checked(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return a copy of `values` as float64. Raises `UsageError` where that is not of `shape`."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} should be numbers of shape {shape}, but: {error}") from error
    if array.shape != shape:
        raise UsageError(f"{name} should be of shape {shape}, one row for each point asked for, got {array.shape}")
    return array
