"""Random programs never upset the harness."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.statuses import STATUSES
from tests.sandbox.toys import Disc, Sphere

COUNTS = st.sampled_from([0, 1, 2, 51, 4097, 2**63])
# Messages of the program's own making on the channel, and bytes of its own in the shared memory.
FORGED = st.tuples(st.integers(0, 8), COUNTS, COUNTS).map(lambda m: f"os.write(3, struct.pack('<QQQ', *{m}))")
SCRIBBLED = st.binary(min_size=8, max_size=8).map(
    lambda raw: (
        "for cell in objective.__closure__:\n"
        "  if isinstance(cell.cell_contents, (np.ndarray, memoryview)):\n"
        f"    memoryview(cell.cell_contents).cast('B')[:8] = {raw!r}"
    )
)
# Each line is a step of a program; any order of any of them makes one, most of them wrong in some way.
LINES = st.sampled_from(
    [
        "x = objective(lower)",
        "x = objective([lower, upper])",
        "x = objective(x)",
        "x = inequality(lower) if inequality else upper",
        "x = equality(np.array([lower] * 3))",
        "x = np.random.uniform(lower, upper)",
        "x = [objective(np.random.uniform(lower, upper)) for _ in range(budget)]",
        "x = minimize(objective, lower, bounds=list(zip(lower, upper))).x",
        "import scipy.optimize",
        "os.close(4)",
        "os.write(3, b'x' * 24)",
        "os.write(3, bytes(24))",
        "os.write(1, bytes(range(256)))",
        "print(x)",
        "print('::error::' * 2000)",
        "sys.exit(x)",
        "raise x",
        "raise MemoryError",
        "del objective",
        "threading.Thread(target=objective, args=(lower,)).start()",
        "lower[:] = np.nan",
        "x = x / 0",
        "x = x[9]",
        "open('f', 'w').write('x' * 1000)",
        "os.fork()",
        "while x: objective(lower)",
        "for x in range(3):\n  continue",
        "try:\n  objective(lower, 1)\nexcept Exception as error:\n  x = error",
        "return lower",
        "return x",
    ]
)
# Any of these decides what becomes of the whole program, so that few programs should have one.
POISON = st.sampled_from(["yield x", "x = )", "\0", "\ud800", "global x"])
STEPS = st.lists(st.one_of(LINES, LINES, LINES, FORGED, SCRIBBLED), max_size=8)
PROGRAMS = st.tuples(STEPS, POISON, st.integers(0, 9)).map(lambda p: [*p[0], p[1]] if p[2] == 9 else p[0])
LIMITS = Limits(wall_s=0.5, memory_mb=256)


def program(steps: list[str]) -> str:
    lines = "\n".join("    " + step.replace("\n", "\n    ") for step in steps)
    imports = "import os, struct, sys, threading\nimport numpy as np\nfrom scipy.optimize import minimize\n"
    head = "def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):\n    x = lower\n"
    return f"{imports}{head}{lines}\n"


def check(sandbox: Sandbox, source: str, problem: Sphere | Disc) -> None:
    result = sandbox.run(source, problem, limits=LIMITS)
    event(result.status)
    assert result.status in STATUSES
    assert result.status != "infra", result.error
    assert result.evaluations <= problem.budget
    assert (result.error is None) == (result.status == "ok")
    assert (result.best_f is None) == (result.best_x is None) == (not result.feasible)
    json.dumps(result.to_dict(), allow_nan=False)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(steps=PROGRAMS, constrained=st.booleans())
def test_random_steps_never_upset_the_harness(sandbox: Sandbox, steps: list[str], constrained: bool) -> None:
    check(sandbox, program(steps), Disc(budget=50) if constrained else Sphere(budget=50))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(source=st.text(max_size=200))
def test_random_text_never_upsets_the_harness(sandbox: Sandbox, source: str) -> None:
    check(sandbox, source, Sphere(budget=50))


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(steps=PROGRAMS, constrained=st.booleans())
def test_many_random_steps_never_upset_the_harness(sandbox: Sandbox, steps: list[str], constrained: bool) -> None:
    check(sandbox, program(steps), Disc(budget=50) if constrained else Sphere(budget=50))
