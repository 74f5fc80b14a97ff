from __future__ import annotations

import math

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.sandbox import Limits, Sandbox
from tests.sandbox.toys import Sphere


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
        ("wall_s", 1.1e9),
        ("wall_s", 10**400),
        ("cpu_s", 0.0),
        ("cpu_s", math.nan),
        ("memory_mb", 15),
        ("memory_mb", 1024.5),
        ("open_files", 3),
        ("threads", 0),
        ("output_kb", 0),
        ("disk_mb", -1),
        ("files", None),
        ("source_kb", 0),
        ("output_kb", 2**41),
    ],
)
def test_limit_that_makes_no_sense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"The limit {name} must be"):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_largest_limits_and_a_budget_without_end_can_be_put_up(sandbox: Sandbox) -> None:
    limits = Limits(
        wall_s=1e9,
        memory_mb=2**40,
        threads=2**40,
        open_files=2**40,
        output_kb=2**40,
        disk_mb=2**40,
        files=2**40,
        source_kb=2**40,
    )
    program = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"
    result = sandbox.run(program, Sphere(budget=10**30), limits=limits)
    assert result.status == "ok", result.error
