r"""Objectives of the power-flow problems: value, program text and formula of each, side by side.

The texts use the names of the functions around them: complex arrays V (voltages), I (currents) and S (injections) over
all nodes in the vectorized program; V, I, P, Q and the generator output Pg in the plain one; node 0 is the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from llamoco_bench.problems.cec2020.network import ComplexArray, transmission
from llamoco_bench.problems.cec2020.prompt_text import fill, latex_numbers, numbers
from llamoco_bench.problems.problem import Array

FUEL_LINEAR: Final = (2.0, 1.75, 1.0, 3.25, 3.0, 3.0)
FUEL_QUADRATIC: Final = (0.02, 0.0175, 0.0625, 0.00834, 0.025, 0.0025)
"""Cost coefficients of the generators at nodes 0, 1, 12, 21, 22, 26, applied to power per unit.

Departs from the standard case data (dollars per MWh, other order of the last four), as the published code does.
"""
LOSS_WEIGHT: Final = 0.75


class Flow(NamedTuple):
    """State of n points, as far as an objective may depend on it.

    In dispatch problems `current` covers all nodes, `voltage` and `injection` the free ones; in microgrid problems all
    three cover the nodes with an equation.
    """

    voltage: ComplexArray
    current: ComplexArray
    injection: ComplexArray
    generation: Array | None = None
    """(n, 5), active output of the generators; None in a microgrid."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective in four forms that say the same.

    Attributes
    ----------
    aim: completes the sentence "... so that ...".
    value: maps a `Flow` to (n,).
    plain, vectorized: body of ``objective(x)`` once the state is unpacked.
    latex: formula for f(x).
    """

    aim: str
    value: Callable[[Flow], Array]
    plain: str
    vectorized: str
    latex: str


_ROTATION: Final = np.exp(2j * np.pi / 3)
_SEQUENCES: Final = np.array([[1.0, 1.0], [1.0, _ROTATION**2], [1.0, _ROTATION]])
_LINEAR: Final = np.array(FUEL_LINEAR)
_QUADRATIC: Final = np.array(FUEL_QUADRATIC)


def _grand_total(z: ComplexArray) -> Array:
    """Sum of the real and the imaginary parts of all nodes, (n,)."""
    return np.asarray(np.add.reduce(z.view(np.float64), axis=1))


def _unbalance(flow: Flow) -> Array:
    sequences = np.abs(flow.current[:, :3].dot(_SEQUENCES))
    return np.asarray(sequences[:, 0] + sequences[:, 1])


def _active_loss(flow: Flow) -> Array:
    return np.asarray(flow.current[:, 0].real + np.add.reduce(flow.injection.real, axis=1))


def _mean_loss(flow: Flow) -> Array:
    # V_1 = 1, so that V_1 conj(I_1) is the complex conjugate of I_1.
    supply = flow.current[:, 0]
    return np.asarray(0.5 * (supply.real - supply.imag + _grand_total(flow.injection)))


def _fuel_cost(flow: Flow) -> Array:
    power = _all_generation(flow)
    return np.asarray(np.vecdot(power, _LINEAR + _QUADRATIC * power))


def _cost_and_loss(flow: Flow) -> Array:
    power = _all_generation(flow)
    return np.asarray(np.vecdot(power, _LINEAR + LOSS_WEIGHT + _QUADRATIC * power) - LOSS_WEIGHT * _demand())


def _all_generation(flow: Flow) -> Array:
    """Output of the generators, the one at the slack node first, (n, 6)."""
    power = np.empty((len(flow.current), len(_LINEAR)))
    power[:, 0], power[:, 1:] = flow.current[:, 0].real, flow.generation
    return power


@cache
def _demand() -> float:
    return float(transmission().load.real.sum())


def _mismatch(flow: Flow) -> Array:
    gap = flow.injection - flow.voltage * np.conj(flow.current)
    return np.asarray(np.vecdot(gap, gap).real)


def _active_power(flow: Flow) -> Array:
    return np.asarray(np.add.reduce(flow.injection.real, axis=1))


def _mean_power(flow: Flow) -> Array:
    return np.asarray(0.5 * _grand_total(flow.injection))


def _texts(template: str) -> str:
    values = {
        "linear": numbers(FUEL_LINEAR),
        "quadratic": numbers(FUEL_QUADRATIC),
        "linear_tex": latex_numbers(FUEL_LINEAR),
        "quadratic_tex": latex_numbers(FUEL_QUADRATIC),
        "weight": repr(LOSS_WEIGHT),
    }
    return fill(template.strip("\n"), values)


_FUEL_PLAIN: Final = """
power = [(V[0] * np.conj(I[0])).real] + [Pg[k] for k in GENERATORS]
linear = [<<linear>>]
quadratic = [<<quadratic>>]
cost = 0.0
for i in range(6):
    cost += linear[i] * power[i] + quadratic[i] * power[i] ** 2
