"""A run folder made up for the tests of commands, without running anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llamoco_bench.journal import Journal, Record
from llamoco_bench.run_folder import RunFolder
from tests.gates.making import runs

PROGRAM = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"


def make_run(
    path: Path, performances: Sequence[Sequence[float]], model: str = "m", *, start: int = 0, **fields: Any
) -> RunFolder:
    """Write a complete run of one model on suite ``s``, with an answer for each problem, numbered from `start`."""
    folder = RunFolder(path)
    models = [{"label": model, "kind": "random", "name": "", "options": {}}]
    options = {"seed": 0, "prompt": "python"}
    folder.write_manifest({"options": options, "models": models, "suites": ["s"], "problems": "*", "runs": 5, **fields})
    with Journal(folder.new_journal("main")) as journal:
        records = runs(performances, model, start=start)
        problems = list(dict.fromkeys(record["problem"] for record in records))
        shard = fields.get("shard")
        journal.append({"kind": "plan", "shard": shard, "items": [["s", p.partition("/")[2], model] for p in problems]})
        for problem in problems:
            journal.append(answer(problem, model))
            mine = [record for record in records if record["problem"] == problem]
            for record in mine:
                journal.append(failed(record) if record["status"] != "ok" else record)
            journal.append({"kind": "item", "suite": "s", "problem": problem, "model": model, "status": "ok"})
    return folder


def answer(problem: str, model: str) -> Record:
    usage = {"input_tokens": 100, "output_tokens": 50}
    base = {
        "kind": "generation",
        "key": f"{model}-{problem}",
        "suite": "s",
        "problem": problem,
        "model": model,
        "turn": 0,
    }
    return {**base, "text": f"```python\n{PROGRAM}```", "usage": usage, "finish_reason": "stop"}


def failed(record: Record) -> Record:
    error = {"type": "NameError", "message": "name 'y' is not defined", "line": 2, "source_line": "    return y\x1b[2J"}
    return {**record, "best_f": None, "error": {**error, "traceback": "", "output": ""}}
