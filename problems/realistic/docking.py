"""Protein docking as the MetaBox collection defines it: twelve collective modes of one hundred atoms.

Source: Z. Ma et al., MetaBox (class Protein_Docking_Numpy_Problem of the package metaevobox 2.0.2), after Y. Cao and
Y. Shen, "Bayesian active learning for optimization and uncertainty quantification in protein docking", J. Chem. Theory
Comput. 16 (2020) 5334-5347. Lengths in angstrom.

The hundred atoms are consecutive ones of the receptor: there is no partner in the sum, so this is the internal energy
of a piece of a protein, and smooth. It is kept because published results refer to it; `rugged` has both partners.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.realistic import DOCKING_COMPLEXES
from llamoco_bench.problems.realistic.data import arrays

ATOMS: Final = 100
MODES: Final = 12
RESIDUES: Final = 15
BOUND: Final = 1.5
SOFTENING: Final = 0.01
TOO_CLOSE: Final = 0.11
SWITCH: Final = 7.0
CUT_OFF: Final = 9.0

_CHUNK: Final = 8


class Molecule(NamedTuple):
    """One complex as published.

    Attributes
    ----------
    start: (100, 3), positions at the origin of the search space.
    charge, well, radius: (100,), parameters of the atoms.
    eigenvalues: (12,), of the modes.
    residue: (100,), residue of each atom.
    modes: (12, 15, 3), displacement of each residue in each mode.
    """

    start: Array
    charge: Array
    well: Array
    radius: Array
    eigenvalues: Array
    residue: NDArray[np.intp]
    modes: Array

    @property
    def atom_modes(self) -> Array:
        """Displacement of each atom in each mode, (12, 100, 3)."""
        return self.modes[:, self.residue]


class _Pairs(NamedTuple):
    """What the energy needs of the pairs of atoms that can come within the cut-off, without those of one residue.

    Attributes
    ----------
    scaled: (12, 45), modes over the roots of their eigenvalues, by coordinate and residue.
    first, second: (p,), residues of each pair.
    start: (3, p), first minus second atom.
    coulomb, repulsion, attraction: (p,), factors of 1/d, 1/d^12 and 1/d^6, which hold the 10 and the mean over atoms.
    constant: energy of the pairs whose distance never changes.
    """

    scaled: Array
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    start: Array
    coulomb: Array
    repulsion: Array
    attraction: Array
    constant: float


def read_molecule(complex_: str) -> Molecule:
    """Read one complex by its code in capitals."""
    data, place = arrays("docking"), DOCKING_COMPLEXES.index(complex_)
    return Molecule(
        start=data["coor_init"][place] / 1000,
        charge=data["q"][place] / 10_000,
        well=data["e"][place] / 10_000,
        radius=data["r"][place] / 10_000,
        eigenvalues=data["eigval"][place],
        residue=data["residue"][place].astype(np.intp),
        modes=data["modes"][place],
    )


def evaluator(complex_: str) -> Callable[[Array], Evaluation]:
    """Return the evaluator of one complex: points (n, 12) to energies."""
    return partial(in_chunks, partial(_evaluate, _prepare(complex_)), size=_CHUNK)


def _evaluate(pairs: _Pairs, points: Array) -> Evaluation:
    n = len(points)
    shift = np.einsum("nk,kc->nc", points, pairs.scaled).reshape(n, 3, RESIDUES)
    delta = shift.take(pairs.first, axis=2)
    delta -= shift.take(pairs.second, axis=2)
    delta += pairs.start
    energy = _pair_energy(pairs, np.square(delta, out=delta).sum(axis=1) + SOFTENING)
    none = np.empty((n, 0))
    return Evaluation(energy.sum(axis=1) + pairs.constant, none, none)


def _pair_energy(pairs: _Pairs, squared: Array) -> Array:
    """Energy of each pair, (n, p), from squared softened distances (n, p)."""
    distance = np.sqrt(squared)
    inverse = 1.0 / squared
    sixth = inverse * inverse * inverse
    energy = pairs.coulomb * (distance * inverse)
    energy += (pairs.repulsion * sixth - pairs.attraction) * sixth
    # Departs from the published code, which drops a pair at exactly 7, where both its conditions are strict.
    held = np.clip(distance, SWITCH, CUT_OFF)
    energy *= np.square(CUT_OFF - held) * (held - 6.0) / 4.0
    return np.where(distance > TOO_CLOSE, energy, 0.0)


@cache
def _prepare(complex_: str) -> _Pairs:
    molecule = read_molecule(complex_)
    first, second = np.triu_indices(ATOMS, 1)
    scaled = molecule.modes / np.sqrt(molecule.eigenvalues)[:, np.newaxis, np.newaxis]
    start = molecule.start[first] - molecule.start[second]
    r_first, r_second = molecule.residue[first], molecule.residue[second]
    reach = BOUND * np.sqrt(np.square(scaled[:, r_first] - scaled[:, r_second]).sum(axis=2)).sum(axis=0)
    length = np.sqrt(np.square(start).sum(axis=1))
    everything = _Pairs(
        scaled=np.ascontiguousarray(scaled.transpose(0, 2, 1)).reshape(MODES, 3 * RESIDUES),
        first=r_first,
        second=r_second,
        start=np.ascontiguousarray(start.T),
        **_factors(molecule, first, second),
        constant=0.0,
    )
    still = _select(everything, reach == 0.0)
    constant = _pair_energy(still, np.square(still.start).sum(axis=0) + SOFTENING).sum()
    moving = (reach > 0.0) & (length - reach < CUT_OFF)
    return _select(everything, moving)._replace(constant=float(constant))


def _factors(molecule: Molecule, first: NDArray[np.intp], second: NDArray[np.intp]) -> dict[str, Array]:
    # Every pair stands in two rows; the published sum is multiplied by 10 and averaged over the atoms.
    weight = 2 * 10.0 / ATOMS
    depth = np.sqrt(np.sqrt(molecule.well[first] * molecule.well[second]))
    sixth = ((molecule.radius[first] + molecule.radius[second]) / 2) ** 6
    return {
        "coulomb": weight * molecule.charge[first] * molecule.charge[second] / 4,
        "repulsion": weight * depth * sixth * sixth,
        "attraction": weight * depth * sixth,
    }


def _select(pairs: _Pairs, chosen: NDArray[np.bool_]) -> _Pairs:
    return pairs._replace(
        first=pairs.first[chosen],
        second=pairs.second[chosen],
        start=np.ascontiguousarray(pairs.start[:, chosen]),
        coulomb=pairs.coulomb[chosen],
        repulsion=pairs.repulsion[chosen],
        attraction=pairs.attraction[chosen],
    )
