"""Reading recorded answers: JSON lines written by hand or by another tool, and the journals of a run.

A line is an object with ``problem`` and ``text``, and optionally ``turn`` (0 or 1), ``sample``, ``finish_reason``,
``usage`` (``input_tokens`` and ``output_tokens``) and ``model``. A line with a ``kind`` is a journal's: those of kind
``generation`` are answers, the others are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from llamoco_bench.baselines.models.base import Generation, Usage
from llamoco_bench.errors import UsageError


class Asked(NamedTuple):
    """What an answer is the answer to."""

    problem: str
    turn: int
    sample: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer.

    Attributes
    ----------
    model: label of the model that gave it; empty where the line does not say.
    where: file and line, for errors.
    journal: comes from a journal, where the same answer may stand more than once.
    """

    asked: Asked
    generation: Generation
    model: str
    where: str
    journal: bool


def read_answers(path: Path, model: str | None) -> Mapping[Asked, Generation]:
    """Read all answers of a file, or of the journals of a run's folder.

    Parameters
    ----------
    model: take only the answers of the model with this label.

    Raises
    ------
    UsageError: for a missing or malformed file, two different answers to the same question, or answers of several
        models where none was chosen.
    """
    recorded = [record for file in _files(path) for record in _read_file(file)]
    chosen = _of_model(recorded, model, path)
    answers: dict[Asked, Recorded] = {}
    for record in chosen:
        earlier = answers.get(record.asked)
        if earlier is not None and not record.journal:
            raise UsageError(
                f"{record.where}: a second answer to {record.asked.problem}, turn {record.asked.turn}, "
                f"sample {record.asked.sample}; the first is at {earlier.where}"
            )
        answers[record.asked] = record
    return {asked: record.generation for asked, record in answers.items()}


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.exists():
        raise UsageError(f"{path} does not exist. Expected a file of JSON lines or the folder of a run")
    folder = path / "journal" if (path / "journal").is_dir() else path
    found = sorted(folder.glob("*.jsonl"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    if not found:
        raise UsageError(f"{path} holds no journal. Expected *.jsonl in it or in its folder journal/")
    return found


def _of_model(recorded: list[Recorded], model: str | None, path: Path) -> list[Recorded]:
    labels = sorted({record.model for record in recorded})
    if model is None and len(labels) <= 1:
        if not recorded:
            raise UsageError(f"{path} holds no answers")
        return recorded
    if model in labels:
        return [record for record in recorded if record.model == model]
    wanted = "answers of several models" if model is None else f"no answers of {model!r}"
    if "" in labels and len(labels) > 1:
        unnamed = next(record.where for record in recorded if not record.model)
        wanted += f"; {unnamed} names no model, and cannot be chosen"
    raise UsageError(f"{path} holds {wanted}. Choose with ?model=LABEL. Labels: {', '.join(filter(None, labels))}")


def _read_file(file: Path) -> Iterator[Recorded]:
    lines = file.read_bytes().split(b"\n")
    journal = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            if journal and number == len(lines):  # a killed process leaves its last line torn
                return
            raise _malformed(where, f"not JSON ({error})") from None
        if not isinstance(fields, dict):
            raise _malformed(where, f"a {type(fields).__name__}")
        journal = journal or "kind" in fields
        if fields.get("kind", "generation") == "generation":
            yield _recorded(fields, where)


def _recorded(fields: dict[str, Any], where: str) -> Recorded:
    problem, text = fields.get("problem"), fields.get("text")
    turn, sample = fields.get("turn", 0), fields.get("sample", 0)
    finish_reason, model = fields.get("finish_reason", "stop"), fields.get("model", "")
    if not isinstance(problem, str) or not problem:
        raise _malformed(where, f"problem is {problem!r}")
    if not isinstance(text, str):
        raise _malformed(where, f"text is {text!r}")
    if not _is_count(turn) or turn > 1:
        raise _malformed(where, f"turn is {turn!r}")
    if not _is_count(sample):
        raise _malformed(where, f"sample is {sample!r}")
    if not isinstance(finish_reason, str) or not isinstance(model, str):
        raise _malformed(where, f"finish_reason is {finish_reason!r} and model is {model!r}")
    generation = Generation(text, _usage(fields.get("usage"), where), finish_reason)
    return Recorded(Asked(problem, turn, sample), generation, model, where, journal="kind" in fields)


def _usage(value: object, where: str) -> Usage | None:
    if value is None:
        return None
    if isinstance(value, dict):
        read, written = value.get("input_tokens"), value.get("output_tokens")
        if _is_count(read) and _is_count(written):
            return Usage(read, written)
    raise _malformed(where, f"usage is {value!r}")


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _malformed(where: str, got: str) -> UsageError:
    return UsageError(
        f"{where}: {got}. Expected an object with problem (text) and text (text), and optionally turn (0 or 1), "
        'sample (from 0), finish_reason (text), model (text) and usage ({"input_tokens": n, "output_tokens": m})'
    )
