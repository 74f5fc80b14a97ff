"""Journals of runs that never happened, as large as wanted and always the same: for tests and measurements of reports.

Every model has a skill; programs are drawn from those below with names and numbers of their own, so that hardly two are
equal; some fail, some are repaired, some answers hold no program. Records have the fields that real ones have.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llamoco_bench.journal import SCHEMA, encode
from llamoco_bench.run_folder import RunFolder

Record = dict[str, Any]

_HEAD = '''\
"""{doc}, tuned for {problem}."""
import numpy as np
{imports}

SETTING_{salt} = {number}


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    best_x, best_f = None, np.inf

    def penalised(x):
        nonlocal best_x, best_f
        value = float(objective(x))
        if inequality is not None:
            value += 1e6 * np.maximum(inequality(x), 0.0).sum()
        if equality is not None:
            value += 1e6 * np.maximum(np.abs(equality(x)) - 1e-4, 0.0).sum()
        if value < best_f:
            best_x, best_f = x.copy(), value
        return value

'''
_BODIES = (
    ("Sequential quadratic programming", "from scipy.optimize import minimize", """\
    for _ in range({restarts}):
        start = rng.uniform(lower, upper)
        result = minimize(penalised, start, method="SLSQP", bounds=list(zip(lower, upper)))
        best_x = result.x if result.fun < best_f else best_x
    return best_x
"""),
    ("Differential evolution", "from scipy.optimize import differential_evolution", """\
    result = differential_evolution(
        penalised, list(zip(lower, upper)), popsize={restarts}, mutation=(0.4, 0.9), recombination=0.{salt}, seed=seed
    )
    return np.clip(result.x, lower, upper)
"""),
    ("CMA-ES", "import cma", """\
    span = upper - lower
    es = cma.CMAEvolutionStrategy(rng.random(len(lower)), 0.3, {{"maxfevals": budget, "verbose": -9, "seed": seed + 1}})
    while not es.stop():
        points = es.ask()
        es.tell(points, [penalised(lower + span * np.clip(p, 0, 1)) for p in points])
    return best_x
