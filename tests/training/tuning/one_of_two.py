"""One process of a data-parallel training; `accelerate launch` runs it twice."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from llamoco_bench.training.tuning.encoding import Row
from llamoco_bench.training.tuning.phases import Job, tune, warm_up
from llamoco_bench.training.tuning.settings import Tuning, WarmUp
from tests.training.tuning.making import job

BASE, FOLDER = Path(sys.argv[1]), Path(sys.argv[2])
TUNING = Tuning(epochs=1, warmup_steps=0, accumulate=4)
WARM_UP = WarmUp(steps=3, triplets=2, optimizer="adamw_torch", learning_rate=1e-3, collapse=0)


def main() -> None:
    """Run both phases, and note which problems this process saw."""
    from torch.distributed import get_rank

    work: Job = job(BASE, FOLDER / "tune")
    seen: list[str] = []
    rows = _Watched(work.rows, seen)
    tune(Job(work.trainable, rows, work.folder, work.run, work.name, work.say), TUNING)
    (FOLDER / f"seen{get_rank()}.json").write_text(json.dumps(seen))
    warm_up(job(BASE, FOLDER / "warmup"), WARM_UP)


class _Watched(Sequence[Row]):
    """Rows that remember which of them training asked for."""

    def __init__(self, rows: Sequence[Row], seen: list[str]) -> None:
        self._rows, self._seen = rows, seen

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)  # a look at all rows asks for none

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            self._seen.append(self._rows[index].problem)
        return self._rows[index]


if __name__ == "__main__":
    main()
