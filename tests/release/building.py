"""Builds distributions, and environments that nothing of this one is in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
EPOCH = "1767225600"
"""The time that the files of a build have: 2026-01-01."""


def run(
    command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str] | None = None, ok: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command; where it fails and is not to, its output is in the error."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert not ok or done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def copy_tree(target: Path) -> Path:
    """Copy what git tracks, and the history, without what was built here."""
    files = run(["git", "ls-files", "-z"], ROOT).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():  # else deleted, and not yet committed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def copy_repository(target: Path) -> Path:
    """Copy the tree as it is into a repository with one commit, so that only what is tracked is known to git."""
    copy_tree(target)
    run(["git", "init", "-q"], target)
    run(["git", "add", "-A", "-f"], target)
    run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "tree"], target)
    return target


def build(tree: Path, target: Path, *kinds: str, environment: Mapping[str, str] | None = None) -> list[Path]:
    """Build distributions (`kinds`: ``--sdist``, ``--wheel``) with the tools of this environment."""
    command: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", target]
    run(command, tree, {"SOURCE_DATE_EPOCH": EPOCH, **(environment or {})})
    return sorted(target.iterdir())


def interpreter(version: str) -> str | None:
    """Find a Python of this version that starts (what stands for one that a version manager lacks does not)."""
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    done = run([found, "-c", "import sys; print(sys.executable)"], ROOT, {"PYENV_VERSION": version}, ok=False)
    return done.stdout.strip() if done.returncode == 0 else None


class Environment:
    """A virtual environment without pip, filled by the pip of this one."""

    def __init__(self, folder: Path, interpreter: str = sys.executable) -> None:
        self.folder = folder
        self.work = folder.with_name(f"{folder.name}-work")
        self.work.mkdir()
        run([interpreter, "-m", "venv", "--without-pip", "--symlinks", folder], self.work)
        self.python = folder / "bin" / "python"

    def install(self, *arguments: str | Path) -> None:
        """Install only what is ready-made, but for what is named as a folder."""
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self.python,
            "install",
            "-q",
            "--prefer-binary",
        ]
        run([*pip, *arguments], self.work)

    def run(self, *command: str | Path, ok: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of this environment, with nothing else on the path: no compiler, and nothing of others."""
        clean = {name: "" for name in os.environ if name.startswith(("PYTHON", "PYTEST", "COVERAGE"))}
        environment = {**clean, "PATH": str(self.folder / "bin"), "HOME": str(self.work)}
        program = self.folder / "bin" / str(command[0])
        return run([program, *command[1:]], cwd or self.work, environment, ok)
