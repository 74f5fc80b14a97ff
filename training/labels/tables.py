"""Labels and runs as Parquet: what is published, and the state from which the next machine goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Record

if TYPE_CHECKING:
    import pyarrow as pa

LABELS: Final = "labels.parquet"
RUNS: Final = "runs.parquet"
MANIFEST: Final = "manifest.json"

_TEXT_FIELDS: Final = ("config", "runner_up_config")
"""Fields that hold a configuration, JSON in the table since every optimizer has other hyper-parameters."""


def write_labels(labels: Iterable[Record], file: Path) -> None:
    """Write records of labels, ordered by problem and protocol."""
    ordered = sorted(labels, key=lambda record: (record["problem"], record["protocol"]))
    _write(ordered, _schema(_LABEL_FIELDS), "label", file)


def write_runs(runs: Iterable[Record], file: Path) -> None:
    """Write records of runs, ordered by problem, optimizer, configuration and number, so that they compress well."""
    ordered = sorted(
        runs,
        key=lambda r: (r["problem"], r["optimizer"], json.dumps(r["config"], sort_keys=True), r["number"], r["key"]),
    )
    _write(ordered, _schema(_RUN_FIELDS), "label-run", file)


def read_records(file: Path) -> list[Record]:
    """Read what one of the functions above has written, as the records that were given to it.

    Raises
    ------
    UsageError: the file is not one of theirs.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise UsageError(f"{file} is not a table of labels or runs: {error}") from None
    kind = (table.schema.metadata or {}).get(b"kind", b"").decode()
    if kind not in ("label", "label-run"):
        raise UsageError(f"{file} is not a table of labels or runs; label-export writes them")
    return [_as_record(row, kind) for row in table.to_pylist()]


def _write(records: list[Record], schema: pa.Schema, kind: str, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [_as_row(record, schema.names) for record in records]
    table = pa.Table.from_pylist(rows, schema=schema.with_metadata({"kind": kind}))
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    pq.write_table(table, fresh, compression="zstd", compression_level=19)
    fresh.replace(file)


def _as_row(record: Record, names: Iterable[str]) -> dict[str, Any]:
    row = {name: record.get(name) for name in names}
    return {name: _config_text(value) if name in _TEXT_FIELDS else value for name, value in row.items()}


def _config_text(config: Mapping[str, object] | None) -> str | None:
    return None if config is None else json.dumps(config)


def _as_record(row: dict[str, Any], kind: str) -> Record:
    for name in _TEXT_FIELDS:
        if row.get(name) is not None:
            row[name] = json.loads(row[name])
    if kind == "label-run" and row["best_x"] is None:
        del row["best_x"]
    return {"kind": kind, **row}


_LABEL_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "problem": "text",
        "optimizer": "text",
        "config": "text",
        "program": "text",
        "mode": "text",
        "protocol": "text",
        "perf": "float",
        "reach": "float",
        "selection_perf": "float",
        "selection_reach": "float",
        "selection_at": "float",
        "runner_up": "text",
        "runner_up_config": "text",
        "margin_perf": "float",
        "margin_reach": "float",
        "margin_at": "float",
        "p_optimizer": "float",
        "p_config": "float",
        "seeds": "int",
        "candidates": "int",
        "finalists": "int",
        "runs": "int",
        "evaluations": "int",
        "capped": "int",
        "cpu_s": "float",
        "wall_s": "float",
        "best_known": "float",
        "best_known_source": "text",
        "f0": "floats",
        "sandbox_statuses": "texts",
        "sandbox_f0": "floats",
        "sandbox_best_f": "floats",
        "sandbox_evaluations": "ints",
        "sandbox_at": "ints",
        "best_x": "floats",
        "key": "text",
    }
)

_RUN_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "problem": "text",
        "optimizer": "text",
        "config": "text",
        "number": "int",
        "best_f": "float",
        "at": "int",
        "evaluations": "int",
        "failed": "bool",
        "stopped": "text",
        "error": "text",
        "cpu_s": "float",
        "best_x": "floats",
        "key": "text",
    }
)


def _schema(fields: Mapping[str, str]) -> pa.Schema:
    import pyarrow as pa

    makers: dict[str, Callable[[], pa.DataType]] = {
        "text": pa.string,
        "int": pa.int64,
        "float": pa.float64,
        "bool": pa.bool_,
        "floats": lambda: pa.list_(pa.float64()),
        "ints": lambda: pa.list_(pa.int64()),
        "texts": lambda: pa.list_(pa.string()),
    }
    return pa.schema([(name, makers[kind]()) for name, kind in fields.items()])
