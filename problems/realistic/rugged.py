"""Protein docking with both partners: rigid motion of a ligand and soft modes of both bodies.

Twelve variables: a shift of the ligand in angstrom (3), its rotation as Gibbs vector, tan(angle / 2) times the axis
(3), and amplitudes in angstrom of the softest modes of the receptor (3) and of the ligand (3). The energy in kcal/mol
is the interaction of every heavy atom of one body with every one of the other, and what it costs to bend the bodies.
The Lennard-Jones term is softened as in T. C. Beutler et al., Chem. Phys. Lett. 222 (1994) 529-539, the dielectric
constant is four times the distance, and both are switched off smoothly as in B. R. Brooks et al., J. Comput. Chem. 4
(1983) 187-217.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.realistic.data import arrays

MODES: Final = 3
DIM: Final = 12
BOUNDS: Final = (6.0, 6.0, 6.0, 0.4, 0.4, 0.4, *[1.0] * 6)
"""Largest value of each variable; the smallest is its negative."""

SOFTNESS: Final = 0.05
COULOMB: Final = 332.0637 / 4
COULOMB_SOFTNESS: Final = 1.0
SWITCH: Final = 7.0
CUT_OFF: Final = 9.0


class Body(NamedTuple):
    """One of the partners.

    Attributes
    ----------
    positions: (n, 3), heavy atoms.
    charge, radius, depth: (n,), charge in elementary charges, half the distance of least energy, well depth.
    modes: (3, n, 3), displacement per unit of amplitude.
    stiffness: (3,), energy of a unit of amplitude.
    """

    positions: Array
    charge: Array
    radius: Array
    depth: Array
    modes: Array
    stiffness: Array


@cache
def read_bodies(complex_: str) -> tuple[Body, Body]:
    """Read receptor and ligand of one complex by its code in capitals."""
    receptor, ligand = (_read(f"{complex_}/{side}") for side in ("receptor", "ligand"))
    return receptor, ligand


def _read(prefix: str) -> Body:
    data = arrays("rugged")
    return Body(
        positions=data[f"{prefix}/positions"] / 1000,
        charge=data[f"{prefix}/charge"] / 10_000,
        radius=data[f"{prefix}/radius"] / 10_000,
        depth=data[f"{prefix}/depth"] / 10_000,
        modes=data[f"{prefix}/modes"][:, data[f"{prefix}/residue"]] / 10_000,
        stiffness=data[f"{prefix}/stiffness"],
    )


def turn(gibbs: Array) -> Array:
    """Rotation matrix (3, 3) of a Gibbs vector w: 1 + 2 (W + W^2) / (1 + |w|^2), W v = w x v."""
    a, b, c = gibbs
    cross = np.array([[0.0, -c, b], [c, 0.0, -a], [-b, a, 0.0]])
    matrix: Array = np.eye(3) + 2 / (1 + a * a + b * b + c * c) * (cross + cross @ cross)
    return matrix


def evaluator(complex_: str) -> Callable[[Array], Evaluation]:
    """Return the evaluator of one complex: points (n, 12) to energies."""
    return partial(_evaluate, *read_bodies(complex_))


def _evaluate(receptor: Body, ligand: Body, points: Array) -> Evaluation:
    none = np.empty((len(points), 0))
    return Evaluation(np.array([_energy(receptor, ligand, point) for point in points]), none, none)


def _energy(receptor: Body, ligand: Body, point: Array) -> float:
    shift, gibbs, bend_receptor, bend_ligand = point[:3], point[3:6], point[6:9], point[9:]
    centre = ligand.positions.mean(axis=0)
    bent = _bent(ligand, bend_ligand) - centre
    placed = ligand._replace(positions=bent @ turn(gibbs).T + centre + shift)
    strain = receptor.stiffness @ np.square(bend_receptor) + ligand.stiffness @ np.square(bend_ligand)
    return interaction(receptor._replace(positions=_bent(receptor, bend_receptor)), placed) + float(strain)


def _bent(body: Body, amplitudes: Array) -> Array:
    a, b, c = amplitudes
    first, second, third = body.modes
    bent: Array = body.positions + a * first + b * second + c * third
    return bent


def interaction(receptor: Body, ligand: Body) -> float:
    """Energy between two bodies where they stand."""
    receptor = _only(receptor, _near(receptor.positions, ligand.positions))
    ligand = _only(ligand, _near(ligand.positions, receptor.positions))
    if not len(receptor.positions) or not len(ligand.positions):
        return 0.0
    squared = np.zeros((len(receptor.positions), len(ligand.positions)))
    for mine, other in zip(receptor.positions.T, ligand.positions.T, strict=True):
        squared += np.square(mine[:, np.newaxis] - other)
    close = np.flatnonzero(squared < CUT_OFF**2)
    i, j = np.divmod(close, squared.shape[1])
    charges = receptor.charge[i] * ligand.charge[j]
    depths = np.sqrt(receptor.depth[i] * ligand.depth[j])
    return float(_pair_energy(squared.ravel()[close], charges, depths, receptor.radius[i] + ligand.radius[j]).sum())


def _pair_energy(squared: Array, charges: Array, depths: Array, radii: Array) -> Array:
    """Energy of pairs (p,) by squared distance, product of charges, well depth and distance of least energy."""
    ratio = squared / np.square(radii)
    softened = 1.0 / (ratio * ratio * ratio + SOFTNESS)
    energy = depths * (softened * softened - 2.0 * softened) + COULOMB * charges / (squared + COULOMB_SOFTNESS)
    start, end = SWITCH**2, CUT_OFF**2
    held = np.maximum(squared, start)
    fade = np.square(end - held) * (end + 2.0 * held - 3.0 * start) / (end - start) ** 3
    faded: Array = energy * fade
    return faded


def _near(positions: Array, others: Array) -> NDArray[np.intp]:
    """Indices of the positions within the cut-off of the box that holds the others."""
    if not len(others):
        return np.empty(0, np.intp)
    inside = (positions > others.min(axis=0) - CUT_OFF) & (positions < others.max(axis=0) + CUT_OFF)
    return np.flatnonzero(inside.all(axis=1))


def _only(body: Body, atoms: NDArray[np.intp]) -> Body:
    return body._replace(
        positions=body.positions[atoms], charge=body.charge[atoms], radius=body.radius[atoms], depth=body.depth[atoms]
    )
