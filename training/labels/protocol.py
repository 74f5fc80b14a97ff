"""How a label is found: all that decides it besides the problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.baselines.optimizers.grids import Granularity, grid_of
from llamoco_bench.errors import choose
from llamoco_bench.training.labels.candidates import Candidate, grid_candidates, grid_hash, on_grid, programs_hash
from llamoco_bench.training.labels.full import FOREMOST
from llamoco_bench.training.labels.pilot import portfolio, portfolio_hash
from llamoco_bench.training.labels.race import SCHEDULES, Portfolio, Schedule
from llamoco_bench.training.labels.runs import PROTOCOL, SAFETY_S
from llamoco_bench.training.labels.scores import RESOLUTION

Mode = Literal["race", "full"]

DESCRIPTIONS: Final = {
    "race": "raced: the best that a race over seeds found, from a frozen portfolio and the neighbours of its leaders",
    "full": "grid-searched: the best of all configurations of the grid; runs that could not make one win were left out",
}


@dataclass(frozen=True, slots=True)
class Protocol:
    """What competes for labels of one kind, and how.

    Attributes
    ----------
    mode: ``race`` or ``full``.
    kind: of the problems.
    granularity: of the grids.
    master: seed of all runs.
    schedule: of the race; of ``full`` only the number of seeds counts.
    portfolio: what a race starts from, of every optimizer that competes.
    """

    mode: Mode
    kind: Kind
    granularity: Granularity
    master: int
    schedule: Schedule
    portfolio: Portfolio

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All configurations of the grids of the optimizers that compete."""
        return tuple(one for name in self.portfolio for one in grid_candidates(name, self.granularity))

    def description(self) -> dict[str, Any]:
        """Everything that decides labels, as JSON builtins."""
        by_mode: dict[Mode, dict[str, Any]] = {
            "race": {"schedule": asdict(self.schedule), "portfolio": portfolio_hash(self.portfolio)},
            "full": {"left_out": "what cannot win", "foremost": FOREMOST},
        }
        grids = {name: grid_of(name, self.granularity) for name in self.portfolio}
        return {
            "mode": self.mode,
            "kind": self.kind,
            "granularity": self.granularity,
            "seed": self.master,
            "seeds": self.schedule.seeds,
            **by_mode[self.mode],
            "grid": grid_hash(grids),
            "programs": programs_hash(self.candidates),
            "resolution": RESOLUTION,
            "safety_s": SAFETY_S,
            "protocol": PROTOCOL,
        }

    def hash(self) -> str:
        """SHA-256 (16 hex digits) of the description."""
        return digest(self.description())[:16]


def protocol(
    mode: Mode, kind: Kind, granularity: Granularity = "original", master: int = 0, without: Sequence[str] = ()
) -> Protocol:
    """Return the protocol of a mode, with the frozen portfolio and the usual schedule.

    Parameters
    ----------
    without: names of optimizers that do not compete.

    Raises
    ------
    UsageError: for a name that is not in the pool.
    """
    unknown = next((name for name in without if name not in POOL), None)
    if unknown is not None:
        raise choose("optimizer", unknown, POOL)
    start = {name: configs for name, configs in portfolio(kind).items() if name not in without}
    if granularity == "half":
        start = {name: tuple(dict.fromkeys(on_grid(one, "half") for one in start[name])) for name in start}
    return Protocol(mode, kind, granularity, master, SCHEDULES[kind], start)
