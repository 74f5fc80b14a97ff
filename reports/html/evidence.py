"""What a report is made from: the records of one run or several, read line by line and kept slim.

A run of 100,000 records has some 300 MB of journals. Curves are packed on reading, texts that occur again and again
(prompts above all) are kept once, and what no view shows is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from llamoco_bench.errors import JournalError
from llamoco_bench.journal import Record
from llamoco_bench.reports.html.curves import trace
from llamoco_bench.run_folder import RunFolder

MAX_TEXT: Final = 256 * 1024
"""Characters of an answer or a prompt that are read; the program is looked for in these."""

_ABSENT: Final[dict[str, Any]] = {
    "stopped": "",
    "best_f": None,
    "feasible": False,
    "violation": None,
    "f0": None,
    "first_f": None,
    "evaluations": 0,
    "wall_s": 0.0,
    "cpu_s": 0.0,
    "peak_rss_mb": 0.0,
    "dim": 0,
    "constraints": 0,
    "budget": 0,
    "best_known": None,
    "error": None,
}
"""Fields of a run that a view shows, with their values where the program never started."""


@dataclass(frozen=True, slots=True)
class Source:
    """One run that went into the report.

    Attributes
    ----------
    name: of its folder.
    manifest: what was asked for, with what versions, on what machine; the models are those of all sessions.
    gates: what gates decided at its end; empty where none were set.
    """

    name: str
    manifest: dict[str, Any]
    gates: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Slim records of all runs together.

    Attributes
    ----------
    sources: in the order given.
    records: kinds ``plan``, ``generation``, ``run`` and ``item``; a run has ``trace`` instead of ``curve``.
    """

    sources: tuple[Source, ...]
    records: list[Record]


def read_runs(folders: Sequence[RunFolder]) -> Evidence:
    """Read the journals of `folders`.

    A model that two runs measured on the same problem is not one model: its label then gets the run's name behind it.

    Raises
    ------
    JournalError: for a folder that holds no run, or a damaged journal.
    """
    sources, records = [], []
    taken: set[tuple[str, str, str]] = set()
    keep = _Kept()
    for folder in folders:
        manifest = {**folder.manifest, "models": list(folder.models.values())}
        source = Source(folder.path.resolve().name, manifest, _gates(folder))
        mine = [slim for record in folder.iterate_records() if (slim := _slim(record, keep))]
        cells = {_cell(record) for record in mine if record["kind"] != "plan"}
        again = {cell[2]: keep.text(f"{cell[2]}@{source.name}") for cell in cells if cell in taken}
        for record in mine:
            _rename(record, again)
        taken |= {_cell(record) for record in mine if record["kind"] != "plan"}
        sources.append(source)
        records += mine
    return Evidence(tuple(sources), records)


def _gates(folder: RunFolder) -> dict[str, Any]:
    path = folder.path / "gates.json"
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise JournalError(f"{path}: not JSON ({error}); the file was changed or damaged") from None
    return found


def _rename(record: Record, labels: Mapping[str, str]) -> None:
    """Give models their new labels."""
    if record["kind"] == "plan":
        record["items"] = [(suite, problem, labels.get(model, model)) for suite, problem, model in record["items"]]
    else:
        record["model"] = labels.get(record["model"], record["model"])


class _Kept:
    """Values that occur again and again, each once."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._errors: dict[tuple[Any, ...], dict[str, Any]] = {}

    def text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def error(self, error: dict[str, Any] | None) -> dict[str, Any] | None:
        if error is None:
            return None
        return self._errors.setdefault(tuple(error.values()), error)


def _cell(record: Record) -> tuple[str, str, str]:
    return record["suite"], record["problem"], record["model"]


def _slim(record: Record, keep: _Kept) -> Record | None:
    makers: dict[str, Callable[[Record, _Kept], Record]] = {
        "plan": _plan, "generation": _generation, "run": _run, "item": _item,
    }  # fmt: skip
    maker = makers.get(record["kind"])
    return None if maker is None else maker(record, keep)


def _common(record: Record, keep: _Kept) -> Record:
    texts = {name: keep.text(str(record.get(name, ""))) for name in ("kind", "suite", "problem", "model")}
    return {**texts, "time": record.get("time", 0.0)}


def _plan(record: Record, keep: _Kept) -> Record:
    items = [tuple(map(keep.text, item)) for item in record["items"]]
    return {
        "kind": "plan",
        "items": items,
        "runs": record.get("runs", 0),
        "shard": record["shard"],
        "time": record.get("time", 0.0),
    }


def _item(record: Record, keep: _Kept) -> Record:
    known = {name: record[name] for name in ("runs",) if name in record}
    return {**_common(record, keep), **known, "status": keep.text(record["status"])}


def _generation(record: Record, keep: _Kept) -> Record:
    prompt: Iterable[Sequence[str]] = record.get("prompt") or ()
    return {
        **_common(record, keep),
        "turn": record["turn"],
        "sample": record.get("sample", 0),
        **({"by": keep.text(record["by"]), "run": record["run"]} if "by" in record else {}),
        "text": keep.text(record["text"][:MAX_TEXT]),
        "prompt": [(keep.text(role), keep.text(content[:MAX_TEXT])) for role, content in prompt],
        "usage": record.get("usage"),
        "finish_reason": record.get("finish_reason") or "",
        "wall_s": record.get("wall_s") or 0.0,
    }


def _run(record: Record, keep: _Kept) -> Record:
    return {
        **_common(record, keep),
        "turn": record["turn"],
        "run": record["run"],
        "seed": record.get("seed"),
        **({"by": keep.text(record["by"])} if "by" in record else {}),
        "status": keep.text(record["status"]),
        "definition": keep.text(record.get("definition", "")),
        "contract": record.get("contract"),
        **{name: record.get(name, absent) for name, absent in _ABSENT.items()},
        "error": keep.error(record.get("error")),
        "trace": trace(record),
    }
