"""A model of a server is asked through its broker: once for each answer, whatever is killed, within its limits."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.journal import Record, read_journals
from tests.models.fault_server import Behaviour, FaultServer, Handler, completion, fails, says, serving, takes_a_while
from tests.plugin.support import CRASHING, GOOD, Bench, fenced

SMOKE = "--llamoco-suite=smoke"
COMMANDS = {"broker": "models.serving.server", "worker": "exec(eval(sys.stdin.readline()))"}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving(says(completion(fenced(GOOD)))) as server:
        yield server


def model(server: FaultServer, label: str = "m", **options: object) -> str:
    more = "".join(f"&{name}={value}" for name, value in options.items())
    return f"--llamoco-model={label}=openai:m?base_url={server.base_url}{more}"


def generations(folder: Path) -> list[Record]:
    return [record for record in read_journals(folder / "journal") if record["kind"] == "generation"]


def processes_of(role: str, folder: Path) -> list[int]:
    """Process ids of the brokers or workers of the session that was started in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if COMMANDS[role] in line and (process / "cwd").readlink() == folder:
                found.append(int(process.name))
        except OSError:  # gone, or of somebody else
            continue
    return [pid for pid in found if pid != os.getpid()]  # which may be a worker itself


def kills(role: str, folder: Path) -> Behaviour:
    """Kill the first process of a role, then answer well."""

    def behave(handler: Handler) -> None:
        os.kill(processes_of(role, folder)[0], signal.SIGKILL)
        says(completion(fenced(GOOD)))(handler)

    return behave


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_each_problem_is_asked_about_once(bench: Bench, server: FaultServer, processes: list[str]) -> None:
    result = bench(model(server), SMOKE, *processes)
    assert result.parseoutcomes() == {"ok": 4}
    assert len(server.seen) == 4


def test_answers_are_kept_for_other_runs(bench: Bench, server: FaultServer) -> None:
    bench(model(server), SMOKE, runs=1)
    result = bench(model(server, "other"), SMOKE, runs=1)
    assert result.parseoutcomes() == {"ok": 4}
    result.stdout.fnmatch_lines(["other *10 ?10, 10?*"])  # tokens of an answer count, whoever paid
    assert len(server.seen) == 4


def test_without_the_cache_answers_stay_with_their_run(
    bench: Bench, server: FaultServer, pytester: pytest.Pytester
) -> None:
    for _ in range(2):
        bench(model(server), SMOKE, "--llamoco-cache=off", "--llamoco-problems=RC17", runs=1)
    assert len(server.seen) == 2
    assert not (Path(pytester.path) / ".llamoco" / "answers.sqlite").exists()


def test_limit_of_tokens_ends_the_asking_and_a_higher_one_goes_on(bench: Bench, server: FaultServer) -> None:
    stopped = bench(model(server, concurrency=1), SMOKE, "--llamoco-run-dir=out", "--llamoco-max-tokens=15")
    assert stopped.ret == pytest.ExitCode.TESTS_FAILED
    assert stopped.parseoutcomes() == {"ok": 2, "failed": 2}
    stopped.stdout.fnmatch_lines(["*20 tokens are spent, --llamoco-max-tokens is 15*"])
    result = bench(model(server, concurrency=1), SMOKE, "--llamoco-resume=out", "--llamoco-max-tokens=1000")
    assert result.ret == 0
    assert len(server.seen) == 4


def test_limit_of_cost_needs_a_price(bench: Bench, server: FaultServer, pytester: pytest.Pytester) -> None:
    refused = bench(model(server), SMOKE, "--llamoco-max-cost=1")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*--llamoco-max-cost needs the prices of m; give a list by --llamoco-prices=FILE*"])
    assert not (Path(pytester.path) / ".llamoco").exists()
    Path("prices.json").write_text(json.dumps({"m": {"input": 1e5, "output": 1e5}}))  # 1 an answer
    limited = bench(model(server, concurrency=1), SMOKE, "--llamoco-max-cost=1.5", "--llamoco-prices=prices.json")
    assert limited.parseoutcomes() == {"ok": 2, "failed": 2}


@pytest.mark.slow
def test_all_workers_ask_through_one_process(bench: Bench, pytester: pytest.Pytester) -> None:
    """What it holds, weights or a bound on what is asked at a time, there is once."""
    brokers: list[int] = []
    late = takes_a_while(fenced(GOOD), 0.3)

    def looks(handler: Handler) -> None:
        brokers.extend(processes_of("broker", pytester.path))
        late(handler)

    with serving(looks) as server:
        result = bench(model(server, concurrency=1), SMOKE, "-n", "4", runs=1)
        assert (len(server.seen), server.most_at_once) == (4, 1)
    assert result.parseoutcomes() == {"ok": 4}
    assert (len(brokers), len(set(brokers))) == (4, 1)


