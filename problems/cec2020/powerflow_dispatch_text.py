"""Texts of RC34-RC39, put together from the same cases that their evaluators are built from.

Programs count nodes from 0, formulas from 1.
"""

from __future__ import annotations

from textwrap import indent
from typing import Final

from llamoco_bench.problems.cec2020.powerflow import NETWORKS, Dispatch
from llamoco_bench.problems.cec2020.powerflow_objectives import OBJECTIVES
from llamoco_bench.problems.cec2020.prompt_text import fill, latex_prompt, numbers, python_prompt
from llamoco_bench.problems.problem import Prompt

_PLACES: Final = {
    "feeder": "a three-phase distribution feeder with 30 nodes (10 buses of three phases)",
    "distribution": "a radial distribution network with 38 nodes",
    "transmission": "a transmission network with 30 nodes",
}
_PHASE_VOLTAGES: Final = ("1.0", "np.exp(4j * np.pi / 3)", "np.exp(2j * np.pi / 3)")
_PHASE_FORMULAS: Final = ("V_1 = 1", r"V_2 = e^{4 \pi j / 3}", r"V_3 = e^{2 \pi j / 3}")

_INTRO: Final = (
    "Size the generators of <<place>> so that <<aim>>: the <<dim>> variables are the real and the imaginary parts of "
    "the voltages and the active and the reactive injections of the <<m>> nodes after the first <<slack>>, then the "
    "<<kinds>> of 5 generators, all per unit."
)

_HEADER: Final = """
import numpy as np

# All quantities per unit; nodes count from 0.
# G, B (N, N): nodal conductance and susceptance; PL, QL (N,): nominal load of every node.
<<exponents_note>>N = <<size>>
"""
_EXPONENTS_NOTE: Final = "# AP, AQ (N,): voltage exponents of the loads.\n"

_PLAIN: Final = """
FREE = range(<<slack>>, N)  # nodes of unknown voltage
GENERATORS = [<<generators>>]


def unpack(x):
    V = np.zeros(N, dtype=complex)  # voltages
    P, Q = np.zeros(N), np.zeros(N)  # specified injections
    Pg, Qg = np.zeros(N), np.zeros(N)  # outputs of the generators
<<known_voltages>>
    for i, k in enumerate(FREE):
        V[k] = x[i] + 1j * x[<<m>> + i]
        P[k] = x[<<m2>> + i]
        Q[k] = x[<<m3>> + i]
    for i, k in enumerate(GENERATORS):
<<outputs>>
    return V, P, Q, Pg, Qg


def currents(V):
    I = np.zeros(N, dtype=complex)
    for k in range(N):
        for m in range(N):
            I[k] += (G[k, m] + 1j * B[k, m]) * V[m]
    return I


def objective(x):
    V, P, Q, Pg, Qg = unpack(x)
    I = currents(V)
<<objective>>


def equality(x):
    V, P, Q, Pg, Qg = unpack(x)
    I = currents(V)
    real, imaginary, active, reactive = [], [], [], []
    for k in FREE:
        mismatch = I[k] - np.conj((P[k] + 1j * Q[k]) / V[k])
        real.append(mismatch.real)
        imaginary.append(mismatch.imag)
        active.append(P[k] - Pg[k] + PL[k]<<active_law>>)
        reactive.append(Q[k] - Qg[k] + QL[k]<<reactive_law>>)
    return np.array(real + imaginary + active + reactive)
"""

_VECTORIZED: Final = """
GENERATORS = np.array([<<generators>>])
KNOWN = np.array([<<known>>])  # voltages of the first nodes


def unpack(x):
    v_real, v_imag, p, q = x[:<<m4>>].reshape(4, <<m>>)
    V = np.concatenate((KNOWN, v_real + 1j * v_imag))  # voltages
    S = np.concatenate((np.zeros(<<slack>>), p + 1j * q))  # specified injections
    D = np.zeros(N, dtype=complex)  # outputs of the generators
    D[GENERATORS] = <<outputs>>
    return V, S, D


def objective(x):
    V, S, D = unpack(x)
    I = (G + 1j * B) @ V
<<objective>>


def equality(x):
    V, S, D = unpack(x)
    I = (G + 1j * B) @ V
    load = PL<<active_law>> + 1j * QL<<reactive_law>>
    mismatch = I[<<slack>>:] - np.conj(S[<<slack>>:] / V[<<slack>>:])
    balance = (S - D + load)[<<slack>>:]
    return np.concatenate((mismatch.real, mismatch.imag, balance.real, balance.imag))
"""

