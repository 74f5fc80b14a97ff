"""Texts of RC40-RC43, put together from the same cases that their evaluators are built from.

Programs count nodes from 0, formulas from 1.
"""

from __future__ import annotations

from textwrap import indent
from typing import Final

from llamoco_bench.problems.cec2020.powerflow import (
    ACTIVE_DROOP,
    DROOP_NODES,
    GRID_GENERATION,
    NETWORKS,
    REACTIVE_DROOP,
    REFERENCE_OFFSET,
    Microgrid,
)
from llamoco_bench.problems.cec2020.powerflow_objectives import OBJECTIVES
from llamoco_bench.problems.cec2020.prompt_text import (
    fill,
    latex_number,
    latex_numbers,
    latex_prompt,
    number,
    numbers,
    python_prompt,
)
from llamoco_bench.problems.problem import Prompt

_INTRO: Final = (
    "<<task>> so that <<aim>>: the <<dim>> variables are the real and then the imaginary parts of the voltages of the "
    "37 nodes after the first<<more>>, all per unit."
)

_HEADER: Final = """
import numpy as np

# All quantities per unit; nodes count from 0.
<<network_note>>
# PL, QL (N,): nominal load of every node; AP, AQ (N,): voltage exponents of the loads.
N = 38
"""
_LINES_NOTE: Final = (
    "# START, END, R, X (37,): end nodes, resistance, and reactance at nominal frequency of every line."
)
_MATRIX_NOTE: Final = "# G, B (N, N): nodal conductance and susceptance."

_PLAIN: Final = """
FREE = range(<<first>>, N)  # nodes with an equation
GENERATORS = [<<generators>>]
<<droop>>

<<currents>>


def state(x):
    V = np.zeros(N, dtype=complex)  # voltages
    V[0] = <<reference>>
    for k in range(1, N):
        V[k] = x[k - 1] + 1j * x[36 + k]
    P, Q = np.zeros(N), np.zeros(N)  # injections: generation minus load
    for k in range(N):
        P[k] = -PL[k] * abs(V[k]) ** AP[k]
        Q[k] = -QL[k] * abs(V[k]) ** AQ[k]
    for i, k in enumerate(GENERATORS):
<<generation>>
    return V, P, Q, currents(V<<frequency>>)


def objective(x):
    V, P, Q, I = state(x)
<<objective>>


def equality(x):
    V, P, Q, I = state(x)
    mismatch = [I[k] - np.conj((P[k] + 1j * Q[k]) / V[k]) for k in FREE]
    return np.array([z.real for z in mismatch] + [z.imag for z in mismatch])
"""

_VECTORIZED: Final = """
FREE = np.arange(<<first>>, N)  # nodes with an equation
GENERATORS = np.array([<<generators>>])
<<droop>>

<<currents>>


def state(x):
    V = np.concatenate(([<<reference>>], x[:37] + 1j * x[37:74]))  # voltages
    magnitude = np.abs(V)
    S = -(PL * magnitude**AP + 1j * QL * magnitude**AQ)  # injections: generation minus load
<<generation>>
    return V, S, currents(V<<frequency>>)


def objective(x):
    V, S, I = state(x)
<<objective>>


def equality(x):
    V, S, I = state(x)
    mismatch = (I - np.conj(S / V))[FREE]
    return np.concatenate((mismatch.real, mismatch.imag))
"""

_PLAIN_LINES: Final = """
def currents(V, w):
    I = np.zeros(N, dtype=complex)
    for a, b, r, reactance in zip(START, END, R, X):
        flow = (V[a] - V[b]) / (r + 1j * w * reactance)
        I[a] += flow
        I[b] -= flow
    return I
"""
_PLAIN_MATRIX: Final = """
def currents(V):
    I = np.zeros(N, dtype=complex)
    for k in range(N):
        for m in range(N):
            I[k] += (G[k, m] + 1j * B[k, m]) * V[m]
    return I
"""
_VECTORIZED_LINES: Final = """
def currents(V, w):
    flow = (V[START] - V[END]) / (R + 1j * w * X)
    I = np.zeros(N, dtype=complex)
    np.add.at(I, START, flow)
    np.subtract.at(I, END, flow)
    return I
"""
_VECTORIZED_MATRIX: Final = """
def currents(V):
    return (G + 1j * B) @ V
"""

