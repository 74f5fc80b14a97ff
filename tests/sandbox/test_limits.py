from __future__ import annotations

import math

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.sandbox import Limits


def test_processor_time_defaults_to_the_wall_clock() -> None:
    assert Limits(wall_s=3).processor_s == 3
    assert Limits(wall_s=3, cpu_s=1.5).processor_s == 1.5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wall_s", 0),
        ("wall_s", -1.0),
        ("wall_s", math.inf),
        ("wall_s", math.nan),
        ("wall_s", "10"),
        ("wall_s", True),
        ("cpu_s", 0.0),
        ("memory_mb", 15),
        ("memory_mb", 1024.5),
        ("open_files", 3),
        ("threads", 0),
        ("output_kb", 0),
        ("disk_mb", -1),
        ("files", None),
        ("source_kb", 0),
    ],
)
def test_limit_that_makes_no_sense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"The limit {name} must be"):
        Limits(**{name: value})  # type: ignore[arg-type]
