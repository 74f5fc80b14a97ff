from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llamoco_bench.baselines.models.base import Generation, Model, PaidModelError, Request, Usage
from llamoco_bench.baselines.models.serving.purse import Limits
from llamoco_bench.baselines.models.serving.scheduler import Scheduler
from llamoco_bench.baselines.models.serving.store import Account, AnswerStore
from llamoco_bench.errors import ModelError
from tests.models.serving.fakes import BatchEcho, Echo, ParallelEcho, request

ACCOUNT = Account("run", "m")
Schedule = Callable[..., Scheduler]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    store = AnswerStore(tmp_path / "answers.sqlite")
    yield store
    store.close()


@pytest.fixture
def schedule(store: AnswerStore) -> Iterator[Schedule]:
    made: list[Scheduler] = []

    def make(model: Model, limits: Limits | None = None) -> Scheduler:
        made.append(Scheduler(lambda: model, store, ACCOUNT.run, {ACCOUNT.model: limits or Limits()}))
        return made[-1]

    yield make
    for scheduler in made:
        scheduler.close(1.0)


def test_answers_come_in_the_order_of_the_requests(schedule: Schedule) -> None:
    answers = schedule(Echo()).ask([request("a"), request("b"), request("c")], "m")
    assert [answer.text for answer in answers] == ["a", "b", "c"]


def test_nothing_is_asked_twice(schedule: Schedule) -> None:
    model = Echo()
    scheduler = schedule(model)
    for _ in range(2):
        scheduler.ask([request("a"), request("a")], "m")
    assert schedule(model).ask([request("a")], "m")[0].text == "a"  # another session on the same store
    assert model.asked == ["a"]


def test_those_who_ask_the_same_wait_for_one_answer(schedule: Schedule) -> None:
    model = Echo()
    model.gate.clear()
    scheduler = schedule(model)
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(scheduler.ask, [request("a")], "m") for _ in range(4)]
        assert model.began.wait(10)
        model.gate.set()
        assert [answer.result(10)[0].text for answer in waiting] == ["a"] * 4
    assert model.asked == ["a"]


def test_what_is_waited_for_goes_before_what_was_announced(schedule: Schedule) -> None:
    model = Echo()
    model.gate.clear()
    scheduler = schedule(model)
    assert scheduler.announce([request(text) for text in "abcd"], "m") == 4
    assert model.began.wait(10)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(scheduler.ask, [request("d")], "m")
        while not scheduler._wanted:
            assert not waiting.done()
        model.gate.set()
        waiting.result(10)
    scheduler.ask([request(text) for text in "abcd"], "m")
    assert model.asked == ["a", "d", "b", "c"]


def test_what_was_announced_twice_or_answered_already_is_not_queued_again(schedule: Schedule) -> None:
    model = Echo()
    scheduler = schedule(model)
    scheduler.ask([request("a")], "m")
    assert scheduler.announce([request("a"), request("b"), request("b")], "m") == 1


def test_requests_of_the_same_temperature_are_drawn_together(schedule: Schedule) -> None:
    model = BatchEcho()
    warm = [request(text, temperature=1.0) for text in "abcde"]
    answers = schedule(model).ask([*warm, request("f")], "m")
    assert [answer.text for answer in answers] == list("abcdef")
    assert sorted(model.batches) == [(4, 1.0)]
    assert sorted(model.asked) == list("abcdef")


def test_batch_is_of_those_nearest_in_length_to_the_one_whose_turn_it_is(schedule: Schedule) -> None:
    model = BatchEcho()
    texts = [letter * length for letter, length in zip("abcdefgh", [5, 90, 4, 80, 6, 70, 5, 60], strict=True)]
    assert [answer.text for answer in schedule(model).ask([request(text) for text in texts], "m")] == texts
    assert [sorted(text[0] for text in model.asked[i : i + 4]) for i in (0, 4)] == [list("aceg"), list("bdfh")]


def test_adapters_that_wait_for_a_server_work_side_by_side(schedule: Schedule) -> None:
    model = ParallelEcho()
    model.gate.clear()
    scheduler = schedule(model)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(scheduler.ask, [request(text) for text in "abcd"], "m")
        deadline = threading.Event()
        while len(model.asked) < 3 and not deadline.wait(0.01):
            assert not waiting.done()
        assert len(model.asked) == 3
        model.gate.set()
        assert len(waiting.result(10)) == 4