_LATEX: Final = r"""
\paragraph{Data.} All quantities are per unit, $j^2 = -1$, and $\overline{z}$ is the complex conjugate. The nodes are
$\mathcal N = \{1, \dots, 38\}$, those with an equation $\mathcal F = \{<<first>>, \dots, 38\}$, those with a generator
$\mathcal G = (<<generators>>)$. <<network>> Each node has a nominal load $P^{\mathrm L}_k$,
$Q^{\mathrm L}_k$ with voltage exponents $a_k$ (active) and $b_k$ (reactive).

\paragraph{Variables.} For $k = 2, \dots, 38$
\begin{equation*}
V_k = x_{k - 1} + j \, x_{36 + k}, \qquad <<reference>>.
\end{equation*}
<<more_variables>>

\paragraph{Currents and injections.}
\begin{align*}
<<currents>>
P_k &= <<active>> - P^{\mathrm L}_k \, |V_k|^{a_k}, \\
Q_k &= <<reactive>> - Q^{\mathrm L}_k \, |V_k|^{b_k},
\end{align*}
<<generation>>

\paragraph{Problem.}
\begin{align*}
\min_{x \in \mathbb R^{<<dim>>}} \quad f(x) ={}& <<objective>> \\
\text{subject to} \quad
& \operatorname{Re} \left( I_k - \overline{(P_k + j Q_k) / V_k} \right) = 0, && k \in \mathcal F, \\
& \operatorname{Im} \left( I_k - \overline{(P_k + j Q_k) / V_k} \right) = 0, && k \in \mathcal F, \\
& \ell_i \le x_i \le u_i, && i = 1, \dots, <<dim>>.
\end{align*}
The equalities are counted in this order, each row over ascending $k$.
"""
_LATEX_LINES: Final = r"""A line $(a, b)$ of the set
$\mathcal E$ has the resistance $R_{ab}$ and, at nominal frequency, the reactance $X_{ab}$."""
_LATEX_MATRIX: Final = r"""The nodal admittance matrix is
$Y = G + j B \in \mathbb C^{38 \times 38}$."""
_LATEX_LINE_CURRENTS: Final = r"""I_k &= \sum_{(k, b) \in \mathcal E} \frac{V_k - V_b}{R_{kb} + j \, w \, X_{kb}}
- \sum_{(a, k) \in \mathcal E} \frac{V_a - V_k}{R_{ak} + j \, w \, X_{ak}}, \\"""
_LATEX_MATRIX_CURRENTS: Final = r"I_k &= \sum_{l \in \mathcal N} Y_{kl} V_l, \\"


def _dim(case: Microgrid) -> int:
    return 74 + (2 if case.islanded else 0) + (10 if case.tuned else 0)


def _intro(case: Microgrid) -> str:
    more = ", the frequency and the voltage of the first node" if case.islanded else ""
    if case.tuned:
        more += ", then the active and the reactive droop gains of 5 generators"
    tasks = {
        (True, False): "Solve the power flow of an islanded microgrid whose 5 generators follow fixed droop lines",
        (True, True): "Set the droop gains of the 5 generators of an islanded microgrid",
        (False, False): "Solve the power flow of a microgrid that is connected to the main grid",
    }
    task, aim = tasks[case.islanded, case.tuned], OBJECTIVES[case.objective].aim
    return fill(_INTRO, {"task": task, "aim": aim, "dim": str(_dim(case)), "more": more})


def _namespace(case: Microgrid) -> dict[str, object]:
    grid = NETWORKS[case.network]()
    names: dict[str, object] = {
        "PL": grid.load.real.copy(),
        "QL": grid.load.imag.copy(),
        "AP": grid.exponents[0].copy(),
        "AQ": grid.exponents[1].copy(),
    }
    if not case.islanded:
        return names | {"G": grid.admittance.real.copy(), "B": grid.admittance.imag.copy()}
    lines = {"START": grid.start.copy(), "END": grid.end.copy()}
    return names | lines | {"R": grid.resistance.copy(), "X": grid.reactance.copy()}


def _common(case: Microgrid) -> dict[str, str]:
    droop = ""
    if case.islanded and not case.tuned:
        droop = (
            f"KP = 1 / np.array([{numbers(ACTIVE_DROOP)}])  # droop gains\n"
            f"KQ = 1 / np.array([{numbers(REACTIVE_DROOP)}])\n"
        )
    return {
        "network_note": _LINES_NOTE if case.islanded else _MATRIX_NOTE,
        "first": "0" if case.islanded else "1",
        "generators": numbers(DROOP_NODES),
        "droop": droop,
        "reference": f"x[75] + {REFERENCE_OFFSET!r}" if case.islanded else "1.0",
        "frequency": ", x[74]" if case.islanded else "",
    }


