"""The data files of the suite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FOLDER: Final = Path(__file__).parent / "data"


@cache
def arrays(name: str) -> Mapping[str, NDArray[Any]]:
    """Read all arrays of the file ``NAME.npz``; they cannot be written to."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as archive:
        return MappingProxyType({key: frozen(archive[key]) for key in archive.files})


@cache
def table(name: str) -> Mapping[str, Any]:
    """Read the file ``NAME.json``."""
    return MappingProxyType(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make `array` read-only and return it."""
    array.setflags(write=False)
    return array
