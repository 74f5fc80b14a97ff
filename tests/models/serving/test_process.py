from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Model, make_model, parse_spec
from llamoco_bench.baselines.models.serving import Address, BrokeredModel, BrokerProcess, Limits
from llamoco_bench.errors import ModelError
from llamoco_bench.testing import AdapterConformance
from tests.models.fault_server import serving, takes_a_while
from tests.models.serving.fakes import request
from tests.processes import runs, wait_until

Start = Callable[..., BrokerProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[BrokerProcess] = []

    def begin(spec: str, limits: dict[str, Limits] | None = None) -> BrokerProcess:
        store, log = tmp_path / "answers.sqlite", tmp_path / "log" / "broker.log"
        started.append(BrokerProcess(parse_spec(spec), store, "run", limits or {}, log))
        return started[-1]

    yield begin
    for process in started:
        process.close()


class TestBrokeredModelConforms(AdapterConformance):
    @pytest.fixture
    def model(self, start: Start) -> Model:
        return BrokeredModel(start("random").wait_until_ready())


def test_brokered_model_is_the_model(start: Start) -> None:
    address = start("random").wait_until_ready()
    brokered, model = BrokeredModel(address), make_model(parse_spec("random"))
    assert brokered.identity == model.identity
    assert brokered.generate(request("a")).text == model.generate(request("a")).text
    brokered.close()
    assert brokered.generate(request("b")).text  # connects again


def test_model_that_cannot_be_made_is_told_at_the_start(start: Start, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no file"):
        start(f"gguf:{tmp_path / 'missing.gguf'}").wait_until_ready()


TALKATIVE = """
import os
from llamoco_bench.baselines.models.fixed_program import FixedProgram

print("loading the weights")

class Talkative(FixedProgram):
    def generate(self, request):
        os.write(1, b"a progress bar " * 20_000)  # as a library written in C does
        return super().generate(request)

def make(spec):
    print("made")
    return Talkative("talkative", "pass")
"""


def test_what_an_adapter_prints_goes_to_the_log(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    info = folder / "talkative-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "talkative.py").write_text(TALKATIVE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: talkative\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[llamoco_bench.models]\ntalkative = talkative:make\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    address = start("talkative").wait_until_ready()
    assert "pass" in BrokeredModel(address).generate(request("a")).text
    log = Path(address.log).read_text()
    assert "loading the weights\nmade\n" in log
    assert log.count("a progress bar") == 20_000


def test_death_of_the_broker_is_told_and_names_its_log(start: Start) -> None:
    process = start("random")
    model = BrokeredModel(process.wait_until_ready())
    assert model.generate(request("a")).text
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not runs(process.pid))
    for _ in range(2):
        with pytest.raises(ModelError, match=r"serves random has died .*broker\.log"):
            model.generate(request("b"))


def test_store_that_fails_is_told_whatever_was_asked_and_the_broker_lives_on(start: Start, tmp_path: Path) -> None:
    model = BrokeredModel(start("random").wait_until_ready())
    assert model.generate(request("a")).text
    for file in tmp_path.glob("answers.sqlite*"):
        file.write_bytes(b"no database " * 4096)
    for _ in range(2):
        with pytest.raises(ModelError, match=r"answers\.sqlite"):
            model.announce([request("b")])
        with pytest.raises(ModelError, match=r"answers\.sqlite"):
            model.generate(request("c"))


def test_nobody_without_the_secret_is_answered(start: Start) -> None:
    address = start("random").wait_until_ready()
    with pytest.raises(AuthenticationError):
        Client(address.socket, "AF_UNIX", authkey=b"a guess")
    with pytest.raises(ModelError, match="AuthenticationError"):
        BrokeredModel(Address(address.label, address.socket, "00" * 32, address.log)).generate(request("a"))
    assert BrokeredModel(address).generate(request("a")).text
    assert Path(address.socket).parent.stat().st_mode & 0o077 == 0


def test_broker_leaves_nothing_behind(start: Start) -> None:
    process = start("random")
    folder = Path(process.wait_until_ready().socket).parent
    process.close()
    assert not runs(process.pid)
    assert not folder.exists()


PARENT = """
import sys, time
from pathlib import Path
from llamoco_bench.baselines.models import parse_spec
from llamoco_bench.baselines.models.serving import BrokerProcess
folder = Path(sys.argv[1])
broker = BrokerProcess(parse_spec("random"), folder / "s", "run", {}, folder / "log")
broker.wait_until_ready()
print(broker.pid, Path(broker.address.socket).parent, flush=True)
time.sleep(60)
"""


def test_broker_ends_when_the_session_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number, folder = parent.stdout.readline().split()
        pid = int(number)
        assert runs(pid)
        parent.kill()
    assert wait_until(lambda: not runs(pid))
    assert not Path(folder).exists()


def test_answer_on_its_way_is_kept_when_the_session_ends(start: Start, tmp_path: Path) -> None:
    with serving(takes_a_while("late", 1.0)) as server:
        spec = f"openai:m?base_url={server.base_url}"
        process = start(spec)
        BrokeredModel(process.wait_until_ready()).announce([request("a")])
        assert wait_until(lambda: bool(server.seen))
        process.close()
        again = BrokeredModel(start(spec).wait_until_ready())
        assert again.generate(request("a")).text == "late"
        assert len(server.seen) == 1


def test_requests_to_a_server_overlap_within_the_bound(start: Start) -> None:
    with serving(takes_a_while("x", 0.5)) as server:
        model = BrokeredModel(start(f"openai:m?base_url={server.base_url}&concurrency=3").wait_until_ready())
        model.generate_all([request(str(number)) for number in range(6)])
        assert len(server.seen) == 6
        assert server.most_at_once == 3
