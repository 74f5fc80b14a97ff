"""Control tasks for small networks, with the equations of gymnasium's classic environments.

Sources: A. G. Barto, R. S. Sutton, C. W. Anderson, "Neuronlike adaptive elements that can solve difficult learning
control problems", IEEE Trans. SMC 13 (1983) 834-846 (cart-pole); A. W. Moore, "Efficient memory-based learning for
robot control", PhD thesis, Cambridge 1990 (mountain car, here with a continuous force); M. Towers et al., "Gymnasium:
a standard interface for reinforcement learning environments", arXiv 2407.17032 (constants, pendulum). Starting states
are fixed, and are part of the definition. SI units.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.problem import Array, Evaluation, quiet
from llamoco_bench.problems.realistic.network import dimension, unpack

_CHUNK: Final = 250


class Step(NamedTuple):
    """What one time step gives to m episodes: states (s, m), rewards (m,), whether they are over (m,)."""

    state: Array
    reward: Array
    over: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Task:
    """A control task; the objective is minus the return of an episode, averaged over the starting states.

    Attributes
    ----------
    starts: (e, s), starting states.
    steps: at most so many in an episode.
    inputs: of the network.
    observe: states (s, m) to the inputs of the network and a 1, (inputs + 1, m).
    advance: states and outputs of the network (m,) to the next step.
    """

    starts: tuple[tuple[float, ...], ...]
    steps: int
    inputs: int
    observe: Callable[[Array], Array]
    advance: Callable[[Array, Array], Step]

    @property
    def dim(self) -> int:
        """Number of weights."""
        return dimension(self.inputs)


GRAVITY: Final = 9.8
CART_MASS: Final = 1.0
POLE_MASS: Final = 0.1
POLE_HALF_LENGTH: Final = 0.5
PUSH: Final = 10.0
CART_TIME_STEP: Final = 0.02
CART_LIMIT: Final = 2.4
POLE_LIMIT: Final = 12 * 2 * math.pi / 360


def cart_pole(state: Array, output: Array) -> Step:
    """Push the cart right where the output is positive, else left; every step is worth 1."""
    x, x_dot, theta, theta_dot = state
    force = np.where(output > 0, PUSH, -PUSH)
    cos, sin = np.cos(theta), np.sin(theta)
    mass, moment = CART_MASS + POLE_MASS, POLE_MASS * POLE_HALF_LENGTH
    push = (force + moment * np.square(theta_dot) * sin) / mass
    theta_acc = (GRAVITY * sin - cos * push) / (POLE_HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * np.square(cos) / mass))
    x_acc = push - moment * theta_acc * cos / mass
    after = state + CART_TIME_STEP * rows(x_dot, x_acc, theta_dot, theta_acc)
    over = (np.abs(after[0]) > CART_LIMIT) | (np.abs(after[2]) > POLE_LIMIT)
    return Step(after, np.ones_like(x), over)


CAR_POWER: Final = 0.0015
CAR_SLOPE: Final = 0.0025
CAR_LEFT: Final = -1.2
CAR_RIGHT: Final = 0.6
CAR_SPEED: Final = 0.07
CAR_GOAL: Final = 0.45
CAR_PRIZE: Final = 100.0
CAR_EFFORT: Final = 0.1


def mountain_car(state: Array, output: Array) -> Step:
    """Push the car with the output, cut to [-1, 1]; the hill top is worth 100, and pushing costs."""
    position, speed = state
    force = within(output, -1.0, 1.0)
    speed = within(speed + (force * CAR_POWER - CAR_SLOPE * np.cos(3 * position)), -CAR_SPEED, CAR_SPEED)
    position = within(position + speed, CAR_LEFT, CAR_RIGHT)
    speed = np.where((position == CAR_LEFT) & (speed < 0), 0.0, speed)
    over = (position >= CAR_GOAL) & (speed >= 0)
    return Step(rows(position, speed), CAR_PRIZE * over - CAR_EFFORT * np.square(force), over)


PENDULUM_GRAVITY: Final = 10.0
PENDULUM_TIME_STEP: Final = 0.05
PENDULUM_SPEED: Final = 8.0
PENDULUM_TORQUE: Final = 2.0


def pendulum(state: Array, output: Array) -> Step:
    """Turn a pendulum of mass 1 and length 1 with twice the output, cut to [-2, 2]; costs are those of LQR."""
    angle, speed = state
    torque = within(PENDULUM_TORQUE * output, -PENDULUM_TORQUE, PENDULUM_TORQUE)
    from_top = np.mod(angle + np.pi, 2 * np.pi) - np.pi
    cost = np.square(from_top) + 0.1 * np.square(speed) + 0.001 * np.square(torque)
    speed = speed + (3 * PENDULUM_GRAVITY / 2 * np.sin(angle) + 3.0 * torque) * PENDULUM_TIME_STEP
    speed = within(speed, -PENDULUM_SPEED, PENDULUM_SPEED)
    after = rows(angle + speed * PENDULUM_TIME_STEP, speed)
    return Step(after, -cost, np.zeros(angle.shape, np.bool_))


def look(state: Array) -> Array:
    """Show a network the state as it is; its last input is always 1."""
    return rows(*state, 1.0)


CAR_LOOK: Final = 10.0


def look_at_car(state: Array) -> Array:
    """Show a network position and speed of the car, both of about the same size."""
    return rows(state[0], CAR_LOOK * state[1], 1.0)


def look_at_pendulum(state: Array) -> Array:
    """Show a network the position of the pendulum's end and its speed."""
    return rows(np.cos(state[0]), np.sin(state[0]), state[1], 1.0)


