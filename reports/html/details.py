"""What is shown of one problem when it is opened: every curve, run, error, prompt, answer, program and repair.

The keys are short because there are many of them; `reports/html/static/problem.js` and `program.js` read them.
"""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from llamoco_bench.journal import Record, encode
from llamoco_bench.metrics import changed_lines, program_lines
from llamoco_bench.reports.html.answers import Answer
from llamoco_bench.reports.html.curves import Trace
from llamoco_bench.reports.html.study import Cell, Study
from llamoco_bench.reports.html.text import storable
from llamoco_bench.scoring import Item, run_performance, run_reach

MAX_CHARS: Final = 64 * 1024
"""Characters of a prompt, an answer or a program that are kept."""

MAX_OUTPUT: Final = 4 * 1024
MAX_LINKS: Final = 12
CURVE_SCALE: Final = 1000
"""What is left of the way is kept as whole thousandths of its decimal logarithm."""

CURVE_FLOOR: Final = 1e-12

Json = dict[str, Any]


def problem_details(study: Study) -> Iterator[tuple[str, Json]]:
    """Yield (problem, details); a problem of two suites once, each model under the first suite that has it."""
    twins = _twins(study)
    by_problem: dict[str, dict[str, Cell]] = defaultdict(dict)
    for cell in sorted(study.items):
        by_problem[cell[1]].setdefault(cell[2], cell)
    for problem in study.all_problems():
        yield problem, _problem(study, by_problem[problem], twins)


def _twins(study: Study) -> dict[str, list[tuple[str, str]]]:
    """Where each program was written, (problem, model), by fingerprint."""
    found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for (_, problem, model), turns in study.answers.items():
        for answer in turns.values():
            if answer.fingerprint:
                found[answer.fingerprint][problem, model] = None
    return {fingerprint: list(places) for fingerprint, places in found.items()}


def _problem(study: Study, cells: Mapping[str, Cell], twins: Mapping[str, list[tuple[str, str]]]) -> Json:
    runs = [run for cell in cells.values() for run in study.items[cell].first]
    facts: Record = max(runs, key=lambda run: run["dim"])
    prompts: list[Any] = []
    models = {}
    for model in (m for m in study.models if m in cells):
        cell = cells[model]
        answers = study.answers.get(cell, {})
        models[str(study.models.index(model))] = {
            "t": [_turn(cell, turn, answers[turn], prompts, twins) for turn in sorted(answers)],
            "d": _repair(answers),
            "rec": study.items[cell].recovery,
            **_runs(study.items[cell]),
        }
    return {
        "dim": facts["dim"],
        "budget": facts["budget"],
        "constraints": facts["constraints"],
        "best": encode(facts["best_known"]),
        "relative": any(run["trace"].relative for run in runs),
        "p": prompts,
        "m": models,
    }


def _turn(
    cell: Cell, turn: int, answer: Answer, prompts: list[Any], twins: Mapping[str, list[tuple[str, str]]]
) -> Json:
    record = answer.record
    prompt = [[role, storable(content, MAX_CHARS)] for role, content in record["prompt"]]
    if prompt not in prompts:
        prompts.append(prompt)
    others = [place for place in twins.get(answer.fingerprint, ()) if place != cell[1:]]
    usage = record["usage"]
    return {
        "turn": turn,
        "p": prompts.index(prompt),
        "x": storable(record["text"], MAX_CHARS),
        "s": storable(answer.program, MAX_CHARS),
        "u": None if usage is None else [usage["input_tokens"], usage["output_tokens"]],
        "w": round(record["wall_s"], 3),
        "f": str(record["finish_reason"]),
        "o": list(answer.optimizers),
        "n": len(others),
        "l": [list(place) for place in others[:MAX_LINKS]],
    }


def _repair(answers: Mapping[int, Answer]) -> Json | None:
    """The line diff that Rec counts: opcodes over the lines of both programs."""
    if 1 not in answers or not answers[0].program or not answers[1].program:
        return None
    before, after = (program_lines(storable(answers[turn].program, MAX_CHARS)) for turn in (0, 1))
    opcodes = difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    return {"ops": [list(op) for op in opcodes], "changed": changed_lines(before, after), "lines": len(before)}


def _runs(item: Item) -> Json:
    errors: list[Any] = []
    rows: list[Json] = []
    final = {id(run) for run in item.final}
    for run in sorted([*item.first, *item.final], key=lambda r: (r["turn"], r["run"])):
        if rows and (rows[-1]["turn"], rows[-1]["run"]) == (run["turn"], run["run"]):
            continue
        rows.append(_run(run, errors, id(run) in final))
    return {"r": rows, "e": errors}


def _run(run: Record, errors: list[Any], final: bool) -> Json:
    error = None if run["error"] is None else _shown(run["error"])
    if error is not None and error not in errors:
        errors.append(error)
    return {
        "turn": run["turn"],
        "run": run["run"],
        "final": int(final),
        "status": run["status"],
        "stopped": run["stopped"],
        "f": encode(run["best_f"]),
        "v": encode(run["violation"]),
        "feasible": int(bool(run["feasible"])),
        "perf": _rounded(run_performance(run)) if run["status"] != "infra" else None,
        "reach": _rounded(run_reach(run)) if run["status"] != "infra" else None,
        "evals": run["evaluations"],
        "wall": round(run["wall_s"], 2),
        "cpu": round(run["cpu_s"], 2),
        "rss": round(run["peak_rss_mb"]),
        "err": None if error is None else errors.index(error),
        "c": _curve(run["trace"]),
    }


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _curve(trace: Trace) -> list[Sequence[float]]:
    """Evaluations, and values as `CURVE_SCALE` says where they are relative."""
    if not trace.relative:
        return [trace.evaluations.tolist(), [float(f"{value:.5g}") for value in trace.values]]
    scaled = [round(CURVE_SCALE * math.log10(max(CURVE_FLOOR, value))) for value in trace.values]
    return [trace.evaluations.tolist(), scaled]


def _shown(error: Mapping[str, Any]) -> Json:
    return {name: storable(value, MAX_OUTPUT) if isinstance(value, str) else value for name, value in error.items()}
