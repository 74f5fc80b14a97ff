"""The folder of a labelling: journals of runs and labels, and how it goes on after an interruption."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Journal, Record, read_journals
from llamoco_bench.training.labels.tables import LABELS, MANIFEST, RUNS, read_records


@dataclass(slots=True)
class LabelFolder:
    """What a folder holds.

    Attributes
    ----------
    path: the folder.
    runs: records of runs by problem.
    labels: records of labels by key.
    drafts: the same of labels whose programs have not been run in the sandbox yet.
    protocols: by hash, how labels were found.
    sessions: versions, machine and options of each process that made some, as JSON builtins.
    """

    path: Path
    runs: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, Record] = field(default_factory=dict)
    drafts: dict[str, Record] = field(default_factory=dict)
    protocols: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    sessions: list[Record] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> LabelFolder:
        """Read all tables and journals of a folder; one that does not exist yet is empty."""
        folder = cls(path)
        if path.is_dir():
            for name in (LABELS, RUNS):
                if (path / name).is_file():
                    folder.add(read_records(path / name))
            if (path / MANIFEST).is_file():
                manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
                folder.protocols |= manifest["protocols"]
                folder.sessions += manifest["sessions"]
            folder.add(read_journals(path))
        return folder

    def add(self, records: Iterable[Record]) -> None:
        """Take records in."""
        for record in records:
            if record["kind"] == "label":
                self.labels[record["key"]] = record
            elif record["kind"] == "label-draft":
                self.drafts[record["key"]] = record
            elif record["kind"] == "label-run":
                self.runs[record["problem"]].append(record)
            elif record["kind"] == "label-session":
                self.protocols |= record["protocols"]
                self.sessions.append(record["session"])

    def current_labels(self) -> list[Record]:
        """Labels, of several of a problem in one mode the one that was made last."""
        return list({(label["problem"], label["mode"]): label for label in self.labels.values()}.values())

    def known(self, problem_id: str) -> Mapping[str, Record]:
        """Records of the runs on a problem by key."""
        return {record["key"]: record for record in self.runs.get(problem_id, ())}


def take_over(earlier: Path, folder: Path) -> None:
    """Copy the tables that ``label-export`` wrote into a folder, which then goes on from there.

    Raises
    ------
    UsageError: there are none, or the folder has others already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (LABELS, RUNS, MANIFEST):
        source, copy = earlier / name, folder / name
        if not source.is_file():
            raise UsageError(f"{earlier} has no {name}; --resume wants a folder that label-export wrote")
        if copy.exists() and copy.read_bytes() != source.read_bytes():
            raise UsageError(f"{copy} is there already and differs from {source}; resume into an empty folder")
        shutil.copyfile(source, copy)


def journal_of_this_process(folder: Path, what: str) -> Journal:
    """Open the journal that this process appends to."""
    return Journal(folder / f"{what}-{socket.gethostname()}-{os.getpid()}.jsonl")
