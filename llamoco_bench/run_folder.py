"""The folder of one run: manifest, journals, tables.

::

    .llamoco/runs/20260101T120000-3f2a/
        manifest.json          what was asked for, with what versions, on what machine; written first, never edited
        resume-<time>.json     the same for every later session on this folder
        journal/*.jsonl        one file per process (`llamoco_bench.journal`)
        summary.json, .csv, .md
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any, Final

from llamoco_bench.errors import JournalError, UsageError
from llamoco_bench.journal import SCHEMA, Record, iterate_journals
from llamoco_bench.run_format import fault_of_manifest, fault_of_record

RUNS_ROOT: Final = Path(".llamoco") / "runs"

_VERSIONED: Final = ("llamoco-bench", "numpy", "scipy", "pytest", "pytest-xdist", "cma", "deap", "scikit-optimize")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run on disk."""

    path: Path

    @property
    def journals(self) -> Path:
        """Where the processes of the run keep their journals."""
        return self.path / "journal"

    @property
    def manifest(self) -> dict[str, Any]:
        """What was asked for when the run began.

        Raises
        ------
        JournalError: where it is missing or damaged, and for an unknown schema.
        """
        return self._read("manifest.json")

    @property
    def models(self) -> dict[str, dict[str, Any]]:
        """Every model that any session of the run asked for, described as `ModelSpec.describe` does, by label.

        Raises
        ------
        JournalError: as of `manifest`.
        """
        later = sorted(path.name for path in self.path.glob("resume-*.json"))
        sessions = [self.manifest, *map(self._read, later)]
        return {model["label"]: model for session in sessions for model in session["models"]}

    def _read(self, name: str) -> dict[str, Any]:
        try:
            manifest = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise JournalError(f"{self.path} is not a run: its {name} cannot be read ({error})") from None
        schema = manifest.get("schema") if isinstance(manifest, dict) else None
        if schema != SCHEMA:
            raise JournalError(f"{self.path} is not a run: its {name} is of schema {schema!r}, not {SCHEMA}")
        if fault := fault_of_manifest(manifest):
            raise JournalError(f"{self.path / name} {fault}; the file was changed or damaged")
        return dict(manifest)

    @property
    def id(self) -> str:
        """What tells the run from all others, wherever its folder is moved to."""
        return str(self.manifest.get("id", self.path.name))

    def records(self) -> list[Record]:
        """Read every line of every journal of the run; errors as of `iterate_records`."""
        return list(self.iterate_records())

    def iterate_records(self) -> Iterator[Record]:
        """Yield every line of every journal of the run, without ever holding a whole file.

        Raises
        ------
        JournalError: for a line that cannot be read, or lacks what its kind has.
        """
        return iterate_journals(self.journals, fault_of_record)

    def new_journal(self, worker: str) -> Path:
        """Return a path for the journal of this process that no other process, past or present, has used."""
        return self.journals / f"{worker}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"

    def write_manifest(self, options: Mapping[str, object]) -> None:
        """Write down what this session is about: ``manifest.json`` for the first one, ``resume-*.json`` for others.

        Raises
        ------
        UsageError: where the folder cannot be made.
        """
        try:
            self.journals.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be the folder of a run ({error}); give one that can be made"
            ) from None
        path = self.path / "manifest.json"
        run = {"id": secrets.token_hex(8)}
        if path.exists():
            path, run = self.path / f"resume-{_utc()}-{secrets.token_hex(2)}.json", {"id": self.id}
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps({"schema": SCHEMA, **run, **describe_session(), **options}, indent=1) + "\n")
        temporary.replace(path)


def create_run(root: Path) -> RunFolder:
    """Name a new run below `root`; nothing is written yet."""
    return RunFolder(root / f"{_utc()}-{secrets.token_hex(2)}")


def choose_folder(
    path: str | None,
    resume: str | None,
    options: Mapping[str, object],
    models: Iterable[Mapping[str, Any]] = (),
    root: Path = RUNS_ROOT,
) -> RunFolder:
    """Choose the folder of a session: an earlier run to go on with, a given path, or a new one below `root`.

    Parameters
    ----------
    path: folder of a new run, or None.
    resume: the run to go on with, as `find_run` takes it, or None.
    options: those that change outcomes; the run to go on with must have the same.
    models: of this session, as `ModelSpec.describe` has them; a label must mean what it meant in the run to go on with.

    Raises
    ------
    UsageError: where both are given, `path` holds a run already, the options differ, or a label means another model.
    JournalError: where a file of the run to go on with is damaged.
    """
    if resume is None:
        if path is None:
            return create_run(root)
        if (Path(path) / "manifest.json").exists():
            raise UsageError(f"--llamoco-run-dir={path} holds a run already; go on with it by --llamoco-resume={path}")
        if Path(path).exists() and not Path(path).is_dir():
            raise UsageError(f"--llamoco-run-dir={path} is a file; give a folder")
        return RunFolder(Path(path))
    if path is not None:
        raise UsageError("Give --llamoco-run-dir for a new run or --llamoco-resume for an old one, not both")
    folder = find_run(resume, root)
    before = folder.manifest["options"]
    changed = [
        f"{name} was {before.get(name)!r}, now {value!r}"
        for name, value in options.items()
        if before.get(name) != value
    ]
    if changed:
        raise UsageError(f"{folder.path} cannot be gone on with under other options: {'; '.join(changed)}")
    _refuse_other_models(folder, models)
    for _ in folder.iterate_records():  # damage is told now, not in the midst of the session
        pass
    return folder


def _refuse_other_models(folder: RunFolder, models: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a label under which the run has another model: the results of both would count as those of one.

    Options and folders of a model may change: a server or a checkpoint may lie elsewhere by now.
    """
    before = folder.models
    for model in models:
        was = before.get(model["label"], model)
        if was["kind"] != model["kind"] or PurePath(was["name"]).name != PurePath(model["name"]).name:
            then, now = (f"{m['kind']}:{m['name']}".rstrip(":") for m in (was, model))
            raise UsageError(
                f"{model['label']!r} is {then} in {folder.path}, now {now}. Give it a label of its own, "
                f"as in --llamoco-model=other={now}"
            )


def find_run(name: str, root: Path) -> RunFolder:
    """Find the run that a user means: a path, the name of a run below `root`, or ``last``.

    Raises
    ------
    UsageError: where there is none.
    """
    runs = sorted(path.parent for path in root.glob("*/manifest.json")) if root.is_dir() else []
    if name == "last":
        if not runs:
            raise UsageError(f"There is no run below {root} yet; give the path of a run folder")
        return RunFolder(max(runs, key=lambda path: (path / "manifest.json").stat().st_mtime))
    for path in (Path(name), root / name):
        if (path / "manifest.json").is_file():
            return RunFolder(path)
    known = ", ".join(path.name for path in runs[-5:]) or "none"
    what = "is not a run folder (no manifest.json)" if Path(name).exists() else "does not exist"
    raise UsageError(f"{name} {what}. Allowed: a path, 'last', or a run below {root}: {known}")


def describe_session() -> dict[str, object]:
    """Collect versions, machine and state of the working tree."""
    return {
        "started": _utc(),
        "argv": sys.argv[1:],
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "versions": _versions(),
        "git": _git_state(),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in _VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _git_state() -> dict[str, object] | None:
    """Commit and cleanliness of the folder that the session runs in, or None outside a repository."""
    try:
        commit = _git("rev-parse", "HEAD")
        dirty = bool(_git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "dirty": dirty}


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=True)
    return run.stdout.strip()


def _utc() -> str:
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime())