@pytest.mark.parametrize(
    ("role", "processes", "asked"),
    [
        ("broker", [], 5),  # what was on its way when it died is asked anew
        pytest.param("broker", ["-n", "2"], 5, marks=pytest.mark.slow),
        pytest.param("worker", ["-n", "2"], 4, marks=pytest.mark.slow),  # the broker brings it home
    ],
)
def test_after_a_kill_nothing_that_was_answered_is_asked_again(
    bench: Bench, pytester: pytest.Pytester, role: str, processes: list[str], asked: int
) -> None:
    good = says(completion(fenced(GOOD)))
    with serving(good, good, kills(role, pytester.path), good) as server:
        spec = model(server, concurrency=1, retries=0)
        killed = bench(spec, SMOKE, "--llamoco-run-dir=out", *processes, runs=1)
        assert killed.ret != 0
        if role == "broker":
            killed.stdout.fnmatch_lines(["*InfrastructureFault: The process that serves m has died*logs*"])
        answered = [request["messages"] for request in server.seen[:2]]
        result = bench(spec, SMOKE, "--llamoco-resume=out", *processes, runs=1)
        assert result.ret == 0
        outcomes = result.parseoutcomes()  # what was finished before is cached
        assert outcomes.get("ok", 0) + outcomes.get("cached", 0) == sum(outcomes.values()) == 4
        assert len(server.seen) == asked
        assert all(request["messages"] not in answered for request in server.seen[2:])


def test_server_that_fails_is_an_infrastructure_fault(bench: Bench) -> None:
    with serving(fails(500)) as server:
        result = bench(model(server, retries=0), SMOKE, "--llamoco-problems=RC17")
    assert result.parseoutcomes() == {"failed": 1}
    result.stdout.fnmatch_lines(["InfrastructureFault: m on cec2020/RC17: *500*"])


def test_broker_that_cannot_start_is_told_and_nothing_runs(bench: Bench, server: FaultServer) -> None:
    Path("answers").write_text("no store of answers, and longer than the header of one, so that it shows")
    result = bench(model(server), SMOKE, "--llamoco-cache=answers")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*The store of answers *answers cannot be used*"])
    assert not server.seen


def test_collecting_starts_no_broker(bench: Bench, server: FaultServer, pytester: pytest.Pytester) -> None:
    assert bench(model(server), SMOKE, "--collect-only").ret == 0
    assert not (Path(pytester.path) / ".llamoco").exists()


@pytest.mark.parametrize("processes", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)])
def test_stages_can_be_done_in_sessions_of_their_own(bench: Bench, processes: list[str]) -> None:
    """The first answer crashes and is repaired; each stage does what it can and says what comes next."""
    broken, mended = says(completion(fenced(CRASHING))), says(completion(fenced(GOOD)))
    stages = [("generate", "generated"), ("execute", "waiting"), ("generate", "generated"), ("execute", "repaired")]
    with serving(broken, mended) as server:
        for number, (stage, word) in enumerate(stages):
            where = "--llamoco-resume=out" if number else "--llamoco-run-dir=out"
            asked = len(server.seen)
            options = (SMOKE, "--llamoco-problems=RC17", f"--llamoco-stage={stage}", where)
            result = bench(model(server), *options, *processes)
            assert result.ret == 0
            assert result.parseoutcomes() == {word: 1}
            assert len(server.seen) - asked == (stage == "generate")
            following = "execute" if stage == "generate" else "generate"
            if number < 3:
                result.stdout.fnmatch_lines([f"  pytest *--llamoco-resume=out *--llamoco-stage={following}"])
    result.stdout.no_fnmatch_line("*Go on with*")


def test_executing_needs_neither_server_nor_weights(bench: Bench, server: FaultServer) -> None:
    bench(model(server), SMOKE, "--llamoco-stage=generate", "--llamoco-run-dir=out")
    server.shutdown()
    result = bench(model(server), SMOKE, "--llamoco-stage=execute", "--llamoco-resume=out")
    assert result.parseoutcomes() == {"ok": 4}


def test_unknown_stage_is_refused_with_what_there_is(bench: Bench, server: FaultServer) -> None:
    result = bench(model(server), "--llamoco-stage=exekute")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--llamoco-stage: *execute*"])
