"""OPRO and LMEA, asked and told by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from llamoco_bench.baselines.models.points.base import Candidate, Method, Point, Space
from llamoco_bench.baselines.models.points.lmea import LMEA, STAGNATION, LMEASettings
from llamoco_bench.baselines.models.points.opro import OPRO, OPROSettings

SPACE = Space(np.full(2, -5.0), np.full(2, 5.0), "x[0..1] in [-5, 5]", 0)


def opro(**changes: int) -> OPRO:
    settings = {"steps": 250, "samples": 8, "start": 5, "history": 20, "digits": 6, "idle": 20}
    return OPROSettings(**{**settings, **changes}, heat=1.0).method(SPACE)


def lmea(heat: float = 1.0, **changes: int) -> LMEA:
    settings = {"generations": 250, "population": 16, "attempts": 4, "digits": 6, "idle": 20}
    return LMEASettings(**{**settings, **changes}, heat=heat).method(SPACE)


def sphere(points: Sequence[Point]) -> list[Candidate]:
    return [Candidate(point, sum(x * x for x in point), 0.0) for point in points]


def begin(method: Method) -> None:
    method.learn(sphere(method.start(np.random.default_rng(1))))


def answer(*points: Point) -> str:
    return "".join(f"<res>{', '.join(map(str, point))}</res>" for point in points)


def drive(method: Method, reply: Callable[[int], str], most: int = 10_000) -> list[list[str]]:
    """Answer until the method stops asking; return the prompts of each step."""
    asked: list[list[str]] = []
    while (questions := method.ask()) and len(asked) < most:
        asked.append([question.messages[0].content for question in questions])
        method.learn(sphere(method.tell([reply(len(asked)) for _ in questions])))
    return asked


def values_in(prompt: str) -> list[float]:
    return [float(value) for value in re.findall(r"value:\s*(\S+)", prompt)]


def test_opro_shows_the_best_twenty_with_the_best_last() -> None:
    method = opro(steps=60)
    begin(method)
    assert len(values_in(method.prompt())) == 5
    prompts = drive(method, lambda step: f"so [{5 - step / 12}, 0.5]")
    values = values_in(prompts[-1][0])
    assert len(values) == 20
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx((5 - 59 / 12) ** 2 + 0.25, rel=1e-4)


def test_opro_asks_eight_times_a_step_at_temperature_one_until_the_steps_are_done() -> None:
    method = opro(steps=3)
    begin(method)
    questions = method.ask()
    assert [question.temperature for question in questions] == [1.0] * 8
    assert len({question.messages[0].content for question in questions}) == 1
    method.learn(sphere(method.tell(["[0, 0]"] * 8)))
    assert len(drive(method, lambda step: "[1, 1]")) == 2


def test_opro_states_dimension_and_bounds_and_asks_for_no_code() -> None:
    method = opro()
    begin(method)
    prompt = method.prompt()
    assert "2 real variables, x1, x2" in prompt
    assert "x[0..1] in [-5, 5]" in prompt
    assert "Write no code" in prompt


def test_opro_drops_what_is_malformed_known_or_double_and_clips_to_the_bounds() -> None:
    method = opro()
    begin(method)
    method.ask()
    points = method.tell(["[1, 2]", "[1, 2, 3]", "no", "[1.0000001, 2]", "[99, -99]", "[1, 2]", "[nan, 1]", ""])
    assert points == [(1.0, 2.0), (5.0, -5.0)]
    method.learn(sphere(points))
    method.ask()
    assert method.tell(["[1, 2]"] * 8) == []


def test_opro_gives_up_after_so_many_steps_without_an_answer() -> None:
    method = opro(idle=4)
    begin(method)
    assert len(drive(method, lambda step: "[0, 0]" if step == 3 else "I cannot")) == 3 + 4


def test_lmea_shows_the_whole_population_with_the_best_last() -> None:
    method = lmea()
    begin(method)
    values = values_in(method.prompt())
    assert len(values) == 16
    assert values == sorted(values, reverse=True)
    assert "until there are 16 children" in method.prompt()


def test_lmea_asks_again_while_children_are_missing_and_goes_on_after_so_many_attempts() -> None:
    method = lmea(population=3, attempts=4, generations=2)
    begin(method)
    first = method.prompt()
    replies = ["nothing", answer((1, 1)), answer((2, 2), (3, 3, 3), (0.5, 0.5), (9, 9)), *["nothing"] * 4]
    prompts = drive(method, lambda step: replies[step - 1])
    assert [step[0] == first for step in prompts] == [True] * 3 + [False] * 4
    assert "<sol>0.5, 0.5</sol> value: 0.5" in prompts[3][0]
    assert "9, 9" not in prompts[3][0], "a fourth child was not asked for"


def test_lmea_keeps_the_best_of_parents_and_children() -> None:
    method = lmea(population=3, generations=2)
    method.start(np.random.default_rng(0))
    method.learn(sphere([(1, 0), (2, 0), (3, 0)]))
    prompts = drive(method, lambda step: answer((1.5, 0), (4, 0), (1, 0)))
    assert values_in(prompts[1][0]) == [4.0, 2.25, 1.0]


def test_lmea_heats_up_when_nothing_improves_and_not_beyond_two() -> None:
    method = lmea(population=2, generations=12 * STAGNATION, idle=10_000)
    method.start(np.random.default_rng(0))
    method.learn(sphere([(1, 0), (2, 0)]))
    heats = []
    while questions := method.ask():
        heats.append(questions[0].temperature)
        method.learn(sphere(method.tell([answer((3, 0), (4, 0))])))
    assert heats[: STAGNATION + 1] == [1.0] * STAGNATION + [1.1]
    assert heats[::STAGNATION] == pytest.approx([1 + 0.1 * min(i, 10) for i in range(12)])


def test_lmea_cools_never_but_counts_anew_after_an_improvement() -> None:
    method = lmea(population=2, generations=10_000)
    method.start(np.random.default_rng(0))
    method.learn(sphere([(4, 0), (5, 0)]))
    improving = {10: (3.0, 0.0), 35: (2.0, 0.0)}
    heats: list[float] = []
    while len(heats) < 60 and (questions := method.ask()):
        heats.append(questions[0].temperature)
        child = improving.get(len(heats), (4.5, 0.0))
        method.learn(sphere(method.tell([answer(child, (5, 5))])))
    rises = [i for i in range(1, len(heats)) if heats[i] > heats[i - 1]]
    assert rises == [10 + STAGNATION, 35 + STAGNATION]


def test_lmea_gives_up_after_so_many_generations_without_children() -> None:
    method = lmea(idle=3, attempts=2)
    begin(method)
    assert len(drive(method, lambda step: "I am sorry")) == 3 * 2
