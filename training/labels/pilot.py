"""The portfolio that races start from: a few configurations of each optimizer that complement each other.

It is learned once, on pilot problems and seeds that no label rests on, and then frozen in ``portfolio.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.baselines.optimizers.grids import grid_of
from llamoco_bench.journal import Journal, read_journals
from llamoco_bench.problems import load_problem
from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import (
    Candidate,
    candidate,
    grid_candidates,
    optimizers_for,
    programs_hash,
)
from llamoco_bench.training.labels.runs import Runner
from llamoco_bench.training.labels.scores import Score

Array = NDArray[np.float64]

FILE: Final = Path(__file__).with_name("portfolio.json")

PILOT_MASTER: Final = 1_000_003
"""Master seed of the pilot; labels have another one."""

PILOT_PROBLEMS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "unconstrained": ("u1917", "u2862", "u1090", "u0165", "u2650"),
        "constrained": ("c0198", "c0763", "c2442", "c1024", "c1114"),
    }
)
"""Training problems near the end of the order of labelling, of 2 to 25 variables."""

TRIED: Final = 14
"""Configurations of an optimizer that the pilot tries."""

KEPT: Final = 8
"""Configurations of an optimizer in the portfolio."""

COSTLY: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"bo": (6, 2), "la-mcts": (6, 2), "cobyla": (6, 2), "trust-constr": (8, 4)}
)
"""What is tried and kept of optimizers whose runs cost several times those of the others."""


def spread(optimizer: str, n: int) -> list[Candidate]:
    """Choose `n` configurations of an optimizer's grid that lie far apart: its default first, then greedily by maximin.

    A step along an axis counts as its share of the axis, a change of an unordered choice as a whole axis.
    """
    grid = list(grid_candidates(optimizer))
    default = candidate(optimizer, {})
    places = np.array([_place(one) for one in [default, *grid]])
    distance = np.full(len(grid), np.inf)
    chosen, last = [default], places[0]
    while len(chosen) < min(n, len(grid)):
        distance = np.minimum(distance, np.abs(places[1:] - last).sum(axis=1))
        farthest = int(distance.argmax())
        if distance[farthest] <= 0:
            break
        chosen.append(grid[farthest])
        last = places[1 + farthest]
    return chosen


def _place(one: Candidate) -> list[float]:
    """Coordinates of a configuration: ordered axes in [0, 1], choices as corners of a simplex."""
    from llamoco_bench.baselines.optimizers.grids import axes_of

    place: list[float] = []
    for key, values in grid_of(one.optimizer).items():
        here = values.index(one.config[key])
        if axes_of(one.optimizer)[key].scale == "choice":
            place += [0.5 * (here == i) for i in range(len(values))]
        else:
            place.append(here / max(1, len(values) - 1))
    return place


def run_pilot(folder: Path) -> dict[str, list[Candidate]]:
    """Try configurations on the pilot problems, journalled in `folder`; return the portfolio that follows."""
    known = {record["key"]: record for record in read_journals(folder)}
    chosen: dict[str, list[Candidate]] = {}
    with Journal(folder / "pilot.jsonl") as journal:
        for kind, names in PILOT_PROBLEMS.items():
            tried = {name: spread(name, COSTLY.get(name, (TRIED, KEPT))[0]) for name in optimizers_for(kind)}
            boards = [Board(Runner(load_problem(f"synthetic/{n}"), PILOT_MASTER, known, journal)) for n in names]
            for board in boards:
                board.play([one for configs in tried.values() for one in configs], 1)
            for name, configs in tried.items():
                chosen[name] = choose([board.means(configs, 1) for board in boards], COSTLY.get(name, (0, KEPT))[1])
    return chosen


def choose(scores: Sequence[Mapping[Candidate, Score]], n: int) -> list[Candidate]:
    """Choose `n` configurations of one optimizer greedily, each the one that adds most on the pilot problems.

    What is added up over problems is the best Perf plus the best Reach so far, both of which lie in [0, 1].

    Parameters
    ----------
    scores: for each pilot problem the scores of the same configurations.
    """
    names = list(scores[0])
    merit = np.array([[score[one].perf + score[one].reach for one in names] for score in scores])  # (problems, names)
    best, chosen = np.zeros(len(scores)), list[int]()
    while len(chosen) < min(n, len(names)):
        total = np.maximum(best[:, None], merit).sum(axis=0) + 1e-6 * merit.sum(axis=0)
        total[chosen] = -np.inf
        chosen.append(int(total.argmax()))
        best = np.maximum(best, merit[:, chosen[-1]])
    return [names[i] for i in chosen]


@cache
def portfolio(kind: Kind, file: Path = FILE) -> dict[str, tuple[Candidate, ...]]:
    """Return the frozen portfolio of a kind: for each optimizer its configurations, the most useful first."""
    stored = json.loads(file.read_text(encoding="utf-8"))["configurations"]
    return {name: tuple(candidate(name, config) for config in stored[name]) for name in optimizers_for(kind)}


def portfolio_hash(of: Mapping[str, Sequence[Candidate]]) -> str:
    """SHA-256 (16 hex digits) of a portfolio."""
    return digest({name: [one.config for one in configs] for name, configs in of.items()})[:16]


def write(chosen: Mapping[str, Sequence[Candidate]], file: Path = FILE) -> None:
    """Write a portfolio, with how it was made."""
    origin = {
        "problems": {kind: list(names) for kind, names in PILOT_PROBLEMS.items()},
        "tried": TRIED,
        "costly": {name: list(pair) for name, pair in COSTLY.items()},
        "seed": PILOT_MASTER,
        "programs": {name: programs_hash(grid_candidates(name)) for name in POOL},
    }
    rows = ",\n".join(
        f"    {json.dumps(name)}: [\n"
        + ",\n".join(f"      {json.dumps(one.config)}" for one in chosen[name])
        + "\n    ]"
        for name in POOL
    )
    head = json.dumps(origin, indent=2).replace("\n", "\n  ")
    file.write_text(f'{{\n  "origin": {head},\n  "configurations": {{\n{rows}\n  }}\n}}\n', encoding="utf-8")
