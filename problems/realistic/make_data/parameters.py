"""Charges and Lennard-Jones parameters of the heavy atoms of proteins, hydrogens merged into the atom that holds them.

Charges and radii: W. D. Cornell et al., J. Am. Chem. Soc. 117 (1995) 5179-5197, in the table AMBER.DAT of pdb2pqr; well
depths: the same paper, table 14.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

DEPTHS: Final = {"C": 0.0860, "CT": 0.1094, "N": 0.1700, "O": 0.2100, "OH": 0.2104, "S": 0.2500}
"""Well depths in kcal/mol: CT for aliphatic carbon, OH for hydroxyl oxygen, else by element."""

ALIASES: Final = {"HIS": "HID", "CYS": "CYX"}
"""Uncharged histidine; cysteine as in a bridge."""


class Atom(NamedTuple):
    """Parameters of one heavy atom: charge (e), half the distance of least energy (angstrom), well depth (kcal/mol)."""

    charge: float
    radius: float
    depth: float


def read_parameters(lines: Iterable[str]) -> dict[tuple[str, str], Atom]:
    """Read what the table AMBER.DAT says of amino acids into parameters by (residue, atom)."""
    residues: dict[str, dict[str, tuple[float, float, str]]] = {}
    for line in lines:
        fields = line.split()
        if len(fields) == 5 and not line.startswith("#"):
            residue, atom, charge, radius, kind = fields
            residues.setdefault(residue, {})[atom] = (float(charge), float(radius), kind)
    return {
        (residue, atom): parameters
        for residue, atoms in residues.items()
        if "CA" in atoms
        for atom, parameters in _united(atoms).items()
    }


def _united(atoms: dict[str, tuple[float, float, str]]) -> dict[str, Atom]:
    charges = {name: charge for name, (charge, _, _) in atoms.items() if name[0] != "H"}
    for name, (charge, _, _) in atoms.items():
        if name[0] == "H" and (holder := _holder(name, charges)):
            charges[holder] += charge
    return {name: Atom(round(charge, 4), atoms[name][1], _depth(atoms[name][2])) for name, charge in charges.items()}


def _holder(hydrogen: str, heavy: Iterable[str]) -> str | None:
    """Tell which atom holds a hydrogen: the one of the same position, HG21 on CG2, or the backbone nitrogen."""
    for position in (hydrogen[1:], hydrogen[1:-1]):
        for name in heavy:
            if name[1:] == position and (position or name == "N"):
                return name
    return None


def _depth(kind: str) -> float:
    return DEPTHS.get(kind, DEPTHS[kind[0]])
