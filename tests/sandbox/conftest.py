"""One sandbox for all tests, in an environment that holds a secret."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llamoco_bench.sandbox import Sandbox

SECRET = "sk-canary-4f1c09"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch, Sandbox() as sandbox:
        patch.setenv("OPENAI_API_KEY", SECRET)
        assert all(sandbox.layers().values())
        yield sandbox
