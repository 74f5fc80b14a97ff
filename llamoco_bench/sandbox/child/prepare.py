"""What an interpreter does on the way to a program, whether it forks for it or was started for it alone."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import os
import site
import sys
from collections.abc import Callable


def open_libraries(path: list[str], preload: list[str]) -> list[str]:
    """Let `path` be where libraries are imported from, and load some; return those of `preload` that are installed."""
    sys.path[:] = [*sys.path[1:], *path]
    sys.argv[:] = ["program"]
    sys.modules["llamoco_bench"] = None  # type: ignore[assignment]  # refuses the import
    site.setquit()
    return _loaded(["child.execute", *preload])[1:]


def _loaded(names: list[str]) -> list[str]:
    loaded = []
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            loaded.append(name)
    return loaded


def own_modules() -> list[str]:
    """Return the names of the modules of this package that are loaded."""
    return [name for name in sys.modules if name == "child" or name.startswith("child.")]


def arrange_descriptors(wanted: dict[int, int], close_from: Callable[[int], None]) -> None:
    """Put descriptors under the numbers wanted, target -> source, and close everything above by `close_from`."""
    # First out of the way, since the numbers wanted may be in use among themselves.
    above = {target: fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, 64) for target, source in wanted.items()}
    for target, source in above.items():
        os.dup2(source, target, inheritable=False)
    close_from(max(wanted) + 1)


def settle(folder: str, modules: list[str]) -> None:
    """Go to the private folder, and take the modules of this package out of the program's sight."""
    os.chdir(folder)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    for name in modules:
        del sys.modules[name]
