"""Texts of hyper-parameter optimization."""

from __future__ import annotations

from typing import Final

import numpy as np

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic.data import frozen
from llamoco_bench.problems.realistic.hpo import TASKS, tables

_INTRO: Final = (
    "Hyper-parameter optimization: tune <<algorithm>> on OpenML data set <<dataset>> (search space <<space>> of "
    "HPO-B). The <<dim>> variables are its hyper-parameters, scaled to [0, 1]: <<variables>>. A name with .na tells "
    "with 1 that a hyper-parameter is not set, one with .ohe. that a choice is taken. The accuracy is predicted by "
    "<<trees>> regression trees fitted to real results; to be minimised is the share of the accuracy between the "
    "worst and the best real result that is missed. The objective is piecewise constant."
)
_ARRAYS: Final = (
    " These arrays, one row a tree and one column a node, are defined: feature, the variable that a node compares; "
    "split, its threshold, or the value of a leaf; left and right, its children, 0 at a leaf."
)

_PLAIN: Final = """
BASE, WORST, BEST = <<base>>, <<worst>>, <<best>>


def leaf(tree, x):
    node = 0
    while left[tree][node] > 0:
        if x[feature[tree][node]] < split[tree][node]:
            node = left[tree][node]
        else:
            node = right[tree][node]
    return split[tree][node]


def objective(x):
    accuracy = BASE + sum(leaf(tree, x) for tree in range(<<trees>>))
    share = (accuracy - WORST) / (BEST - WORST)
    return 1.0 - min(max(share, 0.0), 1.0)
"""

_VECTORIZED: Final = """
import numpy as np


def objective(x):
    tree = np.arange(<<trees>>)
    node = np.zeros(<<trees>>, dtype=int)
    while True:
        inner = left[tree, node] > 0
        if not inner.any():
            break
        lower = x[feature[tree, node]] < split[tree, node]
        node = np.where(inner, np.where(lower, left[tree, node], right[tree, node]), node)
    accuracy = <<base>> + split[tree, node].sum()
    return 1.0 - float(np.clip((accuracy - <<worst>>) / (<<best>> - <<worst>>), 0.0, 1.0))
"""

_LATEX: Final = r"""
\[
\min_{x \in [0, 1]^{<<dim>>}} \;
1 - \min\left(1, \max\left(0, \frac{a(x) - <<worst>>}{<<best>> - <<worst>>}\right)\right),
\qquad a(x) = <<base>> + \sum_{t=1}^{<<trees>>} v_{t, \ell_t(x)},
\]
where \(\ell_t(x)\) is the leaf of tree \(t\) that \(x\) reaches from the root: at an inner node \(m\) it goes to the
left child if \(x_{j_{tm}} < \theta_{tm}\), else to the right one. Given are the compared variables \(j_{tm}\), the
thresholds \(\theta_{tm}\) and the values of the leaves \(v_{tm}\).
"""


def prompts(name: str) -> list[Prompt]:
    """Return the texts of one task."""
    task, found = TASKS[name], tables(name)
    worst, best = found.pop("accuracy").tolist()
    # In double precision, so that a comparison with a plain Python number is one too.
    found["split"] = frozen(found["split"].astype(np.float64))
    values = {
        "algorithm": task.algorithm,
        "dataset": str(task.dataset),
        "space": str(task.space),
        "dim": str(task.dim),
        "variables": ", ".join(task.variables),
        "trees": str(len(found["left"])),
        "base": number(float(found.pop("base")[0])),
        "worst": number(worst),
        "best": number(best),
    }
    intro = fill(_INTRO, values)
    with_arrays = intro + _ARRAYS
    return [
        python_prompt("plain", with_arrays, fill(_PLAIN, values), found),
        python_prompt("vectorized", with_arrays, fill(_VECTORIZED, values), found),
        latex_prompt(intro, fill(_LATEX, values)),
    ]