"""
_FUEL_VECTORIZED: Final = """
power = np.append((V[0] * np.conj(I[0])).real, D.real[GENERATORS])
linear = np.array([<<linear>>])
quadratic = np.array([<<quadratic>>])
cost = np.sum(linear * power + quadratic * power**2)
"""
_FUEL_LATEX: Final = r"""
\sum_{i=1}^{6} \left( \beta_i \pi_i + \gamma_i \pi_i^2 \right), \qquad
\pi = \left( \operatorname{Re}(V_1 \overline{I_1}),\; P^{\mathrm g}_2,\; P^{\mathrm g}_{13},\; P^{\mathrm g}_{22},\;
P^{\mathrm g}_{23},\; P^{\mathrm g}_{27} \right), \\
& \beta = (<<linear_tex>>), \qquad \gamma = (<<quadratic_tex>>)"""
_SURPLUS_LATEX: Final = r"""
<<weight>> \left( \sum_{i=1}^{6} \pi_i - \sum_{k=1}^{30} P^{\mathrm L}_k \right) +"""

OBJECTIVES: Final[dict[str, Objective]] = {
    "unbalance": Objective(
        "the currents drawn at the main transformer are balanced over the three phases",
        _unbalance,
        _texts("""
a = np.exp(2j * np.pi / 3)
zero_sequence = I[0] + I[1] + I[2]
negative_sequence = I[0] + a**2 * I[1] + a * I[2]
return abs(zero_sequence) + abs(negative_sequence)"""),
        _texts("""
a = np.exp(2j * np.pi / 3)
sequences = np.array([[1, 1, 1], [1, a**2, a]]) @ I[:3]
return np.sum(np.abs(sequences))"""),
        _texts(r"""
\left| I_1 + I_2 + I_3 \right| + \left| I_1 + e^{4 \pi j / 3} I_2 + e^{2 \pi j / 3} I_3 \right|"""),
    ),
    "active loss": Objective(
        "the active power lost in the lines is least",
        _active_loss,
        _texts("""
loss = (V[0] * np.conj(I[0])).real
for k in FREE:
    loss += P[k]
return loss"""),
        _texts("""
return (V[0] * np.conj(I[0])).real + np.sum(S.real)"""),
        _texts(r"""
\operatorname{Re}(V_1 \overline{I_1}) + \sum_{k \in \mathcal F} P_k"""),
    ),
    "mean loss": Objective(
        "the mean of active and reactive power lost in the lines is least",
        _mean_loss,
        _texts("""
supply = V[0] * np.conj(I[0])
active = supply.real
reactive = supply.imag
for k in FREE:
    active += P[k]
    reactive += Q[k]
return 0.5 * active + 0.5 * reactive"""),
        _texts("""
loss = V[0] * np.conj(I[0]) + np.sum(S)
return 0.5 * loss.real + 0.5 * loss.imag"""),
        _texts(r"""
\tfrac12 \Bigl( \operatorname{Re}(V_1 \overline{I_1}) + \sum_{k \in \mathcal F} P_k \Bigr)
+ \tfrac12 \Bigl( \operatorname{Im}(V_1 \overline{I_1}) + \sum_{k \in \mathcal F} Q_k \Bigr)"""),
    ),
    "fuel cost": Objective(
        "the cost of fuel is least",
        _fuel_cost,
        _texts(_FUEL_PLAIN + "return cost"),
        _texts(_FUEL_VECTORIZED + "return cost"),
        _texts(_FUEL_LATEX),
    ),
    "cost and loss": Objective(
        "the cost of fuel plus a multiple of the active power loss is least",
        _cost_and_loss,
        _texts(_FUEL_PLAIN + "return cost + <<weight>> * (sum(power) - sum(PL))"),
        _texts(_FUEL_VECTORIZED + "return cost + <<weight>> * (np.sum(power) - np.sum(PL))"),
        _texts(_SURPLUS_LATEX.lstrip("\n") + _FUEL_LATEX),
    ),
    "mismatch": Objective(
        "every node's power balance holds",
        _mismatch,
        _texts("""
total = 0.0
for k in FREE:
    power = V[k] * np.conj(I[k])
    total += (P[k] - power.real) ** 2 + (Q[k] - power.imag) ** 2
return total"""),
        _texts("""
gap = (S - V * np.conj(I))[FREE]
return np.sum(gap.real**2 + gap.imag**2)"""),
        _texts(r"""
\sum_{k \in \mathcal F} \left[ \left( P_k - \operatorname{Re}(V_k \overline{I_k}) \right)^2
+ \left( Q_k - \operatorname{Im}(V_k \overline{I_k}) \right)^2 \right]"""),
    ),
    "active power": Objective(
        "the total active power injected, which is what the lines lose, is least",
        _active_power,
        _texts("""
return sum(P[k] for k in FREE)"""),
        _texts("""
return np.sum(S.real[FREE])"""),
        _texts(r"""
\sum_{k \in \mathcal F} P_k"""),
    ),
    "mean power": Objective(
        "the mean of the total active and reactive power injected is least",
        _mean_power,
        _texts("""
return 0.5 * (sum(Q[k] for k in FREE) + sum(P[k] for k in FREE))"""),
        _texts("""
return 0.5 * (np.sum(S.imag[FREE]) + np.sum(S.real[FREE]))"""),
        _texts(r"""
\tfrac12 \Bigl( \sum_{k \in \mathcal F} Q_k + \sum_{k \in \mathcal F} P_k \Bigr)"""),
    ),
}
"""What RC34-RC43 minimise."""
