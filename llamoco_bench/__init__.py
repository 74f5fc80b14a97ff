"""llamoco-bench: a benchmark of language models that write optimization programs.

Importing this package costs nothing: the public names live in the subpackages (``problems``, ``sandbox``,
``baselines``, ``metrics``, ``reports``) and are imported from there.
"""

from pathlib import Path as _Path

__version__: str
"""Version of the installed distribution, made from the tags of git when it was built."""

# In a source tree the subpackages lie beside this folder, not inside it (see ``package-dir`` in
# pyproject.toml). Whoever starts Python in the root of a clone gets this folder ahead of the installed
# package, so it must find its own siblings.
_root = _Path(__file__).parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "problems" / "problem.py").is_file():
    __path__.append(str(_root))


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("llamoco-bench")
    except PackageNotFoundError:
        return "0+not-installed"
