from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems
from llamoco_bench.problems.realistic import mujoco_tasks
from llamoco_bench.problems.realistic.catalogue import load
from llamoco_bench.problems.realistic.mujoco_text import prompts


def test_without_the_simulator_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(mujoco_tasks, "version", missing)
    with pytest.raises(UsageError, match=r"need the package gymnasium; install it with .*neuro"):
        load("realistic/mujoco-hopper")


@pytest.mark.parametrize("name", mujoco_tasks.TASKS)
def test_texts_name_the_environment_and_the_number_of_weights(name: str) -> None:
    task = mujoco_tasks.TASKS[name]
    for prompt in prompts(name):
        assert task.environment in prompt.text
        assert f"{task.dim} weights" in prompt.text
        compile(prompt.code, "prompt", "exec")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("problem_id", list_problems("mujoco"))
def test_texts_compute_what_the_evaluator_computes(
    problem_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the simulator writes a log into the working directory
    problem = load(problem_id)
    x = np.random.default_rng(3).uniform(problem.lower, problem.upper, (2, problem.dim))
    f = problem.objective(x)
    assert "gymnasium" in problem.definition
    np.testing.assert_array_equal(f, [problem.objective(point) for point in x])
    for prompt in problem.prompts():
        if prompt.language == "python":
            scope: dict[str, object] = {}
            exec(prompt.code, scope)
            np.testing.assert_allclose([scope["objective"](point) for point in x], f, rtol=1e-9)  # type: ignore[operator]
