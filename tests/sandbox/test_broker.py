"""The trusted end of the conversation, with messages put before it by hand."""

from __future__ import annotations

import os

import numpy as np

from llamoco_bench.sandbox import Limits
from llamoco_bench.sandbox.broker import Broker, Clock
from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.desk import Desk
from llamoco_bench.sandbox.evaluator import Evaluator
from llamoco_bench.sandbox.ledger import Ledger
from llamoco_bench.sandbox.run import Task
from tests.sandbox.toys import Sphere


def serve(*messages: tuple[int, int], budget: int = 100) -> tuple[str, int]:
    """What a broker makes of (kind, count) from a program that has gone since; and the evaluations that it counts."""
    evaluator = Evaluator(Sphere(budget=budget))
    task = Task("", evaluator, 0, 0.0, Limits(), False)
    ledger = Ledger(evaluator)
    with Desk(task.job(), 1000) as desk:
        desk.points[:] = np.zeros(5)
        requests = desk.child_fds()[2]
        for number, (kind, count) in enumerate([(wire.READY, 0), *messages], start=1):
            os.write(requests, wire.REQUEST.pack(kind, number, count))
        desk.close_child_ends()
        return Broker(evaluator, ledger, desk, Clock()).serve().how, ledger.evaluations


def test_result_behind_a_question_that_nobody_waits_for_is_taken() -> None:
    question = (wire.OBJECTIVE, 1)
    assert serve(question, (wire.OBJECTIVE, 3), question, (wire.RESULT, 1)) == ("result", 5)


def test_questions_of_a_program_that_has_gone_end_at_the_budget() -> None:
    assert serve(*[(wire.OBJECTIVE, 1)] * 10, budget=4) == ("budget", 4)


def test_program_that_has_gone_without_a_result_has_ended() -> None:
    assert serve((wire.OBJECTIVE, 1)) == ("eof", 1)
