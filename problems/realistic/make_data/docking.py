"""Makes ``docking.npz`` from the source distribution of metaevobox.

    pip download --no-deps --no-binary :all: metaevobox==2.0.2
    python -m llamoco_bench.problems.realistic.make_data.docking metaevobox-2.0.2.tar.gz

The text files hold ten starting points of each complex, which differ only in the modes; the first is taken. Coordinates
and parameters are decimal fractions and are kept as integers; the modes move every residue as a whole and are kept by
residue. Reading them back gives the numbers of the text files exactly, which is checked here.
"""

from __future__ import annotations

import sys
import tarfile
from typing import Final

import numpy as np

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic import DOCKING_COMPLEXES
from llamoco_bench.problems.realistic.data import FOLDER
from llamoco_bench.problems.realistic.docking import ATOMS, MODES, RESIDUES, Molecule, read_molecule
from llamoco_bench.problems.realistic.make_data.files import save

_PLACE: Final = "metaevobox-2.0.2/src/metaevobox/environment/problem/SOO/PROTEIN_DOCKING/datafile"
_UNITS: Final = {"coor_init": 1000, "q": 10_000, "e": 10_000, "r": 10_000}
_KINDS: Final = {"coor_init": np.int32, "q": np.int16, "e": np.int16, "r": np.int16}


def main(archive: str) -> None:
    """Write the data of all complexes."""
    rows: dict[str, list[Array]] = {}
    raw = {}
    with tarfile.open(archive) as tar:
        for complex_ in DOCKING_COMPLEXES:
            raw[complex_] = {name: _read(tar, complex_, name) for name in (*_UNITS, "basis", "eigval")}
            for name, values in _compact(raw[complex_]).items():
                rows.setdefault(name, []).append(values)
    save(FOLDER / "docking.npz", {name: np.stack(values) for name, values in rows.items()})
    for complex_, files in raw.items():
        _check(read_molecule(complex_), files)


def _read(tar: tarfile.TarFile, complex_: str, name: str) -> Array:
    stream = tar.extractfile(f"{_PLACE}/{complex_}_1/{name}")
    assert stream is not None
    return np.loadtxt(stream)


def _compact(files: dict[str, Array]) -> dict[str, Array]:
    modes = files["basis"].reshape(MODES, ATOMS, 3)
    first = np.r_[0, 1 + np.flatnonzero((modes[:, 1:] != modes[:, :-1]).any(axis=(0, 2)))]
    by_residue = np.zeros((MODES, RESIDUES, 3))
    by_residue[:, : len(first)] = modes[:, first]
    residue = np.searchsorted(first, np.arange(ATOMS), side="right") - 1
    integers = {name: np.rint(files[name] * unit).astype(_KINDS[name]) for name, unit in _UNITS.items()}
    return {**integers, "residue": residue.astype(np.int8), "modes": by_residue, "eigval": files["eigval"]}


def _check(molecule: Molecule, files: dict[str, Array]) -> None:
    for name, values in zip(("coor_init", "q", "e", "r", "eigval"), molecule[:5], strict=True):
        np.testing.assert_array_equal(values, files[name])
    moved = molecule.modes[:, molecule.residue].reshape(MODES, 3 * ATOMS)
    np.testing.assert_array_equal(moved, files["basis"])


if __name__ == "__main__":
    main(sys.argv[1])
