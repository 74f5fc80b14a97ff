"""``llamoco examples``: writes solved problems for the models that are shown some, from programs of the pool."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from llamoco_bench.errors import UsageError, choose

if TYPE_CHECKING:
    from llamoco_bench.cli import Commands
    from llamoco_bench.problems.problem import Problem

SCIPY_EXPERTS: Final = ("slsqp", "trust-constr", "cobyla", "l-bfgs-b", "dual-annealing", "de")
DEFAULT_PROBLEMS: Final = "synthetic/unconstrained/train,synthetic/constrained/train"


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "examples",
        help="write solved problems for the kinds fewshot and retrieval",
        description="Runs experts of the pool on problems, spread evenly over each suite, and writes the program of "
        "the best one for each problem, with the prompt it answers, as JSON lines.",
    )
    parser.add_argument("out", type=Path, metavar="FILE", help="file to write")
    parser.add_argument("--suite", default=DEFAULT_PROBLEMS, help=f"suites, by commas (default: {DEFAULT_PROBLEMS})")
    parser.add_argument("--count", type=int, default=8, help="problems of each suite (default: 8)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each expert (default: 5)")
    parser.add_argument("--experts", default=",".join(SCIPY_EXPERTS), help="by commas (default: those of SciPy)")
    parser.add_argument("--prompt", default="python", help="description that is shown (default: python)")
    parser.add_argument("--wall", type=float, default=30.0, help="seconds that a run may take (default: 30)")
    parser.add_argument("--least", type=float, default=0.5, help="leave out what is solved worse (default: Perf 0.5)")
    parser.set_defaults(function=write_examples)


def write_examples(options: argparse.Namespace) -> str:
    """Write the file; return one line for each problem."""
    from llamoco_bench.baselines.optimizers import POOL
    from llamoco_bench.problems import list_problems, load_problem

    experts = options.experts.split(",")
    for expert in experts:
        if expert not in POOL:
            raise choose("optimizer of the pool", expert, sorted(POOL))
    if options.count < 1 or options.runs < 1:
        raise UsageError("--count and --runs must be at least 1")
    ids = [id for suite in options.suite.split(",") for id in spread(list_problems(suite), options.count)]
    _check_side(ids)
    # What may be wrong is found out before the experts have run for minutes.
    problems = [load_problem(id) for id in ids]
    fit = {problem.id: eligible(experts, problem) for problem in problems}
    prompts = {problem.id: _prompt(problem, options.prompt) for problem in problems}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    lines, said = [], []
    for problem in problems:
        expert, performance = best_expert(problem, fit[problem.id], options.runs, options.wall)
        good = performance >= options.least
        said.append(f"{problem.id}: {expert}, Perf {performance:.3f}{'' if good else ', left out'}")
        if good:
            row = {"problem": problem.id, "prompt": prompts[problem.id], "answer": _answer(expert)}
            lines.append(json.dumps({**row, "split": "train", "expert": expert, "perf": round(performance, 4)}))
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "\n".join([*said, f"written: {options.out}"]) + "\n"


def _check_side(ids: Sequence[str]) -> None:
    """Refuse problems that models are evaluated on."""
    from llamoco_bench.baselines.models.incontext.examples import is_kept_for_evaluation

    if kept := [id for id in ids if is_kept_for_evaluation(id)]:
        raise UsageError(
            f"{', '.join(kept[:5])} {'is' if len(kept) == 1 else 'are'} kept for evaluation. Allowed: synthetic/train, "
            "its halves synthetic/unconstrained/train and synthetic/constrained/train, and suites of your own"
        )


def spread(ids: Sequence[str], count: int) -> list[str]:
    """Take `count` of `ids`, evenly."""
    count = min(count, len(ids))
    return [ids[i * len(ids) // count] for i in range(count)]


def eligible(experts: Sequence[str], problem: Problem) -> list[str]:
    """Leave out experts that ignore constraints where the problem has some."""
    from llamoco_bench.baselines.optimizers import POOL

    left = [e for e in experts if not problem.n_constraints or POOL[e].kind == "constrained"]
    if not left:
        raise UsageError(f"None of {', '.join(experts)} can handle the constraints of {problem.id}")
    return left


def best_expert(problem: Problem, experts: Sequence[str], runs: int, wall_s: float) -> tuple[str, float]:
    """Return the expert of the best mean Perf, and that; ties go to the better mean Reach, then to the first."""
    scores = {expert: _score(problem, expert, runs, wall_s) for expert in experts}
    best = max(experts, key=lambda expert: scores[expert])
    return best, scores[best][0]


def _score(problem: Problem, expert: str, runs: int, wall_s: float) -> tuple[float, float]:
    from llamoco_bench.baselines.optimizers import run_optimizer
    from llamoco_bench.metrics import optimization_performance, reach
    from llamoco_bench.seeds import run_seed

    totals = [0.0, 0.0]
    for run in range(runs):
        found = run_optimizer(expert, problem, seed=run_seed(0, problem.id, run), wall_s=wall_s)
        if found.error is None:
            for i, metric in enumerate((optimization_performance, reach)):
                value = metric(found.best_f, problem.best_known, found.f0)
                totals[i] += 0.0 if math.isnan(value) else value
    return totals[0] / runs, totals[1] / runs


def _prompt(problem: Problem, description: str) -> str:
    from llamoco_bench.prompting import first_prompt, pick_description

    (message,) = first_prompt(problem, pick_description(problem, description))
    return message.content


def _answer(expert: str) -> str:
    from llamoco_bench.baselines.optimizers import POOL
    from llamoco_bench.markdown import fenced

    return fenced(POOL[expert].source()) + "\n"