"""),
    ("Particle swarm", "", """\
    swarm = rng.uniform(lower, upper, ({restarts} + 10, len(lower)))
    speed = np.zeros_like(swarm)
    own = swarm.copy()
    values = np.array([penalised(x) for x in swarm])
    for _ in range(budget // len(swarm) - 1):
        leader = own[values.argmin()]
        pull, push = rng.random((2, *swarm.shape))
        speed = 0.7 * speed + 1.5 * pull * (own - swarm) + 1.5 * push * (leader - swarm)
        swarm = np.clip(swarm + speed, lower, upper)
        now = np.array([penalised(x) for x in swarm])
        better = now < values
        own[better], values[better] = swarm[better], now[better]
    return best_x
"""),
)  # fmt: skip

_ERRORS = (
    ("runtime", "TypeError", "minimize() got an unexpected keyword argument 'popsize'", "minimize"),
    ("runtime", "ValueError", "operands could not be broadcast together with shapes (10,) (3,)", "objective("),
    ("runtime", "NameError", "name 'bounds' is not defined", "rng = "),
    ("import", "ModuleNotFoundError", "No module named 'pyswarm'", "import numpy"),
    ("timeout", "WallClock", "over the limit of 12.0 s", ""),
    ("memory", "MemoryError", "Unable to allocate 7.5 GiB", "np."),
)

_DIM = (2, 3, 5, 7, 10, 13, 20, 30)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a synthetic run is.

    Attributes
    ----------
    suites: number of problems by suite.
    models: labels; the first is the most skilled.
    runs: executions of each program.
    curve: points of a curve.
    """

    suites: Mapping[str, int]
    models: Sequence[str]
    runs: int = 5
    curve: int = 45


SIX_MODELS = ("tuned-l", "gpt-x", "pool:slsqp", "pool:de", "tuned-s", "code-7b")
PAPER = Shape({"cec2020": 57, "synthetic": 64, "realistic": 8}, SIX_MODELS)
"""6 models on 129 problems, 5 runs: the size of the paper's evaluation."""


def write_run(path: Path, shape: Shape, *, seed: int = 0, hostile: Sequence[str] = (), workers: int = 2) -> RunFolder:
    """Write a run folder. Each text of `hostile` turns up as answer, program, message, output, and in a prompt."""
    folder = RunFolder(path)
    folder.journals.mkdir(parents=True)
    manifest = {
        "schema": SCHEMA, "id": f"synthetic{seed}", "started": "20260102T030405", "argv": ["--llamoco-model=..."],
        "python": "3.11.7", "platform": "Linux", "machine": "x86_64", "cpus": 2, "versions": {"numpy": "2.3.5"},
        "git": {"commit": "0" * 40, "dirty": False}, "options": {"seed": seed, "prompt": "python", "repairs": 1},
        "models": [_described(label) for label in shape.models], "suites": list(shape.suites), "problems": "none",
        "runs": shape.runs, "stage": "all",
    }  # fmt: skip
    (path / "manifest.json").write_text(json.dumps(manifest))
    files = [(folder.journals / f"gw{k}-1-0.jsonl").open("w") for k in range(workers)]
    for number, item in enumerate(_items(shape, seed, hostile)):
        for record in item:
            files[number % workers].write(json.dumps({"schema": SCHEMA, **encode(record)}) + "\n")
    for file in files:
        file.close()
    return folder


def _described(label: str) -> Record:
    kind, _, name = label.partition(":")
    return {"label": label, "kind": kind if name else "replay", "name": name, "options": {}}


def problem_name(suite: str, index: int) -> str:
    return {"cec2020": f"cec2020/RC{index + 1:02d}", "synthetic": f"synthetic/u{index:04d}"}.get(
        suite, f"{suite}/p{index}"
    )


def _items(shape: Shape, seed: int, hostile: Sequence[str]) -> Iterator[list[Record]]:
    time = 1.7e9
    for suite, problems in shape.suites.items():
        for index in range(problems):
            for order, model in enumerate(shape.models):
                rng = np.random.default_rng([seed, index, order, len(suite)])
                bad = hostile[(index + order) % len(hostile)] if hostile else None
                item = _Item(shape, suite, index, model, order, rng, bad)
                records = item.records()
                for record in records:
                    time += 0.5
                    record["time"] = time
                yield records


class _Item:
    """One model on one problem."""

    def __init__(
        self,
        shape: Shape,
        suite: str,
        index: int,
        model: str,
        order: int,
        rng: np.random.Generator,
        hostile: str | None,
    ) -> None:
        self.shape, self.rng, self.hostile = shape, rng, hostile
        self.common = {"suite": suite, "problem": problem_name(suite, index), "model": model}
        facts = np.random.default_rng([index, len(suite)])
        self.dim = int(facts.choice(_DIM))
        self.constraints = int(facts.integers(0, 4))
        self.budget = 2000 * self.dim
        self.best_known = float(np.round(facts.normal(0, 100), 4))
        self.span = float(10 ** facts.uniform(0, 6))
        self.hard = float(facts.uniform(0, 1))
        self.skill = 1.0 - order / (len(shape.models) + 1)
        self.expert = model.startswith("pool:")

    def records(self) -> list[Record]:
        first = self._program()
        failing = not self.expert and self.rng.random() < 0.05 + 0.45 * (1 - self.skill)
        no_code = failing and self.rng.random() < 0.1
        if self.hostile is not None:
            failing, no_code = True, False
            first = f"# {self.hostile}\n{first}"
        records = [
            self._generation(0, "I cannot help with that." if no_code else f"Here it is.\n\n```python\n{first}```\n")
        ]
        error = self._error(first)
        for run in range(self.shape.runs):
            fails = failing and (self.hostile is not None or self.rng.random() < 0.9)
            records.append(self._failed(run, 0, first, error, no_code) if fails else self._ok(run, 0))
        failed = [r["run"] for r in records if r["kind"] == "run" and r["status"] != "ok"]
        if failed:
            mended = first.replace("range(", "range(1 + ", 1).replace("return best_x\n", "return np.array(best_x)\n")
            records.append(self._generation(1, f"```python\n{mended}```", first, error))
            works = self.rng.random() < 0.4 + 0.4 * self.skill
            records += [
                self._ok(k, 1) if works else self._failed(k, 1, mended, self._error(mended), False) for k in failed
            ]
        return [*records, {"kind": "item", **self.common, "status": "ok", "faults": []}]

    def _program(self) -> str:
        doc, imports, body = _BODIES[int(self.rng.choice(4, p=_preferences(self.common["model"])))]
        salt, number = int(self.rng.integers(100, 999)), round(float(self.rng.random()), 6)
        if self.expert:
            salt, number = 101, 0.5
        problem = "any problem" if self.expert else self.common["problem"]
        filled = body.format(restarts=salt % 40 + 2, salt=salt)
        return _HEAD.format(doc=doc, imports=imports, problem=problem, salt=salt, number=number) + filled

    def _generation(self, turn: int, text: str, before: str = "", error: Record | None = None) -> Record:
        problem = (
            f"def objective(x):\n    return np.sum((x - {self.best_known}) ** 2)  # {self.common['problem']}\n" * 8
        )
        ask = (
            f"Write a Python program that solves the following problem.\n{problem}\nAt most {self.budget} evaluations."
        )
        prompt = [["user", ask if self.hostile is None else f"{ask}\n{self.hostile}"]]
        if turn:
            message = (error or {}).get("message", "")
            prompt += [
                ["assistant", f"```python\n{before}```"],
                ["user", f"Your program failed. {message} Correct it."],
            ]
        usage = None if self.expert else {"input_tokens": 900 + 40 * self.dim, "output_tokens": len(text) // 4}
        return {
            "kind": "generation", **self.common, "key": f"{self.rng.integers(1 << 60):x}", "turn": turn, "sample": 0,
            "prompt": prompt, "text": text if self.hostile is None else f"{text}\n{self.hostile}", "usage": usage,
            "finish_reason": "stop", "wall_s": round(float(self.rng.gamma(3, 2)), 2),
        }  # fmt: skip

    def _error(self, program: str) -> Record:
        _status, kind, message, sought = _ERRORS[int(self.rng.integers(len(_ERRORS)))]
        lines = program.splitlines()
        line = next((k for k, text in enumerate(lines, 1) if sought and sought in text), None)
        said = self.hostile or message
        source = lines[line - 1] if line else ""
        trace = f'File "program.py", line {line}, in solve\n    {source}' if line else ""
        error_type = f"{kind}{self.hostile[:40]}" if self.hostile else kind
        return {"type": error_type, "message": said, "line": line, "source_line": source, "traceback": trace,
                "output": self.hostile or ""}  # fmt: skip

    def _base(self, run: int, turn: int) -> Record:
        return {
            "kind": "run", "key": f"{self.rng.integers(1 << 60):x}", "generation": "0", **self.common, "turn": turn,
            "sample": 0, "run": run, "seed": 1000 + run, "dim": self.dim, "constraints": self.constraints,
            "budget": self.budget, "best_known": self.best_known,
        }  # fmt: skip

    def _failed(self, run: int, turn: int, program: str, error: Record, no_code: bool) -> Record:
        if no_code:
            return {**self._base(run, turn), "status": "no_code", "feasible": False,
                    "error": {**error, "type": "NoCode", "message": "No program", "line": None}}  # fmt: skip
        status = next((s for s, kind, _, _ in _ERRORS if error["type"].startswith(kind)), "runtime")
        spent = {"evaluations": 0, "curve": [], "wall_s": 0.8, "cpu_s": 0.7, "peak_rss_mb": 88.0, "evaluator_s": 0.0}
        return {
            **self._base(run, turn), "status": status, "stopped": "", "best_f": None, "best_x": None,
            "feasible": False, "violation": math.inf, "f0": self.best_known + self.span, "first_f": None, **spent,
            "output": "", "error": error,
        }  # fmt: skip

    def _ok(self, run: int, turn: int) -> Record:
        rng, points = self.rng, self.shape.curve
        f0 = self.best_known + self.span * float(rng.uniform(0.8, 1.2))
        first = int(rng.integers(1, 200)) if self.constraints else 1
        feasible = not self.constraints or rng.random() < 0.5 + 0.5 * self.skill
        evaluations = np.unique(np.geomspace(first, self.budget, points).astype(int))
        end = -10 * self.skill * (1 - 0.8 * self.hard) * rng.uniform(0.6, 1.1)
        fall = np.sort(rng.uniform(0, 1, len(evaluations)))
        left = 10.0 ** (0.3 + (end - 0.3) * fall)
        curve = [[int(e), self.best_known + float(v) * self.span] for e, v in zip(evaluations, left, strict=True)]
        found = {
            "best_f": curve[-1][1],
            "best_x": rng.uniform(-5, 5, self.dim).tolist(),
            "violation": 0.0,
            "curve": curve,
        }
        if not feasible:
            found = {"best_f": None, "best_x": None, "violation": float(rng.uniform(0, 3)), "curve": []}
        return {
            **self._base(run, turn), "status": "ok", "stopped": "budget" if rng.random() < 0.7 else "returned", **found,
            "feasible": feasible, "f0": f0, "first_f": f0 * 1.1, "evaluations": self.budget,
            "wall_s": float(rng.gamma(2, 1.0)), "evaluator_s": 0.2, "cpu_s": float(rng.gamma(2, 0.8)),
            "peak_rss_mb": 92.4, "output": "", "error": None,
        }  # fmt: skip


def _preferences(model: str) -> list[float]:
    named = {"pool:slsqp": 0, "pool:de": 1}
    if model in named:
        return [float(k == named[model]) for k in range(4)]
    return {"gpt-x": [0.8, 0.15, 0.03, 0.02], "code-7b": [0.3, 0.4, 0.0, 0.3]}.get(model, [0.25, 0.25, 0.3, 0.2])
