"""What is looked at before a run writes anything, so that what would go wrong does so at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llamoco_bench.settings import Settings


def prepare(settings: Settings) -> None:
    """Try what the stage of the session needs: the description, the sandbox, the models.

    Raises
    ------
    UsageError: for a description that the problems do not have.
    SandboxError: where no program can be run under these settings.
    ModelError: for a model that cannot be used.
    """
    from llamoco_bench.baselines.models.registry import prepare_model
    from llamoco_bench.problems import load_problem
    from llamoco_bench.prompting import pick_description
    from llamoco_bench.sandbox import preflight

    for suite in settings.suites:
        for problem in settings.problems_of(suite)[:1]:
            pick_description(load_problem(problem), settings.prompt)
    if settings.stage != "generate":
        preflight(settings.memory_mb, allow_weak=settings.weak_sandbox)
    if settings.stage != "execute":
        for spec in settings.models:
            prepare_model(spec, say=lambda line: print(f"llamoco: {line}", file=sys.stderr))  # noqa: T201
