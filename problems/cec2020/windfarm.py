"""RC44: layout of fifteen wind turbines whose wakes cost their neighbours power.

Source: Kumar et al. 2020, "A test-suite of non-convex constrained optimization problems from the real-world and some
baseline results", problem RC44, in the form that the published evaluation code computes. Lengths in metres, speeds in
metres per second, power in kilowatt.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.prompt_text import fixed_source
from llamoco_bench.problems.problem import Array, Evaluation

TURBINES: Final = 15
ROTOR_RADIUS: Final = 40.0
THRUST: Final = 0.8
WAKE_SPREAD: Final = 0.01
CUT_IN: Final = 3.5
RATED: Final = 14.0
CUT_OUT: Final = 25.0
RATED_POWER: Final = 1500.0
SPEED_STEP: Final = 0.3
SPEED_STEPS: Final = 35
CURVE_CENTRE: Final = 7.5
CURVE_OFFSET: Final = 5.0
SPACING: Final = 5.0
# Departs from the paper: the pair loop of the published code stops at turbine 14, so turbine 15 is not spaced.
SPACED: Final = 14
SCALE: Final = (
    *(7.0, 5.0, 5.0, 5.0, 5.0, 4.0, 5.0, 6.0, 7.0, 7.0, 8.0, 9.5),
    *(10.0, 8.5, 8.5, 6.5, 4.6, 2.6, 8.0, 5.0, 6.4, 5.2, 4.5, 3.9),
)
FREQUENCY: Final = (
    *(0.0003, 0.0072, 0.0237, 0.0242, 0.0222, 0.0301, 0.0397, 0.0268, 0.0626, 0.0801, 0.1025, 0.1445),
    *(0.1909, 0.1162, 0.0793, 0.0082, 0.0041, 0.0008, 0.0010, 0.0005, 0.0013, 0.0031, 0.0085, 0.0222),
)
SECTORS: Final = len(SCALE)

_CHUNK: Final = 8
_CELLS: Final = SECTORS * TURBINES


class _Tables(NamedTuple):
    """What does not depend on the layout; a cell is a (sector, turbine) pair, a pair is first < second."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    spaced: NDArray[np.intp]
    directions: Array
    cell_of_pair: NDArray[np.intp]
    pair_step: NDArray[np.intp]
    cell_scale: Array
    cell_weight: Array
    free_power: Array
    squared_speeds: Array
    power_weights: Array


def _power(scale: Array, squared_speeds: Array, weights: Array) -> Array:
    """Expected power (kW) for Weibull scales (m,): a weighted sum of exp(-(v / scale)^2) over the speeds v."""
    rate = -1.0 / np.square(scale)
    exceedance = np.exp(rate[:, np.newaxis] * squared_speeds)
    # Not a matrix product: each row must be summed in the same order however many rows there are.
    return np.asarray(np.einsum("ij,j->i", exceedance, weights))


def _power_curve() -> tuple[Array, Array]:
    """Speeds (37,) and the weights of their exceedance probabilities in the expected power.

    The sum over speed bins of rate_j (E(a_{j-1}) - E(a_j)) is collected by E, so that each E is needed once.
    """
    edges = CUT_IN + SPEED_STEP * np.arange(SPEED_STEPS + 1)
    swing = np.exp((edges[:-1] + edges[1:]) / 2 - CURVE_CENTRE)
    rates = RATED_POWER * swing / (CURVE_OFFSET + swing)
    steps = np.diff(rates, prepend=0.0, append=RATED_POWER)
    return np.append(edges, CUT_OUT), np.append(steps, -RATED_POWER)


@cache
def _tables() -> _Tables:
    first, second = np.triu_indices(TURBINES, 1)
    angle = np.deg2rad(360.0 / SECTORS * (np.arange(SECTORS) + 0.5))
    speeds, weights = _power_curve()
    scale, squared = np.array(SCALE), np.square(speeds)
    cells = np.arange(SECTORS) * TURBINES
    return _Tables(
        first=first,
        second=second,
        spaced=np.flatnonzero(second < SPACED),
        directions=np.stack((np.cos(angle), np.sin(angle)), axis=1),
        cell_of_pair=np.add.outer(cells, first).ravel(),
        pair_step=np.tile(second - first, SECTORS),
        cell_scale=np.repeat(scale, TURBINES),
        cell_weight=np.repeat(FREQUENCY, TURBINES),
        free_power=np.repeat(_power(scale, squared, weights), TURBINES),
        squared_speeds=squared,
        power_weights=weights,
    )


def _squared_deficits(offsets: Array, squared_distance: Array) -> Array:
    """Sum of squared wake deficits at every cell, (n, 360).

    Parameters
    ----------
    offsets: (n, 2, 105), second minus first turbine of every pair, east and north.
    squared_distance: (n, 105), their squared lengths.
    """
    t = _tables()
    n, _, pairs = offsets.shape
    along = t.directions @ offsets  # (n, 24, 105)
    width = WAKE_SPREAD * np.abs(along)
    width += 2 * ROTOR_RADIUS
    # `along k + R > across - R`, squared: both sides of `across < 2 R + along k` are positive.
    across_squared = squared_distance[:, np.newaxis, :] - np.square(along)
    hits = np.flatnonzero(np.square(width, out=width) > across_squared)
    layout, sector_pair = np.divmod(hits, SECTORS * pairs)
    distance = along.ravel()[hits]
    cell = layout * _CELLS + t.cell_of_pair[sector_pair] + (distance > 0) * t.pair_step[sector_pair]
    spread = 1 + WAKE_SPREAD * np.abs(distance) / ROTOR_RADIUS
    deficit = (1 - np.sqrt(1 - THRUST)) / np.square(spread) * (distance != 0)
    total = np.bincount(cell, np.square(deficit), n * _CELLS)
    return np.asarray(total, dtype=np.float64).reshape(n, _CELLS)


def _expected_power(squared_deficits: Array) -> Array:
    """Expected power of the farm in kW, (n,); only turbines in a wake differ from the free stream."""
    t = _tables()
    power = np.repeat(t.free_power[np.newaxis, :], len(squared_deficits), axis=0)
    waked = np.nonzero(squared_deficits)
    scale = t.cell_scale[waked[1]] * (1 - np.sqrt(squared_deficits[waked]))
    power[waked] = _power(scale, t.squared_speeds, t.power_weights)
    return np.asarray(np.einsum("ij,j->i", power, t.cell_weight))


def _evaluate_chunk(points: Array) -> Evaluation:
    t = _tables()
    positions = points.reshape(-1, TURBINES, 2).transpose(0, 2, 1)
    offsets = positions.take(t.second, axis=2) - positions.take(t.first, axis=2)
    squared_distance = np.square(offsets).sum(axis=1)
    f = -_expected_power(_squared_deficits(offsets, squared_distance))
    g = SPACING * ROTOR_RADIUS - np.sqrt(squared_distance[:, t.spaced])
    return Evaluation(f, g, np.empty((len(points), 0)))


def evaluate(points: Array) -> Evaluation:
    """Objective (negative expected power, kW) and 91 spacing constraints (m) of layouts (n, 30)."""
    return in_chunks(_evaluate_chunk, points, _CHUNK)


def define(problem_id: str) -> Definition:
    """Return RC44, the only problem of this module."""
    from llamoco_bench.problems.cec2020.windfarm_text import prompts

    if problem_id != "RC44":
        raise KeyError(problem_id)
    return Definition(evaluate, prompts, fixed_source(prompts()))