def test_failure_reaches_those_who_wait_and_is_tried_again(schedule: Schedule) -> None:
    model = Echo()
    model.failures = 1
    scheduler = schedule(model)
    with pytest.raises(ModelError, match="no answer to a"):
        scheduler.ask([request("a")], "m")
    assert scheduler.ask([request("a")], "m")[0].text == "a"


def test_exception_of_an_adapter_is_told_as_what_it_is(schedule: Schedule) -> None:
    class Broken(Echo):
        def generate(self, request: object) -> None:  # type: ignore[override]
            raise ZeroDivisionError("by zero")

    with pytest.raises(ModelError, match="ZeroDivisionError: by zero"):
        schedule(Broken()).ask([request("a")], "m")


def test_limit_of_tokens_stops_further_requests_in_later_sessions_too(schedule: Schedule) -> None:
    model = Echo()
    limits = Limits(tokens=30)
    schedule(model, limits).ask([request("a"), request("b")], "m")  # 15 tokens each
    for _ in range(2):
        with pytest.raises(ModelError, match="30 tokens are spent, --llamoco-max-tokens is 30"):
            schedule(model, limits).ask([request("c")], "m")
    assert schedule(model, limits).ask([request("a")], "m")[0].text == "a"  # what is known costs nothing
    assert model.asked == ["a", "b"]


def test_what_a_failure_cost_counts_towards_the_limit(schedule: Schedule, store: AnswerStore) -> None:
    class Wasteful(Echo):
        def generate(self, request: Request) -> Generation:
            self.asked.append(request.messages[-1].content)
            raise PaidModelError("garbage", Usage(20, 10))

    model = Wasteful()
    scheduler = schedule(model, Limits(tokens=50))
    for text, says in [("a", "garbage"), ("a", "garbage"), ("b", "60 tokens are spent, --llamoco-max-tokens is 50")]:
        with pytest.raises(ModelError, match=says):
            scheduler.ask([request(text)], "m")
    assert model.asked == ["a", "a"]
    assert store.spent(ACCOUNT) == Usage(40, 20)


def test_those_who_share_a_model_have_accounts_and_limits_of_their_own(store: AnswerStore) -> None:
    model = BatchEcho()
    scheduler = Scheduler(lambda: model, store, "run", {"poor": Limits(tokens=15), "rich": Limits()})
    for text in ("a", "b"):
        scheduler.ask([request(f"rich {text}")], "rich")
    scheduler.ask([request("poor a")], "poor")
    scheduler.announce([request("x")], "poor")
    with ThreadPoolExecutor(2) as threads:
        poor = threads.submit(scheduler.ask, [request("poor b")], "poor")
        rich = threads.submit(scheduler.ask, [request("rich c"), request("x")], "rich")
        with pytest.raises(ModelError, match="15 tokens are spent"):
            poor.result(10)
        assert rich.result(10)[0].text == "rich c"
    assert store.spent(Account("run", "poor")).output_tokens <= 10
    assert store.spent(Account("run", "rich")).output_tokens >= 15
    scheduler.close(1.0)


def test_limit_of_cost_is_counted_by_the_prices(schedule: Schedule) -> None:
    limits = Limits(cost=1e-4, input_price=1.0, output_price=10.0)  # 60 millionths an answer
    scheduler = schedule(Echo(), limits)
    scheduler.ask([request("a"), request("b")], "m")
    with pytest.raises(ModelError, match=r"0\.00012 is spent, --llamoco-max-cost is 0\.0001"):
        scheduler.ask([request("c")], "m")


def test_closing_drops_the_queue_and_finishes_what_runs(schedule: Schedule, store: AnswerStore) -> None:
    model = Echo()
    model.gate.clear()
    scheduler = schedule(model)
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(scheduler.ask, [request("a")], "m")
        assert model.began.wait(10)
        queued = threads.submit(scheduler.ask, [request("b")], "m")
        while not scheduler._wanted:
            assert not queued.done()
        threading.Timer(0.1, model.gate.set).start()
        scheduler.close(10.0)
        assert running.result(10)[0].text == "a"
        with pytest.raises(ModelError, match="has ended"):
            queued.result(10)
    assert store.spent(ACCOUNT).output_tokens == 5


def test_seed_counts_only_where_answers_are_sampled(schedule: Schedule) -> None:
    model = Echo()
    scheduler = schedule(model)
    scheduler.ask([request("a", seed=1), request("a", seed=2)], "m")
    assert model.asked == ["a"]
    scheduler.ask([request("a", seed=seed, temperature=1.0) for seed in (1, 2)], "m")
    assert model.asked == ["a"] * 3
