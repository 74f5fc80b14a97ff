"""Texts of docking with both partners."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.problems.realistic.data import frozen
from llamoco_bench.problems.realistic.rugged import (
    COULOMB,
    COULOMB_SOFTNESS,
    CUT_OFF,
    SOFTNESS,
    SWITCH,
    Body,
    read_bodies,
)

_INTRO: Final = (
    "Protein docking, complex <<complex>>: place a ligand of <<ligand>> heavy atoms on a receptor of <<receptor>> "
    "so that the energy is least. The 12 variables are the shift of the ligand in angstrom (3), its rotation about "
    "its centre as Gibbs vector (3), and amplitudes of the three softest modes of the receptor (3) and of the "
    "ligand (3)."
)
_ARRAYS: Final = (
    " These arrays are defined, for the receptor with its n = <<receptor>> atoms as R_..., for the ligand with its n "
    "= <<ligand>> atoms as L_...: R_position (n, 3) in angstrom; R_charge, R_radius and R_depth (n,); R_modes (3, "
    "n, 3), displacement of every atom in every mode; R_stiffness (3,)."
)

_PLAIN: Final = """
import math


def rotate(g, v):
    # Rotation of v by the Gibbs vector g: v + 2 (g x v + g x (g x v)) / (1 + |g|^2)
    first = cross(g, v)
    second = cross(g, first)
    scale = 2 / (1 + g[0] ** 2 + g[1] ** 2 + g[2] ** 2)
    return [v[c] + scale * (first[c] + second[c]) for c in range(3)]


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def bend(position, modes, amplitude):
    return [
        [position[i][c] + sum(amplitude[k] * modes[k][i][c] for k in range(3)) for c in range(3)]
        for i in range(len(position))
    ]


def pair(squared, charges, depth, radius):
    ratio = squared / radius**2
    soft = 1 / (ratio**3 + <<softness>>)
    energy = depth * (soft**2 - 2 * soft) + <<coulomb>> * charges / (squared + <<coulomb_softness>>)
    if squared > <<start>>:
        energy *= (<<end>> - squared) ** 2 * (<<end>> + 2 * squared - 3 * <<start>>) / (<<end>> - <<start>>) ** 3
    return energy


def objective(x):
    centre = [sum(p[c] for p in L_position) / len(L_position) for c in range(3)]
    receptor = bend(R_position, R_modes, x[6:9])
    ligand = []
    for p in bend(L_position, L_modes, x[9:12]):
        turned = rotate(x[3:6], [p[c] - centre[c] for c in range(3)])
        ligand.append([turned[c] + centre[c] + x[c] for c in range(3)])
    energy = 0.0
    for i, (a, b, c) in enumerate(receptor):
        for j, (u, v, w) in enumerate(ligand):
            squared = (a - u) ** 2 + (b - v) ** 2 + (c - w) ** 2
            if squared < <<end>>:
                depth = math.sqrt(R_depth[i] * L_depth[j])
                energy += pair(squared, R_charge[i] * L_charge[j], depth, R_radius[i] + L_radius[j])
    for k in range(3):
        energy += R_stiffness[k] * x[6 + k] ** 2 + L_stiffness[k] * x[9 + k] ** 2
    return energy
"""

_VECTORIZED: Final = """
import numpy as np

CHARGES = np.outer(R_charge, L_charge)
DEPTHS = np.sqrt(np.outer(R_depth, L_depth))
RADII = np.add.outer(R_radius, L_radius)


