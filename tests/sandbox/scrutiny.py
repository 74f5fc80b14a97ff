"""What must hold after any program, whatever it tried."""

from __future__ import annotations

import json
import os

from llamoco_bench.sandbox import Limits, RunResult
from tests.sandbox.conftest import SECRET
from tests.sandbox.toys import Sphere

# A program that must be stopped by the clock need not wait long for it; the others are given all the time they want.
SHORT = Limits(wall_s=0.5, memory_mb=256)
LONG = Limits(wall_s=20.0, memory_mb=256)
N_REFERENCE = 50
LISTING = "import os\ndef solve(objective, lower, upper, budget, seed):\n    print(os.listdir())\n    return lower\n"


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def assert_honest(result: RunResult, problem: Sphere) -> None:
    assert result.evaluations <= problem.budget
    assert problem.asked - N_REFERENCE <= problem.budget
    if result.best_x is not None:
        assert result.best_f == problem.value(result.best_x)


def assert_clean(result: RunResult) -> None:
    texts = [result.output]
    if result.error is not None:
        texts += [result.error.message, result.error.traceback, result.error.source_line, result.error.output]
    for text in texts:
        assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in text)
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    record = json.dumps(result.to_dict())
    assert len(record) < 100_000
    for word in (SECRET, "ATTACHED", "GAINED", "READ ", "SHARED", "STOLEN", "root:", "uid="):
        assert word not in result.output
