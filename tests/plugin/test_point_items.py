"""OPRO and LMEA as items: points of a real server are evaluated here, journalled, and gone on with."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.journal import Record, read_journals
from tests.models.fault_server import FaultServer, Handler, completion, says, serving
from tests.plugin.support import Bench

SUITE = ("--llamoco-suite=smoke", "--llamoco-problems=RC17")
OPRO = "steps=3&samples=2"


def thinks(handler: Handler) -> None:
    """Answer as a small optimizer would: half-way between the two best points that the prompt shows, and a bit off."""
    prompt = handler.server.seen[-1]["messages"][-1]["content"]
    shown = re.findall(r"point:\n\[(.*)\]|<sol>(.*)</sol>", prompt)
    if len(shown) < 2:
        says(completion("I see no points"))(handler)
        return
    best, second = ([float(x) for x in (a or b).split(",")] for a, b in (shown[-1], shown[-2]))
    shift = 0.5 + 0.01 * len(handler.server.seen)
    child = ", ".join(f"{x + shift * (y - x):.6g}" for x, y in zip(second, best, strict=True))
    says(completion(f"[{child}] <res>{child}</res> <res>{child}, 7</res>"))(handler)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving(thinks) as server:
        yield server


def model(server: FaultServer, kind: str, query: str) -> str:
    return f"--llamoco-model=m={kind}:openai:m?base_url={server.base_url}&concurrency=1&retries=0&{query}"


def records(kind: str, folder: str = "out") -> list[Record]:
    return [record for record in read_journals(Path(folder) / "journal") if record["kind"] == kind]


def test_points_of_a_server_are_scored(bench: Bench, server: FaultServer) -> None:
    result = bench(model(server, "opro", OPRO), *SUITE, "--llamoco-run-dir=out", "-n", "2")
    assert result.parseoutcomes() == {"ok": 1}
    result.stdout.fnmatch_lines(["m  * -  * -  *"])
    assert len(server.seen) == 2 * 6
    assert all(request["temperature"] == 1.0 for request in server.seen)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "length", "others", "answers"),
    [("opro", "steps", "samples=2", 2), ("lmea", "generations", "population=4", 4)],
)
def test_session_that_was_killed_goes_on_where_it_was(
    server: FaultServer, bench: Bench, kind: str, length: str, others: str, answers: int
) -> None:
    """`answers` are those of a step: samples of OPRO, attempts of LMEA, each of which holds one child here."""
    spec = model(server, kind, f"{length}=200&{others}")
    command = [sys.executable, "-m", "pytest", spec, *SUITE, "--llamoco-run-dir=out", "--llamoco-cache=off"]
    with subprocess.Popen(
        [*command, "--llamoco-runs=1", "--llamoco-timeout=3.0"], stdout=subprocess.DEVNULL
    ) as session:
        deadline = time.monotonic() + 60
        while len(server.seen) < 10:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(session.pid, signal.SIGKILL)
    time.sleep(1.0)
    finished = len(records("generation"))
    assert finished >= 4
    before = len(server.seen)
    steps = before // answers + 5
    short = model(server, kind, f"{length}={steps}&{others}")
    result = bench(short, *SUITE, "--llamoco-resume=out", "--llamoco-cache=off", runs=1)
    assert result.parseoutcomes() == {"ok": 1}
    assert 0 < len(server.seen) - before <= answers * steps - finished


def test_models_over_the_same_one_share_its_broker_and_have_limits_of_their_own(
    bench: Bench, server: FaultServer
) -> None:
    base = f"openai:m?base_url={server.base_url}&concurrency=1"
    models = [f"--llamoco-model=a={base}", f"--llamoco-model=b=opro:{base}&{OPRO}", f"--llamoco-model=c=fewshot:{base}"]
    bench(*models, *SUITE, "--llamoco-run-dir=out", "--llamoco-repairs=0", runs=1)
    assert len(list(Path("out/logs").glob("broker-*.log"))) == 1
    assert {record["model"] for record in records("generation")} == {"a", "b", "c"}
    limited = bench(*models, *SUITE, "--llamoco-run-dir=poor", "--llamoco-repairs=0", "--llamoco-max-tokens=30",
                    "--llamoco-cache=off", runs=1)  # fmt: skip
    limited.stdout.fnmatch_lines(
        ["InfrastructureFault: *tokens are spent, --llamoco-max-tokens is 30*", "*1 failed, 2 no code*"]
    )
