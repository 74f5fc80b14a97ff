from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic import control
from llamoco_bench.problems.realistic.control import TASKS, evaluator, returns
from llamoco_bench.problems.realistic.network import HIDDEN, dimension, unpack

ENVIRONMENTS = {"cartpole": "CartPole-v1", "mountaincar": "MountainCarContinuous-v0", "pendulum": "Pendulum-v1"}
RANGES = {"cartpole": (2.5, 3.0, 0.25, 3.0), "mountaincar": (1.2, 0.07), "pendulum": (20.0, 8.0)}


def network(point: Array, inputs: Array) -> float:
    weights, bias, out, out_bias = np.split(point, np.cumsum([HIDDEN * len(inputs), HIDDEN, HIDDEN]))
    return float(np.tanh(weights.reshape(HIDDEN, -1) @ inputs + bias) @ out + out_bias[0])


def constant(task: control.Task, output: float) -> Array:
    point = np.zeros((1, task.dim))
    point[0, -1] = output
    return point


def test_a_network_computes_what_its_weights_say() -> None:
    rng = np.random.default_rng(1)
    points, inputs = rng.normal(size=(5, dimension(3))), rng.normal(size=(3, 5))
    found = unpack(points, 3, 1)(np.concatenate((inputs, np.ones((1, 5)))))
    np.testing.assert_allclose(found, [network(p, z) for p, z in zip(points, inputs.T, strict=True)], rtol=1e-13)


def test_a_network_gives_the_same_bits_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(2)
    points, inputs = rng.normal(size=(9, dimension(2))), np.concatenate((rng.normal(size=(2, 9)), np.ones((1, 9))))
    networks = unpack(points, 2, 1)
    together = networks(inputs)
    for chosen in (np.array([4]), np.array([0, 8]), np.array([1, 2, 3])):
        np.testing.assert_array_equal(networks.only(chosen)(inputs[:, chosen]), together[chosen])


def test_pushing_one_way_drops_the_pole() -> None:
    task = TASKS["cartpole"]
    assert returns(task, constant(task, 1.0)).max() < 30


def test_a_car_that_stands_still_pays_nothing_and_gets_nothing() -> None:
    task = TASKS["mountaincar"]
    np.testing.assert_array_equal(returns(task, constant(task, 0.0)), 0.0)


def test_a_car_that_only_pushes_pays_for_every_step() -> None:
    task = TASKS["mountaincar"]
    np.testing.assert_allclose(returns(task, constant(task, 0.5)), -0.1 * 0.25 * task.steps)


def test_following_its_speed_swings_the_car_out_of_the_valley() -> None:
    task = TASKS["mountaincar"]
    point = np.zeros((1, task.dim))
    point[0, 1], point[0, HIDDEN * 3] = 2.0, 2.0
    assert returns(task, point).min() > 80


def test_a_pendulum_without_torque_keeps_its_energy_roughly() -> None:
    state = np.array([[2.0], [0.5]])
    for _ in range(200):
        state = control.pendulum(state, np.zeros(1)).state
    angle, speed = state[:, 0]
    assert speed**2 / 2 + 15 * np.cos(angle) == pytest.approx(0.5**2 / 2 + 15 * np.cos(2.0), abs=2.0)


def test_an_upright_pendulum_costs_nothing() -> None:
    step = control.pendulum(np.zeros((2, 1)), np.zeros(1))
    assert (step.reward[0], *step.state[:, 0]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("name", TASKS)
def test_episodes_do_not_depend_on_when_others_end(name: str) -> None:
    task = TASKS[name]
    points = np.random.default_rng(4).uniform(-2, 2, (6, task.dim))
    together = returns(task, points)
    for start in range(len(task.starts)):
        single = control.Task(task.starts[start : start + 1], task.steps, task.inputs, task.observe, task.advance)
        np.testing.assert_array_equal(returns(single, points)[:, 0], together[:, start])


@pytest.mark.parametrize("name", TASKS)
def test_a_step_is_that_of_gymnasium(name: str) -> None:
    import gymnasium  # of the extra neuro

    environment: Any = gymnasium.make(ENVIRONMENTS[name]).unwrapped
    scale = np.array(RANGES[name])
    rng = np.random.default_rng(8)
    states, outputs = rng.uniform(-1, 1, (500, len(scale))) * scale, rng.uniform(-1.5, 1.5, 500)
    ours = TASKS[name].advance(np.ascontiguousarray(states.T), outputs)
    for k, (state, output) in enumerate(zip(states, outputs, strict=True)):
        environment.reset(seed=0)
        environment.state = state.copy()
        # There the car pays for a force out of range, which it does not get.
        push = np.clip([output], -1, 1)
        action = {"cartpole": int(output > 0), "mountaincar": push, "pendulum": np.array([2 * output])}
        _, reward, over, _, _ = environment.step(action[name])
        # The car's state is kept in single precision there.
        np.testing.assert_allclose(ours.state[:, k], environment.state, rtol=1e-7 if name == "mountaincar" else 1e-13)
        assert (ours.reward[k], ours.over[k]) == (pytest.approx(reward, rel=1e-13), over)


def test_the_objective_is_minus_the_mean_return() -> None:
    task = TASKS["pendulum"]
    points = np.random.default_rng(6).uniform(-2, 2, (3, task.dim))
    np.testing.assert_allclose(evaluator("pendulum")(points).f, -returns(task, points).mean(axis=1), rtol=1e-14)
