"""The three electrical networks of RC34-RC43: admittance matrices and loads, from the tables beside this file.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", data of problems RC34-RC43. All quantities are per unit.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array

ComplexArray = NDArray[np.complex128]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Nodes joined by lines; node numbers count from 0.

    Attributes
    ----------
    admittance: (n, n) complex nodal admittance matrix at nominal frequency, as printed in the source.
    load: (n,) complex power taken from each node at nominal voltage.
    exponents: (2, n) voltage exponents of the active and the reactive load; 0 for a constant load.
    start, end: (lines,) end nodes of the lines.
    resistance, reactance: (lines,) series impedance of the lines at nominal frequency; empty where the source gives
        admittances only.
    """

    admittance: ComplexArray
    load: ComplexArray
    exponents: Array
    start: IntArray
    end: IntArray
    resistance: Array
    reactance: Array

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.load)


def _columns(table: str, *names: str) -> list[Array]:
    """Read the named numeric columns of a table."""
    text = resources.files("llamoco_bench.problems.cec2020").joinpath("tables", table).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return [np.array([float(row[name]) for row in rows]) for name in names]


def _ends(table: str, start: str, end: str) -> tuple[IntArray, IntArray]:
    """End nodes of the lines, counted from 0."""
    first, second = _columns(table, start, end)
    return first.astype(np.intp) - 1, second.astype(np.intp) - 1


def nodal_admittance(size: int, start: IntArray, end: IntArray, line: ComplexArray) -> ComplexArray:
    """Nodal admittance matrix (size, size) of lines with series admittances `line`; end -1 is the ground."""
    matrix = np.zeros((size, size), dtype=np.complex128)
    joined = end >= 0
    i, j, y = start[joined], end[joined], line[joined]
    np.add.at(matrix, (start, start), line)
    np.add.at(matrix, (j, j), y)
    np.subtract.at(matrix, (i, j), y)
    np.subtract.at(matrix, (j, i), y)
    return matrix


def _eight_digits(matrix: ComplexArray) -> ComplexArray:
    """Round to eight significant digits, the precision to which the source prints its matrices."""
    rounded = [complex(float(f"{v.real:.7e}"), float(f"{v.imag:.7e}")) for v in matrix.ravel().tolist()]
    return np.array(rounded).reshape(matrix.shape)


@cache
def feeder() -> Network:
    """Three-phase feeder of 10 buses (from the IEEE 13-node feeder); node 3 b + phase; slack nodes 0, 1, 2."""
    start, end = _ends("rc34_branches.csv", "from_node", "to_node_0_is_ground")
    g, b = _columns("rc34_branches.csv", "g_pu", "b_pu")
    p, q = _columns("rc34_nodes.csv", "p_net_injection_pu", "q_net_injection_pu")
    admittance = nodal_admittance(len(p), start, end, g + 1j * b)
    return Network(admittance, -(p + 1j * q), np.zeros((2, len(p))), start, end, np.empty(0), np.empty(0))


@cache
def distribution() -> Network:
    """Radial system of 38 buses with voltage-dependent loads; generators at nodes 33..37."""
    start, end = _ends("rc35_43_lines38.csv", "from_bus", "to_bus")
    r, x = _columns("rc35_43_lines38.csv", "r_pu", "x_pu_at_nominal_frequency")
    p, q, p_exponent, q_exponent = _columns(
        "rc35_43_loads38.csv", "p_load_pu", "q_load_pu", "p_voltage_exponent", "q_voltage_exponent"
    )
    admittance = _eight_digits(nodal_admittance(len(p), start, end, np.reciprocal(r + 1j * x)))
    return Network(admittance, p + 1j * q, np.stack((p_exponent, q_exponent)), start, end, r, x)


@cache
def transmission() -> Network:
    """Transmission network of 30 buses (Alsac and Stott) with constant loads; a line's charging sits at its ends."""
    start, end = _ends("rc37_39_lines30.csv", "from_bus", "to_bus")
    r, x, charging = _columns("rc37_39_lines30.csv", "r_pu", "x_pu", "total_line_charging_b_pu")
    p, q, shunt = _columns("rc37_39_loads30.csv", "p_load_pu", "q_load_pu", "shunt_b_pu")
    matrix = nodal_admittance(len(p), start, end, np.reciprocal(r + 1j * x))
    np.add.at(shunt, start, charging / 2)
    np.add.at(shunt, end, charging / 2)
    matrix[np.diag_indices(len(p))] += 1j * shunt
    return Network(_eight_digits(matrix), p + 1j * q, np.zeros((2, len(p))), start, end, r, x)
