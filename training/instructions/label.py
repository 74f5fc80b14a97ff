"""What training needs to know of a label: which program won on which problem."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.baselines.optimizers.program import Value
from llamoco_bench.errors import UsageError, choose

COLUMNS: Final = ("problem", "optimizer", "config")
"""What a file of labels must have.

`p_optimizer` (or `probability`), `perf`, `reach`, `mode` and `protocol` are read where it has them.
"""


@dataclass(frozen=True, slots=True)
class Label:
    """The winner of one problem.

    Attributes
    ----------
    problem: id.
    optimizer: one of the pool.
    config: hyper-parameters of the winner, all of them.
    probability: that the winner is the true best, as far as the labelling knows; 1 where it does not say.
    perf, reach: mean scores of the winner over its runs, in [0, 1]; None where they are not known.
    """

    problem: str
    optimizer: str
    config: Mapping[str, Value]
    probability: float = 1.0
    perf: float | None = None
    reach: float | None = None

    @property
    def source(self) -> str:
        """Text of the winning program."""
        return POOL[self.optimizer].source(self.config)

    @property
    def config_json(self) -> str:
        """The hyper-parameters as canonical JSON."""
        return canonical_json(dict(self.config))


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read a parquet file of labels, one for each problem, in the order of the file.

    Where a problem was labelled by several protocols, a grid search goes before a race, and the protocol that labelled
    more problems before another.

    Raises
    ------
    UsageError: where it is no such file, lacks a column, names an unknown optimizer or labels a problem twice by one
        protocol.
    """
    import pyarrow.parquet as pq

    if not path.is_file():
        raise UsageError(f"{path} is no file. Expected labels as parquet, as the command `label` writes them")
    table = pq.read_table(path)
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise UsageError(f"{path} lacks the columns {', '.join(missing)}. It has: {', '.join(table.column_names)}")
    rows = _one_a_problem(table.to_pylist())
    return tuple(map(_label, rows))


def write_labels(labels: Sequence[Label], path: Path, provenance: str) -> None:
    """Write `labels` as parquet that `read_labels` reads; `provenance` says in the file's metadata what they are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {
            "problem": label.problem,
            "optimizer": label.optimizer,
            "config": label.config_json,
            "probability": label.probability,
            "perf": label.perf,
            "reach": label.reach,
        }
        for label in labels
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata({"provenance": provenance}), path)


def _one_a_problem(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    counts = Counter(row.get("protocol") for row in rows)
    chosen: dict[str, tuple[tuple[bool, int], Mapping[str, Any]]] = {}
    seen: set[tuple[str, str | None]] = set()
    for row in rows:
        problem, protocol = row["problem"], row.get("protocol")
        if (problem, protocol) in seen:
            raise UsageError(f"{problem} is labelled more than once")
        seen.add((problem, protocol))
        rank = row.get("mode") == "full", counts[protocol]
        if problem not in chosen or rank > chosen[problem][0]:
            chosen[problem] = rank, row
    return [row for _, row in chosen.values()]


def _label(row: Mapping[str, Any]) -> Label:
    name = row["optimizer"]
    if name not in POOL:
        raise choose("optimizer", name, POOL)
    config = POOL[name].complete(json.loads(row["config"]))
    known = row.get("p_optimizer", row.get("probability"))
    probability = 1.0 if known is None else known
    return Label(row["problem"], name, config, probability, row.get("perf"), row.get("reach"))


def provenance_of(path: Path) -> dict[str, str]:
    """What the metadata of a file of labels says about them; empty where it says nothing."""
    import pyarrow.parquet as pq

    metadata = pq.read_schema(path).metadata or {}
    return {"provenance": metadata[b"provenance"].decode()} if b"provenance" in metadata else {}
