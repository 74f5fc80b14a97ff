"""Which folders of this machine the libraries lie in, and which a program must not read."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from importlib.util import find_spec

import llamoco_bench

_ALWAYS_NEEDED = ("numpy", "scipy")


@functools.cache
def library_paths() -> tuple[str, ...]:
    """Return the folders that a program's imports are looked for in, besides the standard library.

    These are the interpreter's own places for packages, and wherever numpy and scipy come from; not the rest of
    ``sys.path``, which may hold the user's project.
    """
    paths = sysconfig.get_paths()
    found = [paths["purelib"], paths["platlib"], *site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    found += [place for name in _ALWAYS_NEEDED if (place := _home_of(name))]
    return tuple(path for path in dict.fromkeys(found) if os.path.isdir(path))


def readable_paths() -> list[str]:
    """Return the folders that a program may read."""
    paths = sysconfig.get_paths()
    interpreter = [os.path.join(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix)]
    return list(dict.fromkeys([*library_paths(), paths["stdlib"], paths["platstdlib"], *interpreter]))


def _home_of(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return ""
    return os.path.dirname(os.path.dirname(spec.origin))


def hidden_paths() -> list[str]:
    """Return what lies among the libraries and must stay unread: all of llamoco-bench, which knows the optima."""
    return [os.path.abspath(path) for path in llamoco_bench.__path__]


def names_of_places(folder: str) -> dict[str, str]:
    """Return folders of this machine and what stands for them in messages."""
    places = dict.fromkeys((sys.prefix, sys.base_prefix), "<python>")
    places |= dict.fromkeys(library_paths(), "<libraries>")
    places[folder] = "<folder>"
    return {path: name for path, name in places.items() if len(path) > len("/usr")}
