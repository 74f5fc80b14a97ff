"""Texts of the docking problem of MetaBox."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic.data import frozen
from llamoco_bench.problems.realistic.docking import ATOMS, CUT_OFF, MODES, SOFTENING, SWITCH, TOO_CLOSE, read_molecule

_INTRO: Final = (
    "Protein docking, complex <<complex>>: find the conformation of least energy of <<atoms>> atoms of a protein "
    "near its binding site. The <<modes>> variables are amplitudes of collective modes that shift the atoms from "
    "where they start."
)
_ARRAYS: Final = (
    " These arrays are defined: start (<<atoms>>, 3), positions in angstrom; modes (<<modes>>, <<atoms>>, 3), "
    "displacement of every atom in every mode; eigenvalues (<<modes>>,), of the modes; charge, well and radius "
    "(<<atoms>>,), parameters of the atoms."
)

_PLAIN: Final = """
import math


def objective(x):
    step = [x[k] / math.sqrt(eigenvalues[k]) for k in range(<<modes>>)]
    position = []
    for a in range(<<atoms>>):
        moved = [start[a][c] for c in range(3)]
        for k in range(<<modes>>):
            for c in range(3):
                moved[c] += step[k] * modes[k][a][c]
        position.append(moved)
    total = 0.0
    for i in range(<<atoms>>):
        for j in range(i):
            squared = sum((position[i][c] - position[j][c]) ** 2 for c in range(3))
            d = math.sqrt(squared + <<softening>>)
            if <<close>> < d < <<switch>>:
                weight = 10.0
            elif <<switch>> <= d < <<cutoff>>:
                weight = 10.0 * (<<cutoff>> - d) ** 2 * (2 * d - 12) / 8
            else:
                continue
            electric = charge[i] * charge[j] / (4 * d)
            depth = math.sqrt(math.sqrt(well[i] * well[j]))
            ratio = (radius[i] + radius[j]) / (2 * d)
            total += 2 * weight * (electric + depth * (ratio**12 - ratio**6))
    return total / <<atoms>>
"""

_VECTORIZED: Final = """
import numpy as np

PAIR_CHARGE = np.outer(charge, charge)
PAIR_DEPTH = np.outer(well, well) ** 0.25
PAIR_RADIUS = np.add.outer(radius, radius) / 2


def objective(x):
    position = start + np.tensordot(x / np.sqrt(eigenvalues), modes, axes=1)
    delta = position[:, None, :] - position[None, :, :]
    d = np.sqrt(np.sum(delta**2, axis=2) + <<softening>>)
    ratio = PAIR_RADIUS / d
    energy = PAIR_CHARGE / (4 * d) + PAIR_DEPTH * (ratio**12 - ratio**6)
    weight = 10 * ((d > <<close>>) & (d < <<switch>>))
    weight = weight + np.where((d >= <<switch>>) & (d < <<cutoff>>), 10 * (<<cutoff>> - d) ** 2 * (2 * d - 12) / 8, 0.0)
    np.fill_diagonal(weight, 0.0)
    return float(np.mean(np.sum(weight * energy, axis=1)))
"""

_LATEX: Final = r"""
\[
\min_{x \in [-1.5, 1.5]^{<<modes>>}} \; \frac{1}{<<atoms>>} \sum_{i=1}^{<<atoms>>} \sum_{j \ne i} w(d_{ij})
\left[ \frac{q_i q_j}{4 d_{ij}}
+ \left(e_i e_j\right)^{1/4} \left( \left(\frac{r_i + r_j}{2 d_{ij}}\right)^{12}
- \left(\frac{r_i + r_j}{2 d_{ij}}\right)^{6} \right) \right]
\]
where the positions of the atoms and their softened distances are
\[
p_i = s_i + \sum_{k=1}^{<<modes>>} \frac{x_k}{\sqrt{\lambda_k}} u_{ki}, \qquad
d_{ij} = \sqrt{\lVert p_i - p_j \rVert^2 + <<softening>>},
\]
and
\[
w(d) = \begin{cases}
10 & <<close>> < d < <<switch>> \\
10 (<<cutoff>> - d)^2 (2 d - 12) / 8 & <<switch>> \le d < <<cutoff>> \\
0 & \text{else.}
\end{cases}
\]
Given are the starting positions \(s_i \in \mathbb{R}^3\), the modes \(u_{ki} \in \mathbb{R}^3\) with their eigenvalues
\(\lambda_k\), and the charges \(q_i\), well depths \(e_i\) and radii \(r_i\) of the atoms.
"""


def prompts(complex_: str) -> list[Prompt]:
    """Return the texts of one complex."""
    molecule = read_molecule(complex_)
    values = {
        "complex": complex_,
        "atoms": str(ATOMS),
        "modes": str(MODES),
        "softening": number(SOFTENING),
        "close": number(TOO_CLOSE),
        "switch": number(SWITCH),
        "cutoff": number(CUT_OFF),
    }
    namespace = {
        "start": frozen(molecule.start),
        "modes": frozen(molecule.atom_modes),
        "eigenvalues": frozen(molecule.eigenvalues),
        "charge": frozen(molecule.charge),
        "well": frozen(molecule.well),
        "radius": frozen(molecule.radius),
    }
    intro = fill(_INTRO, values)
    with_arrays = intro + fill(_ARRAYS, values)
    return [
        python_prompt("plain", with_arrays, fill(_PLAIN, values), namespace),
        python_prompt("vectorized", with_arrays, fill(_VECTORIZED, values), namespace),
        latex_prompt(intro, fill(_LATEX, values)),
    ]
