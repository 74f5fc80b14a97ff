"""Texts of the tasks in the MuJoCo simulator."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, numbers, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic.mujoco_tasks import BOUND, HIDDEN, SEEDS, STEPS, TASKS

_INTRO: Final = (
    "Neuroevolution: choose the <<dim>> weights of a network with one hidden layer of <<hidden>> tanh units that "
    "controls the environment <<environment>> of gymnasium, <<title>>. The objective is minus the sum of the "
    "rewards of an episode of at most <<steps>> steps, averaged over <<episodes>> episodes. The weights stand in "
    "this order: <<inputs>> of each hidden unit in turn, the hidden biases, <<hidden>> of each action in turn, the "
    "output biases."
)

_PLAIN: Final = """
import gymnasium
import numpy as np

environment = gymnasium.make("<<environment>>")


def policy(x, observed):
    W = x[:<<b>>].reshape(<<hidden>>, <<inputs>>)
    V = x[<<v>>:<<c>>].reshape(<<actions>>, <<hidden>>)
    hidden = np.tanh(W @ observed + x[<<b>>:<<v>>])
    return np.tanh(V @ hidden + x[<<c>>:])


def episode(x, seed):
    observed, _ = environment.reset(seed=seed)
    total = 0.0
    for _ in range(<<steps>>):
        observed, reward, fallen, _, _ = environment.step(policy(x, observed))
        total += reward
        if fallen:
            break
    return total


def objective(x):
    return -sum(episode(x, seed) for seed in [<<seeds>>]) / <<episodes>>
"""

_VECTORIZED: Final = """
import gymnasium
import numpy as np

environment = gymnasium.make("<<environment>>")


def objective(x):
    W, b, V, c = np.split(x, [<<b>>, <<v>>, <<c>>])
    W, V = W.reshape(<<hidden>>, <<inputs>>), V.reshape(<<actions>>, <<hidden>>)
    returns = np.zeros(<<episodes>>)
    for episode, seed in enumerate([<<seeds>>]):
        observed, _ = environment.reset(seed=seed)
        for _ in range(<<steps>>):
            observed, reward, fallen, _, _ = environment.step(np.tanh(V @ np.tanh(W @ observed + b) + c))
            returns[episode] += reward
            if fallen:
                break
    return -float(returns.mean())
"""

_LATEX: Final = r"""
\[
\min_{x \in [-<<bound>>, <<bound>>]^{<<dim>>}} \;
-\frac{1}{<<episodes>>} \sum_{e=1}^{<<episodes>>} \sum_{t=1}^{T_e} r_{et},
\qquad a = \tanh\left(V \tanh(W z + b) + c\right),
\]
where \(x\) holds the rows of \(W \in \mathbb{R}^{<<hidden>> \times <<inputs>>}\),
\(b \in \mathbb{R}^{<<hidden>>}\), the rows of \(V \in \mathbb{R}^{<<actions>> \times <<hidden>>}\), then \(c\). The
environment gives observations \(z\) and rewards \(r\) for actions \(a\); an episode ends when the body falls, after
\(T_e \le <<steps>>\) steps. The episodes start from resets with the seeds <<seeds>>.
"""


def prompts(name: str) -> list[Prompt]:
    """Return the texts of one task."""
    task = TASKS[name]
    first = HIDDEN * task.inputs
    values = {
        "dim": str(task.dim),
        "hidden": str(HIDDEN),
        "inputs": str(task.inputs),
        "actions": str(task.actions),
        "environment": task.environment,
        "title": task.title,
        "steps": str(STEPS),
        "episodes": str(len(SEEDS)),
        "seeds": numbers(SEEDS),
        "bound": number(BOUND),
        "b": str(first),
        "v": str(first + HIDDEN),
        "c": str(first + HIDDEN + HIDDEN * task.actions),
    }
    intro = fill(_INTRO, values)
    return [
        python_prompt("plain", intro, fill(_PLAIN, values)),
        python_prompt("vectorized", intro, fill(_VECTORIZED, values)),
        latex_prompt(intro, fill(_LATEX, values)),
    ]
