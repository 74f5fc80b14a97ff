"""Random programs never upset the harness."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.statuses import STATUSES
from tests.sandbox.toys import Disc, Sphere

# Each line is a step of a program; any order of any of them makes one, most of them wrong in some way.
STEPS = st.sampled_from(
    [
        "x = objective(lower)",
        "x = objective([lower, upper])",
        "x = objective(x)",
        "x = inequality(lower) if inequality else upper",
        "x = equality(np.array([lower] * 3))",
        "x = np.random.uniform(lower, upper)",
        "x = [objective(np.random.uniform(lower, upper)) for _ in range(budget)]",
        "x = minimize(objective, lower, bounds=list(zip(lower, upper))).x",
        "import os, sys, threading, scipy.optimize",
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
        "yield x",
        "x = )",
        "\0",
        "\ud800",
        "global x",
    ]
)
LIMITS = Limits(wall_s=0.5, memory_mb=256)


def program(steps: list[str]) -> str:
    lines = "\n".join("    " + step.replace("\n", "\n    ") for step in steps)
    imports = "import numpy as np\nfrom scipy.optimize import minimize\n"
    head = "def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):\n    x = lower\n"
    return f"{imports}{head}{lines}\n"


def check(sandbox: Sandbox, source: str, problem: Sphere | Disc) -> None:
    result = sandbox.run(source, problem, limits=LIMITS)
    assert result.status in STATUSES
    assert result.status != "infra", result.error
    assert result.evaluations <= problem.budget
    assert (result.error is None) == (result.status == "ok")
    assert (result.best_f is None) == (result.best_x is None) == (not result.feasible)
    json.dumps(result.to_dict(), allow_nan=False)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=8), constrained=st.booleans())
def test_random_steps_never_upset_the_harness(sandbox: Sandbox, steps: list[str], constrained: bool) -> None:
    check(sandbox, program(steps), Disc(budget=50) if constrained else Sphere(budget=50))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=st.text(max_size=200))
def test_random_text_never_upsets_the_harness(sandbox: Sandbox, source: str) -> None:
    check(sandbox, source, Sphere(budget=50))


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=8), constrained=st.booleans())
def test_many_random_steps_never_upset_the_harness(sandbox: Sandbox, steps: list[str], constrained: bool) -> None:
    check(sandbox, program(steps), Disc(budget=50) if constrained else Sphere(budget=50))
