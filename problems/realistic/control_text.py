"""Texts of the control tasks: what all have in common; `control_dynamics` has what differs."""

from __future__ import annotations

import math
from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, numbers, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic import control
from llamoco_bench.problems.realistic.control import TASKS, Task
from llamoco_bench.problems.realistic.control_dynamics import TEXTS
from llamoco_bench.problems.realistic.network import HIDDEN

_INTRO: Final = (
    "Neuroevolution: choose the <<dim>> weights of a network with one hidden layer of <<hidden>> tanh units that "
    "<<goal>>. The network sees <<sees>>. The objective is minus the sum of the rewards of an episode of at most "
    "<<steps>> steps, averaged over <<episodes>> starting states. The weights stand in this order: <<inputs>> of "
    "each hidden unit in turn, the hidden biases, the output weights, the output bias."
)

_PLAIN: Final = """
import math

STARTS = [
<<starts>>
]


def network(x, inputs):
    n = len(inputs)
    output = x[-1]
    for h in range(<<hidden>>):
        total = x[<<hidden>> * n + h]
        for i in range(n):
            total += x[n * h + i] * inputs[i]
        output += x[<<hidden>> * (n + 1) + h] * math.tanh(total)
    return output


<<advance>>


def episode(x, state):
    total = 0.0
    for _ in range(<<steps>>):
        state, reward, over = advance(state, network(x, <<observe>>))
        total += reward
        if over:
            break
    return total


def objective(x):
    return -sum(episode(x, start) for start in STARTS) / <<episodes>>
"""

_VECTORIZED: Final = """
import numpy as np

STARTS = np.array([
<<starts>>
])


<<advance>>


def objective(x):
    W, b, v, c = np.split(x, [<<b>>, <<v>>, <<c>>])
    W = W.reshape(<<hidden>>, <<inputs>>)
    state, total, running = STARTS.T, np.zeros(<<episodes>>), np.full(<<episodes>>, True)
    for _ in range(<<steps>>):
        output = v @ np.tanh(W @ np.array(<<observe>>) + b[:, None]) + c
        state, reward, over = advance(state, output)
        total = total + np.where(running, reward, 0.0)
        running = running & ~over
        if not running.any():
            break
    return -float(total.mean())
"""

_LATEX: Final = r"""
\[
\min_{x \in [-<<bound>>, <<bound>>]^{<<dim>>}} \;
-\frac{1}{<<episodes>>} \sum_{e=1}^{<<episodes>>} \sum_{t=1}^{T_e} r_{et},
\qquad u = v^{\mathsf T} \tanh(W z + b) + c,
\]
where \(x\) holds the rows of \(W \in \mathbb{R}^{<<hidden>> \times <<inputs>>}\), then
\(b, v \in \mathbb{R}^{<<hidden>>}\), then \(c\); the network's output \(u\) for the inputs \(z\) moves the state, and
an episode ends after \(T_e \le <<steps>>\) steps.
<<dynamics>>
The starting states are \(<<starts>>\).
"""


def prompts(name: str) -> list[Prompt]:
    """Return the texts of one task."""
    task, text = TASKS[name], TEXTS[name]
    values = _values(task)
    plain = values | {"advance": fill(text.plain.strip(), values), "observe": fill(text.observe_plain, values)}
    vectorized = values | {
        "advance": fill(text.vectorized.strip(), values),
        "observe": fill(text.observe_vectorized, values),
    }
    tuples = ", ".join(f"({numbers(start)})" for start in task.starts)
    latex = values | {"dynamics": fill(text.latex.strip(), values), "starts": tuples}
    intro = fill(_INTRO, values | {"goal": text.goal, "sees": text.sees})
    return [
        python_prompt("plain", intro, fill(_PLAIN, plain)),
        python_prompt("vectorized", intro, fill(_VECTORIZED, vectorized)),
        latex_prompt(intro, fill(_LATEX, latex)),
    ]


def _values(task: Task) -> dict[str, str]:
    first = HIDDEN * task.inputs
    constants = {name.lower(): number(value) for name, value in vars(control).items() if type(value) is float}
    return constants | {
        "bound": number(control.BOUND),
        "dim": str(task.dim),
        "hidden": str(HIDDEN),
        "inputs": str(task.inputs),
        "steps": str(task.steps),
        "episodes": str(len(task.starts)),
        "starts": "\n".join(f"    ({numbers(start)})," for start in task.starts),
        "b": str(first),
        "v": str(first + HIDDEN),
        "c": str(first + 2 * HIDDEN),
        "mass": number(control.CART_MASS + control.POLE_MASS),
        "moment": number(control.POLE_MASS * control.POLE_HALF_LENGTH),
        "degrees": number(math.degrees(control.POLE_LIMIT)),
    }