def _plain(case: Microgrid) -> str:
    active, reactive = ("x[76 + i]", "x[81 + i]") if case.tuned else ("KP[i]", "KQ[i]")
    if case.islanded:
        lines = [f"P[k] += {active} * (1 - x[74])", f"Q[k] += {reactive} * (1 - abs(V[k]))"]
    else:
        lines = [f"P[k] += {number(GRID_GENERATION.real)}", f"Q[k] += {number(GRID_GENERATION.imag)}"]
    pieces = {
        "currents": (_PLAIN_LINES if case.islanded else _PLAIN_MATRIX).strip(),
        "generation": indent("\n".join(lines), " " * 8),
        "objective": indent(OBJECTIVES[case.objective].plain, " " * 4),
    }
    return _tidy(fill(_HEADER + _PLAIN, _common(case) | pieces))


def _vectorized(case: Microgrid) -> str:
    active, reactive = ("x[76:81]", "x[81:86]") if case.tuned else ("KP", "KQ")
    if case.islanded:
        line = f"S[GENERATORS] += {active} * (1 - x[74]) + 1j * {reactive} * (1 - magnitude[GENERATORS])"
    else:
        line = f"S[GENERATORS] += {number(GRID_GENERATION.real)} + {number(GRID_GENERATION.imag)}j"
    pieces = {
        "currents": (_VECTORIZED_LINES if case.islanded else _VECTORIZED_MATRIX).strip(),
        "generation": indent(line, " " * 4),
        "objective": indent(OBJECTIVES[case.objective].vectorized, " " * 4),
    }
    return _tidy(fill(_HEADER + _VECTORIZED, _common(case) | pieces))


def _tidy(code: str) -> str:
    while "\n\n\n\n" in code:
        code = code.replace("\n\n\n\n", "\n\n\n")
    return code


def _latex_generation(case: Microgrid) -> dict[str, str]:
    if not case.islanded:
        real, imag = latex_number(GRID_GENERATION.real), latex_number(GRID_GENERATION.imag)
        return {
            "more_variables": "",
            "active": r"P^{\mathrm g}_k",
            "reactive": r"Q^{\mathrm g}_k",
            "generation": rf"with $P^{{\mathrm g}}_k = {real}$ and $Q^{{\mathrm g}}_k = {imag}$ for "
            r"$k \in \mathcal G$ and both 0 elsewhere.",
        }
    more = r"The frequency is $w = x_{75}$."
    gains = r"with the droop gains $K^{\mathrm P}_k = K^{\mathrm Q}_k = 0$ at all nodes but those of $\mathcal G$"
    if case.tuned:
        more += (
            r" The droop gains of the $r$-th node $k$ of $\mathcal G$, $r = 1, \dots, 5$, are"
            "\n"
            r"$K^{\mathrm P}_k = x_{76 + r}$ and $K^{\mathrm Q}_k = x_{81 + r}$."
        )
    else:
        gains += (
            ", where they are\n"
            rf"$1 / K^{{\mathrm P}} = ({latex_numbers(ACTIVE_DROOP)})$ and "
            rf"$1 / K^{{\mathrm Q}} = ({latex_numbers(REACTIVE_DROOP)})$"
        )
    return {
        "more_variables": more,
        "active": r"K^{\mathrm P}_k (1 - w)",
        "reactive": r"K^{\mathrm Q}_k (1 - |V_k|)",
        "generation": gains + ".",
    }


def _latex(case: Microgrid) -> str:
    offset = latex_number(REFERENCE_OFFSET)
    pieces = {
        "dim": str(_dim(case)),
        "first": "1" if case.islanded else "2",
        "generators": numbers(node + 1 for node in DROOP_NODES),
        "network": _LATEX_LINES if case.islanded else _LATEX_MATRIX,
        "reference": f"V_1 = x_{{76}} + {offset}" if case.islanded else "V_1 = 1",
        "currents": _LATEX_LINE_CURRENTS if case.islanded else _LATEX_MATRIX_CURRENTS,
        "objective": OBJECTIVES[case.objective].latex,
    }
    return fill(_LATEX, pieces | _latex_generation(case))


def microgrid_prompts(case: Microgrid) -> tuple[Prompt, ...]:
    """Return the texts of one microgrid problem."""
    intro, namespace = _intro(case), _namespace(case)
    return (
        python_prompt("plain", intro, _plain(case), namespace),
        python_prompt("vectorized", intro, _vectorized(case), namespace),
        latex_prompt(intro, _latex(case)),
    )
