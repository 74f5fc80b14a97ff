"""What is installed is what stands in the tree: each package is listed, each file that one reads is taken along."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDERS = ("llamoco_bench", "problems", "baselines", "training", "reports")
NOT_INSTALLED = {".c", ".h", ".so"}


def settings() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def name_of(folder: Path) -> str:
    parts = folder.relative_to(ROOT).parts
    return ".".join(parts if parts[0] == "llamoco_bench" else ("llamoco_bench", *parts))


def test_every_package_of_the_tree_is_listed_and_no_other() -> None:
    found = {name_of(file.parent) for folder in FOLDERS for file in (ROOT / folder).rglob("__init__.py")}
    assert found == set(settings()["packages"])


def test_every_file_that_is_no_code_is_taken_along() -> None:
    patterns = settings()["package-data"]["*"]
    taken = {pattern.removeprefix("**/*") for pattern in patterns}
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    others = {
        file.name if file.name == "py.typed" else file.suffix
        for file in files
        if "__pycache__" not in file.parts and not file.name.startswith(".") and file.suffix not in {".py", ".pyi"}
    }
    assert others - NOT_INSTALLED <= taken