_LATEX: Final = r"""
\paragraph{Data.} All quantities are per unit, $j^2 = -1$, and $\overline{z}$ is the complex conjugate. The nodes are
$\mathcal N = \{1, \dots, <<size>>\}$; known are <<known>>, and
$\mathcal F = \{<<first>>, \dots, <<size>>\}$ are the other nodes. Given are the nodal admittance matrix
$Y = G + j B \in \mathbb C^{<<size>> \times <<size>>}$, the nominal loads $P^{\mathrm L}_k$,
$Q^{\mathrm L}_k$<<exponents_note>>, and the nodes with a generator, $\mathcal G = (<<generators>>)$.

\paragraph{Variables.} For every $k \in \mathcal F$, with $i = k - <<slack>>$,
\begin{align*}
V_k &= x_i + j \, x_{<<m>> + i}, & P_k &= x_{<<m2>> + i}, & Q_k &= x_{<<m3>> + i},
\end{align*}
and for the $r$-th node $k$ of $\mathcal G$, $r = 1, \dots, 5$,
\begin{align*}
P^{\mathrm g}_k &= x_{<<m4>> + r}, & Q^{\mathrm g}_k &= <<reactive_output>>;
\end{align*}
$P^{\mathrm g}_k = Q^{\mathrm g}_k = 0$ at all other nodes.

\paragraph{Problem.} With the currents $I_k = \sum_{l \in \mathcal N} Y_{kl} V_l$,
\begin{align*}
\min_{x \in \mathbb R^{<<dim>>}} \quad f(x) ={}& <<objective>> \\
\text{subject to} \quad
& \operatorname{Re} \left( I_k - \overline{(P_k + j Q_k) / V_k} \right) = 0, && k \in \mathcal F, \\
& \operatorname{Im} \left( I_k - \overline{(P_k + j Q_k) / V_k} \right) = 0, && k \in \mathcal F, \\
& P_k - P^{\mathrm g}_k + P^{\mathrm L}_k<<active_law>> = 0, && k \in \mathcal F, \\
& Q_k - Q^{\mathrm g}_k + Q^{\mathrm L}_k<<reactive_law>> = 0, && k \in \mathcal F, \\
& \ell_i \le x_i \le u_i, && i = 1, \dots, <<dim>>.
\end{align*}
The <<m4>> equalities are counted in this order, each row over ascending $k$.
"""


def _sizes(case: Dispatch) -> dict[str, str]:
    size, slack = NETWORKS[case.network]().size, len(case.slack)
    m = size - slack
    dim = 4 * m + len(case.generators) * (2 if case.reactive else 1)
    values = {"size": size, "slack": slack, "m": m, "m2": 2 * m, "m3": 3 * m, "m4": 4 * m, "dim": dim}
    return {name: str(value) for name, value in values.items()}


def _intro(case: Dispatch) -> str:
    text = fill(
        _INTRO,
        _sizes(case)
        | {
            "place": _PLACES[case.network],
            "aim": OBJECTIVES[case.objective].aim,
            "kinds": "active and then the reactive outputs" if case.reactive else "active outputs",
        },
    )
    return text.replace("after the first 1,", "after the first,")


def _voltage_dependent(case: Dispatch) -> bool:
    return bool(NETWORKS[case.network]().exponents.any())


def _namespace(case: Dispatch) -> dict[str, object]:
    grid = NETWORKS[case.network]()
    names: dict[str, object] = {
        "G": grid.admittance.real.copy(),
        "B": grid.admittance.imag.copy(),
        "PL": grid.load.real.copy(),
        "QL": grid.load.imag.copy(),
    }
    if _voltage_dependent(case):
        names |= {"AP": grid.exponents[0].copy(), "AQ": grid.exponents[1].copy()}
    return names


def _plain(case: Dispatch) -> str:
    sizes, dependent = _sizes(case), _voltage_dependent(case)
    outputs = ["Pg[k] = x[<<m4>> + i]"]
    if case.reactive:
        outputs.append(f"Qg[k] = x[{int(sizes['m4']) + len(case.generators)} + i]")
    known = [f"V[{k}] = {_PHASE_VOLTAGES[k]}" for k in range(len(case.slack))]
    return fill(
        _HEADER + _PLAIN,
        sizes
        | {
            "exponents_note": _EXPONENTS_NOTE if dependent else "",
            "generators": numbers(case.generators),
            "known_voltages": indent("\n".join(known), " " * 4),
            "outputs": fill(indent("\n".join(outputs), " " * 8), sizes),
            "objective": indent(OBJECTIVES[case.objective].plain, " " * 4),
            "active_law": " * abs(V[k]) ** AP[k]" if dependent else "",
            "reactive_law": " * abs(V[k]) ** AQ[k]" if dependent else "",
        },
    )


def _vectorized(case: Dispatch) -> str:
    sizes, dependent = _sizes(case), _voltage_dependent(case)
    start = int(sizes["m4"])
    middle = start + len(case.generators)
    return fill(
        _HEADER + _VECTORIZED,
        sizes
        | {
            "exponents_note": _EXPONENTS_NOTE if dependent else "",
            "generators": numbers(case.generators),
            "known": ", ".join(_PHASE_VOLTAGES[: len(case.slack)]),
            "outputs": f"x[{start}:{middle}] + 1j * x[{middle}:]" if case.reactive else f"x[{start}:]",
            "objective": indent(OBJECTIVES[case.objective].vectorized, " " * 4),
            "active_law": " * np.abs(V) ** AP" if dependent else "",
            "reactive_law": " * np.abs(V) ** AQ" if dependent else "",
        },
    )


def _latex(case: Dispatch) -> str:
    sizes, dependent = _sizes(case), _voltage_dependent(case)
    exponents = r", their voltage exponents $a_k$ (active) and $b_k$ (reactive)"
    return fill(
        _LATEX,
        sizes
        | {
            "known": ", ".join(f"${formula}$" for formula in _PHASE_FORMULAS[: len(case.slack)]),
            "first": str(len(case.slack) + 1),
            "exponents_note": exponents if dependent else "",
            "generators": numbers(node + 1 for node in case.generators),
            "reactive_output": f"x_{{{int(sizes['m4']) + len(case.generators)} + r}}" if case.reactive else "0",
            "objective": OBJECTIVES[case.objective].latex,
            "active_law": r" \, |V_k|^{a_k}" if dependent else "",
            "reactive_law": r" \, |V_k|^{b_k}" if dependent else "",
        },
    )


def dispatch_prompts(case: Dispatch) -> tuple[Prompt, ...]:
    """Return the texts of one dispatch problem."""
    intro, namespace = _intro(case), _namespace(case)
    return (
        python_prompt("plain", intro, _plain(case), namespace),
        python_prompt("vectorized", intro, _vectorized(case), namespace),
        latex_prompt(intro, _latex(case)),
    )
