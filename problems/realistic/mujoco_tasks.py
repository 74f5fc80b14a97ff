"""Control tasks for small networks in the MuJoCo simulator, by way of gymnasium's environments.

Network, bounds and length of an episode are those of the neuroevolution problems of MetaBox (Z. Ma et al.), which run
them in another simulator: one hidden layer of 32 tanh units, weights in [-0.2, 0.2], 200 steps. The weights stand in
the order hidden weights unit by unit, hidden biases, output weights action by action, output biases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.problem import Array, Evaluation

HIDDEN: Final = 32
BOUND: Final = 0.2
STEPS: Final = 200
SEEDS: Final = (0, 1)


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the simulator.

    Attributes
    ----------
    title: in words.
    environment: gymnasium's name.
    inputs, actions: numbers of observations and of actions.
    """

    title: str
    environment: str
    inputs: int
    actions: int

    @property
    def dim(self) -> int:
        """Number of weights."""
        return HIDDEN * (self.inputs + 1 + self.actions) + self.actions


TASKS: Final = MappingProxyType(
    {
        "double-pendulum": Task("balancing two poles in a row on a cart", "InvertedDoublePendulum-v5", 9, 1),
        "half-cheetah": Task("running on two legs", "HalfCheetah-v5", 17, 6),
        "hopper": Task("hopping on one leg", "Hopper-v5", 11, 3),
    }
)
"""The tasks by name."""


def versions() -> str:
    """Name the installed versions of what computes the values.

    Raises
    ------
    UsageError: where the simulator is not installed.
    """
    try:
        return ", ".join(f"{name} {version(name)}" for name in ("gymnasium", "mujoco"))
    except PackageNotFoundError as error:
        hint = "install it with `pip install 'llamoco-bench[neuro]'`"
        raise UsageError(f"The problems realistic/mujoco-* need the package {error.name}; {hint}") from None


def evaluator(name: str) -> Callable[[Array], Evaluation]:
    """Return the evaluator of one task: points (n, dim) to minus the mean return."""
    task = TASKS[name]
    return partial(_evaluate, task, import_module("gymnasium").make(task.environment))


def _evaluate(task: Task, environment: Any, points: Array) -> Evaluation:
    values = [-np.mean([_episode(task, environment, point, seed) for seed in SEEDS]) for point in points]
    none = np.empty((len(points), 0))
    return Evaluation(np.array(values, dtype=np.float64).reshape(len(points)), none, none)


def _episode(task: Task, environment: Any, point: Array, seed: int) -> float:
    sizes = np.cumsum([HIDDEN * task.inputs, HIDDEN, HIDDEN * task.actions])
    weights, bias, out, out_bias = np.split(point, sizes)
    weights, out = weights.reshape(HIDDEN, task.inputs), out.reshape(task.actions, HIDDEN)
    observed, _ = environment.reset(seed=seed)
    total = 0.0
    for _ in range(STEPS):
        action = np.tanh(out @ np.tanh(weights @ observed + bias) + out_bias)
        observed, reward, fallen, _, _ = environment.step(action)
        total += float(reward)
        if fallen:
            break
    return total
