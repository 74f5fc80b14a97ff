"""Texts of RC33, the topology optimization."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill, latex_number, latex_prompt, number, python_prompt
from llamoco_bench.problems.cec2020.topology import (
    COLUMNS,
    ELEMENTS,
    ENTRY,
    FILTER_RADIUS,
    LOAD,
    PENALTY,
    POISSON,
    ROWS,
    YOUNG,
)
from llamoco_bench.problems.problem import Prompt

_INTRO: Final = (
    "Distribute material in a cantilever of <<columns>> by <<rows>> square elements so that it yields least to its "
    "load: the <<elements>> variables are the densities of the elements, counted down each column and column after "
    "column."
)

_HEADER: Final = """
import numpy as np

COLUMNS, ROWS = <<columns>>, <<rows>>
YOUNG, NU, LOAD = <<young>>, <<nu>>, <<load>>
PENALTY, RADIUS = <<penalty>>, <<radius>>
"""

_MATRIX: Final = """
K_COEFFICIENTS = np.array([
    1 / 2 - NU / 6, 1 / 8 + NU / 8, -1 / 4 - NU / 12, -1 / 8 + 3 * NU / 8,
    -1 / 4 + NU / 12, -1 / 8 - NU / 8, NU / 6, 1 / 8 - 3 * NU / 8,
])
ORDER = np.array([
<<order>>
])
K0 = YOUNG / (1 - NU**2) * K_COEFFICIENTS[ORDER]  # stiffness of one full element, (8, 8)
DOFS = 2 * (COLUMNS + 1) * (ROWS + 1)  # two displacements a node; nodes count down the node columns
FIXED = 2 * (ROWS + 1)  # the displacements of the first node column are zero
"""

_PLAIN: Final = """

def places(column, row):
    # The eight displacements of an element.
    left = (ROWS + 1) * column + row
    right = left + ROWS + 1
    return [2 * left, 2 * left + 1, 2 * right, 2 * right + 1,
            2 * right + 2, 2 * right + 3, 2 * left + 2, 2 * left + 3]


def energies(x):
    # u' K0 u of every element under the load.
    K = np.zeros((DOFS, DOFS))
    for column in range(COLUMNS):
        for row in range(ROWS):
            p = places(column, row)
            K[np.ix_(p, p)] += x[ROWS * column + row] ** PENALTY * K0
    force = np.zeros(DOFS)
    force[-1] = LOAD
    u = np.zeros(DOFS)
    u[FIXED:] = np.linalg.solve(K[FIXED:, FIXED:], force[FIXED:])
    energy = []
    for column in range(COLUMNS):
        for row in range(ROWS):
            part = u[places(column, row)]
            energy.append(part @ K0 @ part)
    return energy


def objective(x):
    energy = energies(x)
    return sum(x[e] ** PENALTY * energy[e] for e in range(COLUMNS * ROWS))


