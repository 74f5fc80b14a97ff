from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic import DOCKING_COMPLEXES
from llamoco_bench.problems.realistic.docking import evaluator, read_molecule


def published(complex_: str, x: Array) -> Array:
    """Energy as MetaBox computes it, over the full matrices and with the squares multiplied out."""
    m = read_molecule(complex_)
    moved = (x / np.sqrt(m.eigenvalues)) @ m.atom_modes.reshape(12, 300)
    position = moved.reshape(-1, 100, 3) + m.start
    square = np.square(position).sum(axis=2)[:, :, np.newaxis]
    squared = square - 2 * position @ position.transpose(0, 2, 1) + square.transpose(0, 2, 1)
    d = np.sqrt(squared + 0.01)
    near, far = (d > 0.11) & (d < 7.0), (d > 7.0) & (d < 9.0)
    d = d + np.eye(100)
    ratio = np.add.outer(m.radius, m.radius) / 2 / d
    depth = np.sqrt(np.sqrt(np.outer(m.well, m.well)))
    pair = np.outer(m.charge, m.charge) / (4 * d) + depth * (ratio**12 - ratio**6)
    weighted = 10 * near * pair + 10 * far * pair * (9 - d) ** 2 * (2 * d - 12) / 8
    energy: Array = weighted.sum(axis=1).mean(axis=1)
    return energy


@pytest.mark.parametrize("complex_", DOCKING_COMPLEXES)
def test_energy_is_that_of_the_published_definition(complex_: str) -> None:
    random = np.random.default_rng(3).uniform(-1.5, 1.5, (3, 12))
    x = np.concatenate([random, np.zeros((1, 12)), np.full((1, 12), 1.5), -1.5 * np.sign(random[:1])])
    np.testing.assert_allclose(evaluator(complex_)(x).f, published(complex_, x), rtol=1e-9)


def test_points_outside_the_bounds_have_values_too() -> None:
    x = np.full((1, 12), 1.5)
    assert np.isfinite(evaluator("1JPS")(2 * x).f).all()


def test_complexes_differ() -> None:
    origin = np.zeros((1, 12))
    assert len({float(evaluator(complex_)(origin).f[0]) for complex_ in DOCKING_COMPLEXES}) == 28


def test_all_atoms_of_a_residue_move_together() -> None:
    molecule = read_molecule("1PPE")
    steps = np.abs(np.diff(molecule.atom_modes, axis=1)).sum(axis=(0, 2))
    assert set(np.flatnonzero(steps)) == set(np.flatnonzero(np.diff(molecule.residue)))
