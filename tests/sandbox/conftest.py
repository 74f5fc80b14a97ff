"""One sandbox for all tests, in an environment that holds a secret."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llamoco_bench.sandbox import Sandbox
from tests.sandbox.toys import Sphere

SECRET = "sk-canary-4f1c09"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch, Sandbox() as sandbox:
        patch.setenv("OPENAI_API_KEY", SECRET)
        assert all(sandbox.layers().values())
        for kind in ("numpy", "scipy"):  # so that later runs start no interpreter, which holds descriptors
            source = f"import {kind}\ndef solve(objective, lower, upper, budget, seed):\n    return lower\n"
            assert sandbox.run(source, Sphere()).status == "ok"
        yield sandbox
