from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.realistic import RUGGED_COMPLEXES
from llamoco_bench.problems.realistic.data import arrays
from llamoco_bench.problems.realistic.rugged import BOUNDS, CUT_OFF, Body, evaluator, interaction, read_bodies, turn


def every_pair(receptor: Body, ligand: Body) -> float:
    """The interaction pair by pair, none left out."""
    total = 0.0
    for a, q, r, e in zip(receptor.positions, receptor.charge, receptor.radius, receptor.depth, strict=True):
        squared = np.square(ligand.positions - a).sum(axis=1)
        soft = 1 / ((squared / (r + ligand.radius) ** 2) ** 3 + 0.05)
        pair = np.sqrt(e * ligand.depth) * (soft**2 - 2 * soft) + 332.0637 / 4 * q * ligand.charge / (squared + 1)
        fade = (81 - squared) ** 2 * (81 + 2 * squared - 147) / 32**3
        total += (pair * np.where(squared < 49, 1.0, np.where(squared < 81, fade, 0.0))).sum()
    return total


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_no_pair_within_the_cut_off_is_missed(complex_: str) -> None:
    receptor, ligand = read_bodies(complex_)
    assert interaction(receptor, ligand) == pytest.approx(every_pair(receptor, ligand), rel=1e-10)


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_bodies_far_apart_do_not_interact(complex_: str) -> None:
    receptor, ligand = read_bodies(complex_)
    away = ligand._replace(positions=ligand.positions + 500.0)
    assert interaction(receptor, away) == 0.0


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_bending_costs_what_the_stiffness_says(complex_: str) -> None:
    receptor, ligand = read_bodies(complex_)
    x = np.zeros((1, 12))
    x[0, :3], x[0, 6:] = 500.0, [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]
    stiffness = np.concatenate((receptor.stiffness, ligand.stiffness))
    assert evaluator(complex_)(x).f[0] == pytest.approx(stiffness @ np.square(x[0, 6:]), rel=1e-12)
    assert (stiffness > 0).all()


def test_energy_does_not_care_where_the_two_bodies_stand_together() -> None:
    receptor, ligand = read_bodies("1AY7")
    rotation, shift = turn(np.array([0.3, -0.5, 0.9])), np.array([11.0, -7.0, 3.0])

    def moved(body: Body) -> Body:
        return body._replace(positions=body.positions @ rotation.T + shift)

    assert interaction(moved(receptor), moved(ligand)) == pytest.approx(interaction(receptor, ligand), rel=1e-9)


def test_a_gibbs_vector_gives_a_rotation_by_its_angle() -> None:
    axis = np.array([1.0, 2.0, -2.0]) / 3
    matrix = turn(axis * np.tan(np.deg2rad(70) / 2))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(matrix @ axis, axis, atol=1e-15)
    assert np.trace(matrix) == pytest.approx(1 + 2 * np.cos(np.deg2rad(70)))


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_charges_of_whole_residues_are_whole(complex_: str) -> None:
    for body in read_bodies(complex_):
        assert body.charge.sum() == pytest.approx(round(body.charge.sum()), abs=1e-6)


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_modes_are_internal_motions_of_unit_size(complex_: str) -> None:
    for side in ("receptor", "ligand"):
        modes = arrays("rugged")[f"{complex_}/{side}/modes"] / 10_000
        np.testing.assert_allclose(modes.mean(axis=1), 0.0, atol=1e-3)
        np.testing.assert_allclose(np.square(modes).sum(axis=2).mean(axis=1), 1.0, rtol=1e-3)


@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_the_bodies_meet_in_the_middle_of_the_search_space(complex_: str) -> None:
    receptor, ligand = read_bodies(complex_)
    least = min(float(np.square(ligand.positions - atom).sum(axis=1).min()) for atom in receptor.positions)
    assert least < CUT_OFF**2
    best = load_problem(f"realistic/docking-rugged-{complex_.lower()}").best_known
    assert best is not None
    assert best < interaction(receptor, ligand)


@pytest.mark.slow
@pytest.mark.parametrize("complex_", RUGGED_COMPLEXES)
def test_local_searches_end_at_different_optima(complex_: str) -> None:
    evaluate, bound = evaluator(complex_), np.array(BOUNDS)
    x = np.random.default_rng(1).uniform(-bound, bound, (100, 12))
    starts = x[np.argsort(evaluate(x).f)[:3]]

    def energy(point: Array) -> float:
        return float(evaluate(point[np.newaxis]).f[0])

    ends = [minimize(energy, s, method="L-BFGS-B", bounds=list(zip(-bound, bound, strict=True))).fun for s in starts]
    assert np.ptp(ends) > 1.0
