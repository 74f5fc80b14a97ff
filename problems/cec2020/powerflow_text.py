"""Texts of the power-flow problems RC34-RC43."""

from __future__ import annotations

from collections.abc import Sequence

from llamoco_bench.problems.cec2020.powerflow import CASES, Dispatch
from llamoco_bench.problems.cec2020.powerflow_dispatch_text import dispatch_prompts
from llamoco_bench.problems.cec2020.powerflow_microgrid_text import microgrid_prompts
from llamoco_bench.problems.problem import Prompt


def prompts(problem_id: str) -> Sequence[Prompt]:
    """Return the three texts of one problem: two Python programs and a mathematical statement."""
    case = CASES[problem_id]
    return dispatch_prompts(case) if isinstance(case, Dispatch) else microgrid_prompts(case)
