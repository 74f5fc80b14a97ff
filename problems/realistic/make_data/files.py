"""How the data files are written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to a compressed ``.npz`` file, the same bytes for the same arrays."""
    named: dict[str, Any] = dict(sorted(arrays.items()))
    np.savez_compressed(path, **named)
