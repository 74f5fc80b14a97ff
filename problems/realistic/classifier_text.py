"""Texts of the classifier."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic.classifier import DECAY, DIM, INPUTS, samples
from llamoco_bench.problems.realistic.network import HIDDEN

_INTRO: Final = (
    "Neuroevolution: choose the <<dim>> weights of a network with one hidden layer of <<hidden>> tanh units that "
    "tells malignant from benign tumours by <<inputs>> standardised measurements of <<samples>> cases (Breast "
    "Cancer Wisconsin). To be minimised is the mean logarithmic loss plus a weight decay. The weights stand in this "
    "order: <<inputs>> of each hidden unit in turn, the hidden biases, the output weights, the output bias."
)
_ARRAYS: Final = (
    " These arrays are defined: X (<<samples>>, <<inputs>>), the measurements; y (<<samples>>,), 1 where malignant, "
    "else -1."
)

_PLAIN: Final = """
import math


def objective(x):
    W = [x[<<inputs>> * h : <<inputs>> * (h + 1)] for h in range(<<hidden>>)]
    b = x[<<b>> : <<v>>]
    v = x[<<v>> : <<c>>]
    c = x[<<c>>]
    loss = 0.0
    for case, label in zip(X, y):
        output = c
        for h in range(<<hidden>>):
            total = b[h]
            for weight, value in zip(W[h], case):
                total += weight * value
            output += v[h] * math.tanh(total)
        margin = label * output
        loss += math.log1p(math.exp(-abs(margin))) + max(-margin, 0.0)
    return loss / <<samples>> + <<half_decay>> * sum(weight**2 for weight in x)
"""

_VECTORIZED: Final = """
import numpy as np


def objective(x):
    W, b, v, c = np.split(x, [<<b>>, <<v>>, <<c>>])
    output = np.tanh(X @ W.reshape(<<hidden>>, <<inputs>>).T + b) @ v + c
    return float(np.mean(np.logaddexp(0.0, -y * output)) + <<half_decay>> * np.sum(x**2))
"""

_LATEX: Final = r"""
\[
\min_{W, b, v, c} \; \frac{1}{<<samples>>} \sum_{i=1}^{<<samples>>}
\ln\left(1 + \exp\left(-y_i \left(v^{\mathsf T} \tanh(W z_i + b) + c\right)\right)\right)
+ <<half_decay>> \left( \lVert W \rVert_F^2 + \lVert b \rVert^2 + \lVert v \rVert^2 + c^2 \right)
\]
The variables \(x \in \mathbb{R}^{<<dim>>}\) are the rows of \(W \in \mathbb{R}^{<<hidden>> \times <<inputs>>}\), then
\(b, v \in \mathbb{R}^{<<hidden>>}\), then \(c\). Given are the standardised measurements \(z_i\) and the labels
\(y_i \in \{-1, 1\}\).
"""


def prompts() -> list[Prompt]:
    """Return the texts."""
    standard, sign = samples()
    first = HIDDEN * INPUTS
    values = {
        "dim": str(DIM),
        "hidden": str(HIDDEN),
        "inputs": str(INPUTS),
        "samples": str(len(sign)),
        "b": str(first),
        "v": str(first + HIDDEN),
        "c": str(first + 2 * HIDDEN),
        "half_decay": number(DECAY / 2),
    }
    intro = fill(_INTRO, values)
    with_arrays, namespace = intro + fill(_ARRAYS, values), {"X": standard, "y": sign}
    return [
        python_prompt("plain", with_arrays, fill(_PLAIN, values), namespace),
        python_prompt("vectorized", with_arrays, fill(_VECTORIZED, values), namespace),
        latex_prompt(intro, fill(_LATEX, values)),
    ]