def objective(x):
    shift, g = x[:3], x[3:6]
    receptor = R_position + np.tensordot(x[6:9], R_modes, axes=1)
    centre = L_position.mean(axis=0)
    ligand = L_position + np.tensordot(x[9:12], L_modes, axes=1) - centre
    once = np.cross(g, ligand)
    ligand = ligand + 2 / (1 + g @ g) * (once + np.cross(g, once)) + centre + shift
    squared = np.sum((receptor[:, None, :] - ligand[None, :, :]) ** 2, axis=2)
    soft = 1 / ((squared / RADII**2) ** 3 + <<softness>>)
    energy = DEPTHS * (soft**2 - 2 * soft) + <<coulomb>> * CHARGES / (squared + <<coulomb_softness>>)
    t = np.clip(squared, <<start>>, <<end>>)
    fade = (<<end>> - t) ** 2 * (<<end>> + 2 * t - 3 * <<start>>) / (<<end>> - <<start>>) ** 3
    strain = R_stiffness @ x[6:9] ** 2 + L_stiffness @ x[9:12] ** 2
    return float(np.sum(fade * energy) + strain)
"""

_LATEX: Final = r"""
\[
\min_x \; \sum_{i} \sum_{j} s(d_{ij}^2) \left[ \sqrt{e_i e_j} \left( \rho_{ij}^2 - 2 \rho_{ij} \right)
+ \frac{<<coulomb>> \, q_i q_j}{d_{ij}^2 + <<coulomb_softness>>} \right]
+ \sum_{k=1}^{3} \left( \kappa_k x_{6+k}^2 + \kappa'_k x_{9+k}^2 \right),
\qquad \rho_{ij} = \frac{1}{\left(d_{ij}^2 / (r_i + r_j)^2\right)^3 + <<softness>>},
\]
over the atoms \(i\) of the receptor and \(j\) of the ligand, at the distances \(d_{ij} = \lVert p_i - p_j \rVert\) of
\[
p_i = a_i + \sum_{k=1}^{3} x_{6+k} u_{ki}, \qquad
p_j = c + t + R(g) \left( b_j + \sum_{k=1}^{3} x_{9+k} v_{kj} - c \right),
\]
with the shift \(t = (x_1, x_2, x_3)\), the Gibbs vector \(g = (x_4, x_5, x_6)\), the centre \(c\) of the ligand's
positions \(b_j\), the rotation
\[
R(g) v = v + \frac{2}{1 + \lVert g \rVert^2} \left( g \times v + g \times (g \times v) \right),
\]
and the switch
\[
s(t) = \begin{cases}
1 & t \le <<start>> \\
(<<end>> - t)^2 (<<end>> + 2 t - 3 \cdot <<start>>) / (<<end>> - <<start>>)^3 & <<start>> < t < <<end>> \\
0 & t \ge <<end>>.
\end{cases}
\]
Given are the positions \(a_i\) and \(b_j\), the modes \(u_{ki}\) and \(v_{kj}\) with stiffnesses \(\kappa_k\) and
\(\kappa'_k\), and the charges \(q\), radii \(r\) and well depths \(e\) of the atoms.
"""


def prompts(complex_: str) -> list[Prompt]:
    """Return the texts of one complex."""
    receptor, ligand = read_bodies(complex_)
    values = {
        "complex": complex_,
        "receptor": str(len(receptor.positions)),
        "ligand": str(len(ligand.positions)),
        "softness": number(SOFTNESS),
        "coulomb": number(COULOMB),
        "coulomb_softness": number(COULOMB_SOFTNESS),
        "start": number(SWITCH**2),
        "end": number(CUT_OFF**2),
    }
    namespace = _arrays("R", receptor) | _arrays("L", ligand)
    intro = fill(_INTRO, values)
    with_arrays = intro + fill(_ARRAYS, values)
    return [
        python_prompt("plain", with_arrays, fill(_PLAIN, values), namespace),
        python_prompt("vectorized", with_arrays, fill(_VECTORIZED, values), namespace),
        latex_prompt(intro, fill(_LATEX, values)),
    ]


def _arrays(letter: str, body: Body) -> dict[str, object]:
    return {
        f"{letter}_position": frozen(body.positions),
        f"{letter}_charge": frozen(body.charge),
        f"{letter}_radius": frozen(body.radius),
        f"{letter}_depth": frozen(body.depth),
        f"{letter}_modes": frozen(body.modes),
        f"{letter}_stiffness": frozen(body.stiffness),
    }
