"""Texts of RC27, the truss of ten bars."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import (
    fill,
    latex_number,
    latex_prompt,
    number,
    numbers,
    python_prompt,
)
from llamoco_bench.problems.cec2020.truss import (
    ADDED_MASS,
    BARS,
    DENSITY,
    FREE_NODES,
    LEAST_FREQUENCY,
    NODES,
    YOUNG,
)
from llamoco_bench.problems.problem import Prompt

_INTRO: Final = (
    "Make a plane truss of ten bars as light as possible while its three lowest natural frequencies stay above given "
    "values: the 10 variables are the cross sections of the bars (square metres)."
)

_HEADER: Final = """
import numpy as np
from scipy.linalg import eigh

YOUNG, DENSITY, ADDED_MASS = <<young>>, <<density>>, <<added>>  # N/m^2, kg/m^3, kg on every node
NODES = np.array([<<nodes>>])  # m; the last two are fixed
BARS = np.array([<<bars>>])  # end nodes
FREE = 8  # displacements of the four free nodes: x and y of node 0, of node 1, ...
LEAST_FREQUENCY = np.array([<<frequencies>>])  # Hz
"""

_PLAIN: Final = """

def bar(i):
    # Length, direction cosines and the places of the four displacements of a bar.
    a, b = BARS[i]
    dx, dy = NODES[b] - NODES[a]
    length = np.sqrt(dx**2 + dy**2)
    return length, dx / length, dy / length, [2 * a, 2 * a + 1, 2 * b, 2 * b + 1]


def matrices(x):
    # Stiffness and consistent mass matrix of all nodes.
    K = np.zeros((2 * len(NODES), 2 * len(NODES)))
    M = ADDED_MASS * np.eye(2 * len(NODES))
    for i in range(len(BARS)):
        length, cx, cy, places = bar(i)
        C = np.array([[cx * cx, cx * cy], [cx * cy, cy * cy]])
        I = np.eye(2)
        stiffness = YOUNG * x[i] / length * np.block([[C, -C], [-C, C]])
        mass = DENSITY * length * x[i] / 6 * np.block([[2 * I, I], [I, 2 * I]])
        for r in range(4):
            for s in range(4):
                K[places[r], places[s]] += stiffness[r, s]
                M[places[r], places[s]] += mass[r, s]
    return K, M


def objective(x):
    mass = 0.0
    for i in range(len(BARS)):
        mass += DENSITY * bar(i)[0] * x[i]
    return mass


def inequality(x):
    K, M = matrices(x)
    eigenvalues = eigh(K[:FREE, :FREE], M[:FREE, :FREE], eigvals_only=True)  # K v = lambda M v, ascending
    frequency = np.sqrt(eigenvalues[:3]) / (2 * np.pi)
    return LEAST_FREQUENCY / frequency - 1
"""

_VECTORIZED: Final = """
SPAN = NODES[BARS[:, 1]] - NODES[BARS[:, 0]]
LENGTH = np.linalg.norm(SPAN, axis=1)
ENDS = np.eye(len(NODES))[BARS]  # (bar, end, node)
# Change of length of each bar per unit displacement; columns are (node, direction).
STRETCH = np.einsum("bn,bd->bnd", ENDS[:, 1] - ENDS[:, 0], SPAN / LENGTH[:, None]).reshape(len(BARS), -1)[:, :FREE]
# Consistent mass of each bar per unit of mass: 1/3 at each end, 1/6 between the ends.
SHARE = np.einsum("ban,bcm,ac->bnm", ENDS, ENDS, np.array([[2, 1], [1, 2]]) / 6)[:, :<<free>>, :<<free>>]


def objective(x):
    return DENSITY * np.dot(LENGTH, x)


def inequality(x):
    K = STRETCH.T @ (STRETCH * (YOUNG * x / LENGTH)[:, None])
    node_mass = np.tensordot(DENSITY * LENGTH * x, SHARE, axes=1)
    M = np.kron(node_mass, np.eye(2)) + ADDED_MASS * np.eye(FREE)
    frequency = np.sqrt(eigh(K, M, eigvals_only=True)[:3]) / (2 * np.pi)
    return LEAST_FREQUENCY / frequency - 1
