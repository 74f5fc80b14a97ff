"""Kind ``random``: the program of uniform random search, the floor under every model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.base import Model
from llamoco_bench.baselines.models.fixed_program import FixedProgram
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec

PACKAGES: Final = ()

_SOURCE: Final = Path(__file__).with_name("uniform_search.py")
_PRAGMA: Final = re.compile(r"^# (?:mypy|ruff): .*\n", re.MULTILINE)  # for our own tools, not for readers


def make(spec: ModelSpec) -> Model:
    """Give the adapter."""
    source = _PRAGMA.sub("", _SOURCE.read_text(encoding="utf-8"))
    batch = spec.option("batch", int)
    return FixedProgram("random", re.sub(r"^BATCH = \d+", f"BATCH = {batch}", source, flags=re.MULTILINE))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Nothing is needed."""