def inequality(x):
    # Sensitivities of the objective, averaged over the neighbourhood.
    energy = energies(x)
    g = np.zeros(COLUMNS * ROWS)
    for e in range(COLUMNS * ROWS):
        weighted, total = 0.0, 0.0
        for k in range(COLUMNS * ROWS):
            distance = np.hypot(e // ROWS - k // ROWS, e % ROWS - k % ROWS)
            weight = max(0.0, RADIUS - distance)
            sensitivity = -PENALTY * x[k] ** (PENALTY - 1) * energy[k]
            weighted += weight * x[k] * sensitivity
            total += weight
        g[e] = weighted / (x[e] * total)
    return g
"""

_VECTORIZED: Final = """
COLUMN, ROW = np.divmod(np.arange(COLUMNS * ROWS), ROWS)
LEFT = (ROWS + 1) * COLUMN + ROW  # upper left node of every element
CORNERS = np.stack([LEFT, LEFT + ROWS + 1, LEFT + ROWS + 2, LEFT + 1], axis=1)
PLACES = (2 * CORNERS[:, :, None] + np.arange(2)).reshape(-1, 8)  # the eight displacements of every element
WEIGHTS = np.maximum(0, RADIUS - np.hypot(COLUMN[:, None] - COLUMN, ROW[:, None] - ROW))


def energies(x):
    # u' K0 u of every element under the load.
    K = np.zeros((DOFS, DOFS))
    np.add.at(K, (PLACES[:, :, None], PLACES[:, None, :]), (x**PENALTY)[:, None, None] * K0)
    force = np.zeros(DOFS)
    force[-1] = LOAD
    u = np.zeros(DOFS)
    u[FIXED:] = np.linalg.solve(K[FIXED:, FIXED:], force[FIXED:])
    return np.einsum("ei,ij,ej->e", u[PLACES], K0, u[PLACES])


def objective(x):
    return np.sum(x**PENALTY * energies(x))


def inequality(x):
    # Sensitivities of the objective, averaged over the neighbourhood.
    sensitivity = -PENALTY * x ** (PENALTY - 1) * energies(x)
    return WEIGHTS @ (x * sensitivity) / (x * WEIGHTS.sum(axis=1))
"""

_LATEX: Final = r"""
\paragraph{Mesh.} The elements $(r, s)$, column $r = 1, \dots, <<columns>>$ and row $s = 1, \dots, <<rows>>$, have the
numbers $e = <<rows>> (r - 1) + s$; their centres are $c_e = (r, s)$. The nodes $(r, s)$,
$r = 1, \dots, <<node_columns>>$, $s = 1, \dots, <<node_rows>>$, have the numbers
$n(r, s) = <<node_rows>> (r - 1) + s$ and the displacements $u_{2n-1}$ and $u_{2n}$ in two directions. Element $(r, s)$
has the displacements
\begin{equation*}
u_e = (u_{2a-1}, u_{2a}, u_{2b-1}, u_{2b}, u_{2b+1}, u_{2b+2}, u_{2a+1}, u_{2a+2}), \qquad
a = n(r, s), \quad b = n(r + 1, s).
\end{equation*}
The displacements $u_1, \dots, u_{<<fixed>>}$ are zero; the only load is $F_{<<dofs>>} = <<load>>$.

\paragraph{Element stiffness.} With $E = <<young>>$, $\nu = <<nu>>$ and
\begin{equation*}
k = \left( \tfrac12 - \tfrac{\nu}{6},\; \tfrac18 + \tfrac{\nu}{8},\; -\tfrac14 - \tfrac{\nu}{12},\;
-\tfrac18 + \tfrac{3 \nu}{8},\; -\tfrac14 + \tfrac{\nu}{12},\; -\tfrac18 - \tfrac{\nu}{8},\; \tfrac{\nu}{6},\;
\tfrac18 - \tfrac{3 \nu}{8} \right)
\end{equation*}
the matrix $K_0 \in \mathbb R^{8 \times 8}$ has the entries $(K_0)_{ij} = \frac{E}{1 - \nu^2} \, k_{T_{ij}}$,
\begin{equation*}
T = \begin{pmatrix}
<<table>>
\end{pmatrix}.
\end{equation*}

\paragraph{State.} $K(x) = \sum_e x_e^{<<penalty>>} K_0^{(e)}$, where $K_0^{(e)}$ is $K_0$ placed at the displacements
of element $e$; on the free displacements $u$ solves $K(x) \, u = F$. Let
$\varepsilon_e = u_e^{\mathsf T} K_0 u_e$.

\paragraph{Problem.} With the sensitivities $s_e = -<<penalty>> \, x_e^{<<penalty_less>>} \varepsilon_e$ and the weights
$w_{ek} = \max(0, <<radius>> - \| c_e - c_k \|)$,
\begin{align*}
\min_x \quad f(x) &= \sum_{e=1}^{<<elements>>} x_e^{<<penalty>>} \, \varepsilon_e \\
\text{subject to} \quad
g_e(x) &= \frac{\sum_{k=1}^{<<elements>>} w_{ek} \, x_k \, s_k}{x_e \sum_{k=1}^{<<elements>>} w_{ek}} \le 0, \quad
e = 1, \dots, <<elements>>, \\
\ell_e \le x_e &\le u_e, \quad e = 1, \dots, <<elements>>,
\end{align*}
where $\ell_e, u_e$ are the bounds of the variables.
"""


def _values() -> dict[str, str]:
    order = [f"    [{', '.join(str(k - 1) for k in row)}]," for row in ENTRY]
    return {
        "columns": str(COLUMNS),
        "rows": str(ROWS),
        "elements": str(ELEMENTS),
        "young": number(YOUNG),
        "nu": number(POISSON),
        "load": number(LOAD),
        "penalty": str(PENALTY),
        "radius": number(FILTER_RADIUS),
        "order": "\n".join(order),
    }


def _latex_values() -> dict[str, str]:
    rows = [" & ".join(map(str, row)) for row in ENTRY]
    return _values() | {
        "young": latex_number(YOUNG),
        "node_columns": str(COLUMNS + 1),
        "node_rows": str(ROWS + 1),
        "fixed": str(2 * (ROWS + 1)),
        "dofs": str(2 * (ROWS + 1) * (COLUMNS + 1)),
        "penalty_less": str(PENALTY - 1),
        "table": " \\\\\n".join(rows),
    }


def prompts() -> tuple[Prompt, ...]:
    """Return the two Python texts and the mathematical statement."""
    intro = fill(_INTRO, _values())
    return (
        python_prompt("plain", intro, fill(_HEADER + _MATRIX + _PLAIN, _values())),
        python_prompt("vectorized", intro, fill(_HEADER + _MATRIX + _VECTORIZED, _values())),
        latex_prompt(intro, fill(_LATEX, _latex_values())),
    )
