#!/usr/bin/env python
"""A model of one's own, evaluated without a conftest.py: own_model.py [more arguments of pytest]."""

import sys
from collections.abc import Mapping

import pytest

from llamoco_bench.baselines.models import Generation, ModelSpec, Request, Usage

ANSWER = """```python
import numpy as np

def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    x = rng.uniform(lower, upper, (min(budget, 1000), len(lower)))
    return x[np.argmin(objective(x))]
```"""


class Parrot:
    """Says the same whatever it is asked."""

    def __init__(self, spec: ModelSpec) -> None:
        self.name = spec.name

    @property
    def identity(self) -> Mapping[str, object]:
        """Everything that changes an answer."""
        return {"kind": "parrot", "name": self.name, "deterministic": True}

    def generate(self, request: Request) -> Generation:
        """Answer with the one program there is."""
        return Generation(ANSWER, usage=Usage(len(request.messages[-1].content.split()), len(ANSWER.split())))

    def close(self) -> None:
        """There is nothing to give back."""


class Plugin:
    """Brings the model to pytest, as a conftest.py would."""

    def pytest_llamoco_models(self) -> Mapping[str, type[Parrot]]:
        """Name the kind."""
        return {"parrot": Parrot}


if __name__ == "__main__":
    options = ["--llamoco-model=parrot:grey", "--llamoco-suite=smoke", "--llamoco-runs=2", *sys.argv[1:]]
    sys.exit(pytest.main(options, plugins=[Plugin()]))
