"""Run untrusted programs: the harness evaluates, the program only asks."""

from llamoco_bench.sandbox.calibration import calibrated_limits, preflight
from llamoco_bench.sandbox.evaluator import ProblemLike
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.sandbox.result import RunError, RunResult
from llamoco_bench.sandbox.sandbox import Sandbox, default_sandbox, run_program
from llamoco_bench.sandbox.support import missing_support

__all__ = [
    "Limits",
    "ProblemLike",
    "RunError",
    "RunResult",
    "Sandbox",
    "calibrated_limits",
    "default_sandbox",
    "missing_support",
    "preflight",
    "reference_value",
    "run_program",
]
