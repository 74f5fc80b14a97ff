"""What accompanies a training: progress and time left, the log for TensorBoard, an early end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from llamoco_bench.training.progress import Say

_EVERY_S = 20.0


class Progress(TrainerCallback):  # type: ignore[misc]
    """Says at most every 20 s, and at the end, how far a training is and how long it still takes.

    In lines: the bar of transformers does not survive a log file.
    """

    def __init__(self, say: Say, name: str) -> None:
        self._say, self._name = say, name
        self._began = self._spoke = time.monotonic()
        self._first = 0
        self._logs: dict[str, Any] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Note where a resumed training goes on."""
        self._began, self._first = time.monotonic(), state.global_step
        if state.is_world_process_zero:
            again = f", resumed after {state.global_step}" if state.global_step else ""
            self._say(f"{self._name}: {state.max_steps} steps{again}")

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Keep the latest figures."""
        self._logs.update(logs or {})

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Speak, if it is time."""
        now = time.monotonic()
        done = state.global_step >= state.max_steps
        if not state.is_world_process_zero or not (done or now - self._spoke >= _EVERY_S):
            return
        self._spoke = now
        rate = (now - self._began) / max(1, state.global_step - self._first)
        left = rate * (state.max_steps - state.global_step)
        figures = ", ".join(f"{key} {self._logs[key]:.3g}" for key in _SHOWN if key in self._logs)
        self._say(f"{self._name}: step {state.global_step} of {state.max_steps}, {figures}, {_duration(left)} left")


_SHOWN = ("loss", "positive", "negative", "ordered", "learning_rate")


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if hours < 2 else f"{hours:.1f} h"


class MaxSteps(TrainerCallback):  # type: ignore[misc]
    """Ends a training early, with a checkpoint; its schedule is that of the whole one, so that it can be resumed."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Stop once the steps are done."""
        if state.global_step >= self._steps:
            control.should_training_stop = control.should_save = True


def tensorboard(folder: Path) -> TrainerCallback:
    """Return what writes losses, rates and distances for TensorBoard into `folder`."""
    from torch.utils.tensorboard import SummaryWriter
    from transformers.integrations import TensorBoardCallback

    return TensorBoardCallback(SummaryWriter(str(folder)))