def rows(*values: Array | float) -> Array:
    """Stack values of m episodes, the first of which is an array (m,)."""
    stacked = np.empty((len(values), *np.shape(values[0])))
    for row, value in zip(stacked, values, strict=True):
        row[...] = value
    return stacked


def within(values: Array, lower: float, upper: float) -> Array:
    """Cut values to a range; faster than numpy's clip for a few of them."""
    result: Array = np.minimum(np.maximum(values, lower), upper)
    return result


BOUND: Final = 2.0
"""Of every weight. Up to 5, one random pendulum policy in twelve turns a rounding error into more than 1e-9 of its
value."""

TASKS: Final = MappingProxyType(
    {
        "cartpole": Task(
            tuple((x, 0.0, a, b) for x in (-1.0, 1.0) for a in (-0.1, 0.1) for b in (-0.4, 0.4)),
            200,
            4,
            look,
            cart_pole,
        ),
        "mountaincar": Task(
            tuple((-0.6 + 0.2 * (k + 0.5) / 8, 0.0) for k in range(8)), 300, 2, look_at_car, mountain_car
        ),
        "pendulum": Task(
            tuple((math.pi * (k - 3.5) / 4, 0.5 * (-1) ** k) for k in range(8)), 200, 3, look_at_pendulum, pendulum
        ),
    }
)
"""The tasks by name."""


def evaluator(name: str) -> Callable[[Array], Evaluation]:
    """Return the evaluator of one task: points (n, dim) to minus the mean return."""
    return quiet(partial(in_chunks, partial(_evaluate, TASKS[name]), size=_CHUNK))


def returns(task: Task, points: Array) -> Array:
    """Sum of the rewards of every episode, (n, e), for networks (n, dim)."""
    episodes = len(task.starts)
    networks = unpack(points, task.inputs, episodes)
    state = np.tile(np.array(task.starts).T, (1, len(points)))
    total, going = np.zeros(state.shape[1]), np.arange(state.shape[1])
    for _ in range(task.steps):
        state, reward, over = task.advance(state, networks(task.observe(state)))
        total[going] += reward
        if over.any():
            left = np.flatnonzero(~over)
            if not len(left):
                break
            state, networks, going = state.take(left, axis=1), networks.only(left), going[left]
    return total.reshape(len(points), episodes)


def _evaluate(task: Task, points: Array) -> Evaluation:
    none = np.empty((len(points), 0))
    return Evaluation(-returns(task, points).mean(axis=1), none, none)
