"""RC34-RC43: power flow in distribution, transmission and microgrid networks.

The ten problems share one block: given node voltages V and specified injections S, the currents I = Y V must equal
conj(S / V). In the *dispatch* problems (RC34-RC39) the injections are variables too and must match generators and
loads; in the *microgrid* problems (RC40-RC43) they follow from the voltages and, in an islanded grid, the frequency.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", problems RC34-RC43, in the current-mismatch form that the published evaluation code computes
(the paper describes some of them by power balances). All quantities are per unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from llamoco_bench.problems.cec2020 import network
from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.network import ComplexArray, Network
from llamoco_bench.problems.cec2020.powerflow_objectives import OBJECTIVES, Flow
from llamoco_bench.problems.cec2020.prompt_text import fixed_source
from llamoco_bench.problems.problem import Array, Evaluation

NETWORKS: Final = {
    "feeder": network.feeder,
    "distribution": network.distribution,
    "transmission": network.transmission,
}
PHASES: Final = (1.0 + 0.0j, complex(np.exp(4j * np.pi / 3)), complex(np.exp(2j * np.pi / 3)))
"""Voltages of the three phases at the main transformer."""

DROOP_NODES: Final = (33, 34, 35, 36, 37)
ACTIVE_DROOP: Final = (5.102e-3, 1.502e-3, 4.506e-3, 2.253e-3, 2.253e-3)
"""Frequency droop of the five generators; their active gain is the reciprocal."""
REACTIVE_DROOP: Final = (0.05, 0.03, 0.05, 0.01, 0.1)
"""Voltage droop of the five generators; their reactive gain is the reciprocal."""
GRID_GENERATION: Final = 0.2 + 0.18j
"""Fixed output of each generator of the grid-connected microgrid."""
REFERENCE_OFFSET: Final = 1e-5
"""Added to the voltage variable of node 0 in the islanded microgrid, which so cannot vanish."""

_CHUNK: Final = 32


@dataclass(frozen=True, slots=True)
class Dispatch:
    """RC34-RC39: x = (Re V, Im V, P, Q of the free nodes, then the outputs of the generators).

    Attributes
    ----------
    network: key of `NETWORKS`.
    slack: fixed voltages of the first nodes; the others are free.
    generators: nodes whose generator output is variable, counted from 0.
    reactive: whether their reactive output is variable, too.
    objective: key of `OBJECTIVES`.
    """

    network: str
    slack: tuple[complex, ...]
    generators: tuple[int, ...]
    reactive: bool
    objective: str


@dataclass(frozen=True, slots=True)
class Microgrid:
    """RC40-RC43 on the distribution network: x = (Re V, Im V of nodes 1.., then frequency, V of node 0, gains).

    Attributes
    ----------
    islanded: frequency and voltage of node 0 are variables and generators follow droop lines; otherwise both are 1
        and the generators feed `GRID_GENERATION`.
    tuned: the droop gains are variables.
    objective: key of `OBJECTIVES`.
    """

    islanded: bool
    tuned: bool
    objective: str
    network: str = "distribution"


_ALSAC = (1, 12, 21, 22, 26)
CASES: Final[dict[str, Dispatch | Microgrid]] = {
    "RC34": Dispatch("feeder", PHASES, (8, 15, 20, 23, 29), True, "unbalance"),
    "RC35": Dispatch("distribution", (1.0 + 0j,), DROOP_NODES, False, "active loss"),
    "RC36": Dispatch("distribution", (1.0 + 0j,), DROOP_NODES, True, "mean loss"),
    "RC37": Dispatch("transmission", (1.0 + 0j,), _ALSAC, True, "active loss"),
    "RC38": Dispatch("transmission", (1.0 + 0j,), _ALSAC, True, "fuel cost"),
    "RC39": Dispatch("transmission", (1.0 + 0j,), _ALSAC, True, "cost and loss"),
    "RC40": Microgrid(True, False, "mismatch"),
    "RC41": Microgrid(False, False, "mismatch"),
    "RC42": Microgrid(True, True, "active power"),
    "RC43": Microgrid(True, True, "mean power"),
}


def _complex(real: Array, imag: Array) -> ComplexArray:
    z = np.empty(real.shape, dtype=np.complex128)
    z.real, z.imag = real, imag
    return z


def _mismatch(current: ComplexArray, injection: ComplexArray, voltage: ComplexArray) -> ComplexArray:
    """Currents in excess of those that the injections imply."""
    specified = injection / voltage
    return np.asarray(np.subtract(current, np.conj(specified, out=specified), out=specified))


@dataclass(frozen=True, slots=True, eq=False)
class _DispatchModel:
    """A dispatch problem with its arrays at hand, for m free nodes out of N."""

    admittance: ComplexArray
    """(m, N), currents that the free voltages cause."""
    slack_current: ComplexArray
    """(1, N), currents that the fixed voltages cause."""
    balance: Array
    """(2 m + generators, 2 m), injection minus generator output, active and reactive."""
    constant_load: Array | None
    """(1, 2 m), active and reactive; None where loads depend on the voltage."""
    nominal: Array
    """(2, m), active and reactive load at nominal voltage."""
    exponents: Array
    """(2, m), their voltage exponents."""
    objective: Callable[[Flow], Array]

    def __call__(self, points: Array) -> Evaluation:
        """Objective and the equalities Re dI, Im dI, dP, dQ over the free nodes."""
        n, m = len(points), len(self.admittance)
        parts = points[:, : 4 * m].reshape(n, 2, 2, m)
        state = _complex(parts[:, :, 0], parts[:, :, 1])
        voltage, injection = state[:, 0], state[:, 1]
        current = voltage.dot(self.admittance)
        current += self.slack_current
        mismatch = _mismatch(current[:, -m:], injection, voltage)
        balance = points[:, 2 * m :].dot(self.balance)
        balance += self._load(voltage) if self.constant_load is None else self.constant_load
        flow = Flow(voltage, current, injection, points[:, 4 * m : 4 * m + len(DROOP_NODES)])
        h = np.concatenate((mismatch.real, mismatch.imag, balance), axis=1)
        return Evaluation(self.objective(flow), np.empty((n, 0)), h)

    def _load(self, voltage: ComplexArray) -> Array:
        """Active, then reactive loads of the free nodes, (n, 2 m)."""
        law = np.abs(voltage)[:, np.newaxis, :] ** self.exponents
        law *= self.nominal
        return law.reshape(-1, self.nominal.size)


def _balance(case: Dispatch, m: int) -> Array:
    """Linear map from (P, Q, generator outputs) to injection minus output, (2 m + generators, 2 m)."""
    active = np.array(case.generators) - len(case.slack)
    columns = np.concatenate((active, active + m)) if case.reactive else active
    identity = np.eye(2 * m)
    return np.concatenate((identity, -identity[columns]))


def _dispatch_model(case: Dispatch) -> _DispatchModel:
    grid, k = NETWORKS[case.network](), len(case.slack)
    load, exponents = grid.load[k:], grid.exponents[:, k:]
    return _DispatchModel(
        admittance=grid.admittance.T[k:].copy(),
        slack_current=np.array([case.slack]) @ grid.admittance.T[:k],
        balance=_balance(case, grid.size - k),
        constant_load=None if exponents.any() else np.concatenate((load.real, load.imag))[np.newaxis],
        nominal=np.stack((load.real, load.imag)),
        exponents=exponents,
        objective=OBJECTIVES[case.objective].value,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _MicrogridModel:
    """A microgrid problem with its arrays at hand, for m nodes with an equation out of N = 38."""

    case: Microgrid
    admittance: ComplexArray
    """(m, m), at nominal frequency."""
    slack_current: ComplexArray
    """(1, m), currents that the fixed voltage causes at nominal frequency."""
    grid: Network
    incidence: ComplexArray
    """(lines, N), +1 where a line starts and -1 where it ends."""
    fed: Array
    """(1, 2 m), power fed in at nominal voltage, active and reactive in turn; negative where it is a load."""
    exponents: Array
    """(1, 2 m), voltage exponents of this power; 0 where it is constant."""
    gains: Array
    """(2, 5), active and reactive droop gains where they are fixed."""
    objective: Callable[[Flow], Array]

    def __call__(self, points: Array) -> Evaluation:
        """Objective and the equalities Re dI, Im dI over the nodes with an equation."""
        voltage, rest = self._voltage(points), points[:, 74:]
        current = self._current(voltage, rest)
        magnitude = np.abs(voltage)
        law = magnitude.repeat(2, axis=1) ** self.exponents
        law *= self.fed
        injection = law.view(np.complex128)
        if self.case.islanded:
            generators = slice(DROOP_NODES[0], None)
            injection[:, generators] += self._droop(magnitude[:, generators], rest)
        mismatch = _mismatch(current, injection, voltage)
        f = self.objective(Flow(voltage, current, injection))
        h = np.concatenate((mismatch.real, mismatch.imag), axis=1)
        return Evaluation(f, np.empty((len(points), 0)), h)

    def _voltage(self, points: Array) -> ComplexArray:
        if not self.case.islanded:
            return _complex(points[:, :37], points[:, 37:74])
        voltage = np.empty((len(points), 38), dtype=np.complex128)
        voltage.real[:, 1:], voltage.imag[:, 1:] = points[:, :37], points[:, 37:74]
        voltage[:, 0] = points[:, 75] + REFERENCE_OFFSET
        return voltage

    def _current(self, voltage: ComplexArray, rest: Array) -> ComplexArray:
        """Currents of the nodes; `rest` begins with the frequency, which scales the reactances."""
        if not self.case.islanded:
            return np.asarray(voltage.dot(self.admittance) + self.slack_current)
        reactance = rest[:, :1] * self.grid.reactance
        impedance = _complex(reactance, reactance)
        impedance.real = self.grid.resistance
        drop = voltage.take(self.grid.start, axis=1) - voltage.take(self.grid.end, axis=1)
        return np.asarray((drop / impedance).dot(self.incidence))

    def _droop(self, magnitude: Array, rest: Array) -> ComplexArray:
        """Output of the five generators by their droop lines, (n, 5), at voltages of this `magnitude`."""
        active, reactive = (rest[:, 2:7], rest[:, 7:12]) if self.case.tuned else self.gains
        return _complex(active * (1 - rest[:, :1]), reactive * (1 - magnitude))


def _fed(case: Microgrid, grid: Network) -> ComplexArray:
    """Power fed into each node at nominal voltage, (N,): minus the load, or the constant output of a generator."""
    fed = -grid.load
    if not case.islanded:
        fed[DROOP_NODES[0] :] += GRID_GENERATION
    return fed


def _microgrid_model(case: Microgrid) -> _MicrogridModel:
    grid, first = NETWORKS[case.network](), 0 if case.islanded else 1
    identity = np.eye(grid.size, dtype=np.complex128)
    return _MicrogridModel(
        case=case,
        admittance=grid.admittance.T[first:, first:].copy(),
        slack_current=grid.admittance[np.newaxis, first:, 0].copy(),
        grid=grid,
        incidence=identity[grid.start] - identity[grid.end],
        fed=_fed(case, grid)[np.newaxis, first:].view(np.float64),
        exponents=grid.exponents.T[first:].reshape(1, -1),
        gains=1 / np.array((ACTIVE_DROOP, REACTIVE_DROOP)),
        objective=OBJECTIVES[case.objective].value,
    )


def evaluator(problem_id: str) -> Callable[[Array], Evaluation]:
    """Return the function that maps points (n, dim) to objective and equality constraints."""
    case = CASES[problem_id]
    model = _dispatch_model(case) if isinstance(case, Dispatch) else _microgrid_model(case)
    return partial(in_chunks, model, size=_CHUNK)


def define(problem_id: str) -> Definition:
    """Return one of RC34-RC43."""
    from llamoco_bench.problems.cec2020.powerflow_text import prompts

    describe = partial(prompts, problem_id)
    return Definition(evaluator(problem_id), describe, fixed_source(describe()))
