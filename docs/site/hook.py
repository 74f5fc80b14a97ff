"""Hook of MkDocs: pages from tables of the code, formulas as MathML, and a tree in which the packages can be found."""

from __future__ import annotations

import html
import re
import tempfile
from pathlib import Path
from typing import Any, Final

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from llamoco_bench.reference_pages import PAGES

ROOT: Final = Path(__file__).parents[2]
SUBPACKAGES: Final = ("problems", "baselines", "training", "reports")
FORMULA: Final = re.compile(r'<(span|div) class="arithmatex">\s*\\[(\[](.*?)\\[)\]]\s*</\1>', re.DOTALL)

TREES: Final[list[tempfile.TemporaryDirectory[str]]] = []
"""One for each build, until the process ends."""


@event_priority(100)  # before mkdocstrings reads where the code is
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give mkdocstrings a tree of links where the flat folders of the repository stand inside their package."""
    folder = tempfile.TemporaryDirectory(prefix="llamoco-docs-")
    TREES.append(folder)
    tree = Path(folder.name)
    package = tree / "llamoco_bench"
    package.mkdir()
    for entry in (ROOT / "llamoco_bench").iterdir():
        (package / entry.name).symlink_to(entry)
    for name in SUBPACKAGES:
        (package / name).symlink_to(ROOT / name)
    handlers: dict[str, Any] = config.plugins["mkdocstrings"].config["handlers"]
    handlers["python"]["paths"] = [str(tree)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are written from the code."""
    for place, write in PAGES.items():
        files.append(File.generated(config, place, content=write()))
    return files


def on_page_content(content: str, **_: object) -> str:
    """Turn formulas into MathML, which browsers show without a script or a font."""
    return FORMULA.sub(_mathml, content)


def _mathml(match: re.Match[str]) -> str:
    formula = html.unescape(match[2])
    return str(convert(formula, display="block" if match[1] == "div" else "inline"))