"""

_LATEX: Final = r"""
\paragraph{Data.} Young's modulus $E = <<young>>\ \mathrm{N/m^2}$, density $\varrho = <<density>>\ \mathrm{kg/m^3}$,
added mass $m_0 = <<added>>\ \mathrm{kg}$. The nodes stand at (metres)
\begin{align*}
<<nodes>>,
\end{align*}
$N_5$ and $N_6$ are fixed. Bar $i = 1, \dots, 10$ joins the nodes $(a_i, b_i)$ of the list
\begin{equation*}
<<bars>>.
\end{equation*}

\paragraph{Variables.} $x_i$ is the cross section of bar $i$ in $\mathrm{m^2}$.

\paragraph{Matrices.} With the length $L_i = \| N_{b_i} - N_{a_i} \|$, the direction
$n_i = (N_{b_i} - N_{a_i}) / L_i$, the matrix $C_i = n_i n_i^{\mathsf T}$ and the identity
$I \in \mathbb R^{2 \times 2}$, bar $i$ contributes to the rows and columns of the displacements of its two nodes
\begin{align*}
K_i &= \frac{E x_i}{L_i} \begin{pmatrix} C_i & -C_i \\ -C_i & C_i \end{pmatrix}, &
M_i &= \frac{\varrho L_i x_i}{6} \begin{pmatrix} 2 I & I \\ I & 2 I \end{pmatrix}.
\end{align*}
$K(x)$ is the sum of all $K_i$, and $M(x)$ the sum of all $M_i$ and of $m_0$ times the identity, both restricted to the
$8$ displacements of the free nodes. Let $\lambda_1 \le \dots \le \lambda_8$ be the eigenvalues of
$K(x) \, v = \lambda \, M(x) \, v$ and $\nu_j(x) = \sqrt{\lambda_j} / (2 \pi)$ the natural frequencies in hertz.

\paragraph{Problem.}
\begin{align*}
\min_x \quad f(x) &= \sum_{i=1}^{10} \varrho L_i x_i \\
\text{subject to} \quad
<<constraints>>
\ell_i \le x_i &\le u_i, \quad i = 1, \dots, 10.
\end{align*}
"""


def _values() -> dict[str, str]:
    return {
        "young": number(YOUNG),
        "density": number(DENSITY),
        "added": number(ADDED_MASS),
        "nodes": ", ".join(f"[{numbers(node)}]" for node in NODES),
        "bars": ", ".join(f"[{a - 1}, {b - 1}]" for a, b in BARS),
        "frequencies": numbers(LEAST_FREQUENCY),
        "free": str(FREE_NODES),
    }


def _latex_values() -> dict[str, str]:
    places = [f"N_{k} &= ({numbers(node)})" for k, node in enumerate(NODES, 1)]
    bounds = [rf"g_{j}(x) &= {number(v)} / \nu_{j}(x) - 1 \le 0, \\" for j, v in enumerate(LEAST_FREQUENCY, 1)]
    return {
        "young": latex_number(YOUNG),
        "density": latex_number(DENSITY),
        "added": latex_number(ADDED_MASS),
        "nodes": ", &\n".join(places[:3]) + ", \\\\\n" + ", &\n".join(places[3:]),
        "bars": ", ".join(f"({a}, {b})" for a, b in BARS),
        "constraints": "\n".join(bounds),
    }


def prompts() -> tuple[Prompt, ...]:
    """Return the two Python texts and the mathematical statement."""
    return (
        python_prompt("plain", _INTRO, fill(_HEADER + _PLAIN, _values())),
        python_prompt("vectorized", _INTRO, fill(_HEADER + _VECTORIZED, _values())),
        latex_prompt(_INTRO, fill(_LATEX, _latex_values())),
    )
