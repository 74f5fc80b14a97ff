"""Each program of the corpus, and what the harness must look like afterwards."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import llamoco_bench
from llamoco_bench.sandbox import Sandbox
from llamoco_bench.statuses import STATUSES
from tests.sandbox.conftest import SECRET
from tests.sandbox.corpus_reader import Hostile, read_corpus
from tests.sandbox.processes import children_in
from tests.sandbox.scrutiny import LISTING, LONG, SHORT, assert_clean, assert_honest, open_descriptors
from tests.sandbox.toys import Sphere

SEGMENT = 0x11AC0  # the key of a shared segment in the corpus


@dataclass(frozen=True)
class Surroundings:
    """What a program must leave alone."""

    canary: Path
    tcp: socket.socket
    udp: socket.socket

    def fill_in(self, source: str) -> str:
        harness = str(Path(llamoco_bench.__file__).parent)
        words = {"{canary}": str(self.canary), "{port}": str(self.tcp.getsockname()[1]), "{harness}": harness}
        for word, text in words.items():
            source = source.replace(word, text)
        return source

    def photograph(self) -> list[tuple[str, int, int, int, str]]:
        paths = [self.canary, *sorted(self.canary.rglob("*"))]
        stats = [path.lstat() for path in paths]
        texts = [path.read_text() if path.is_file() else "" for path in paths]
        return [
            (str(path), stat.st_mode, stat.st_uid, stat.st_mtime_ns, text)
            for path, stat, text in zip(paths, stats, texts, strict=True)
        ]

    def heard(self) -> list[str]:
        heard = []
        for name, listener, hear in (("tcp", self.tcp, self.tcp.accept), ("udp", self.udp, lambda: self.udp.recv(1))):
            listener.setblocking(False)
            try:
                hear()
            except BlockingIOError:
                continue
            heard.append(name)
        return heard


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "secret.txt").chmod(0o600)
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        yield Surroundings(tmp_path, tcp, udp)


def left_on_the_machine() -> list[str]:
    """What the programs of the corpus would leave in the places that all users share."""
    segments = Path("/proc/sysvipc/shm").read_text().split("\n")[1:]
    files = [path for folder in ("/tmp", "/dev/shm") for path in Path(folder).glob("*pwned*")]
    return [line for line in segments if line.split()[:1] == [str(SEGMENT)]] + list(map(str, files))


@pytest.mark.parametrize("program", list(read_corpus()), ids=lambda program: program.name)
def test_hostile_program_gets_its_status_and_leaves_nothing_behind(
    program: Hostile, sandbox: Sandbox, surroundings: Surroundings, request: pytest.FixtureRequest
) -> None:
    problem = Sphere()
    before, descriptors = surroundings.photograph(), open_descriptors()
    start = time.monotonic()
    limits = SHORT if "timeout" in program.accepted else LONG
    result = sandbox.run(surroundings.fill_in(program.source), problem, seed=1, limits=limits)
    took = time.monotonic() - start
    # For benchmarks/sandbox_corpus.py.
    request.node.user_properties += [("status", result.status), ("over_limit_s", took - limits.wall_s)]
    assert result.status in program.accepted, result.error
    assert took < limits.wall_s + 2.0
    assert surroundings.photograph() == before
    assert surroundings.heard() == []
    assert children_in(sandbox) == []
    assert left_on_the_machine() == []
    assert open_descriptors() <= descriptors
    assert_honest(result, problem)
    assert_clean(result)
    assert sandbox.run(LISTING, Sphere()).output == "[]\n"


def test_corpus_holds_every_kind_of_attack() -> None:
    programs = list(read_corpus())
    assert len(programs) >= 190
    assert len({program.name for program in programs}) == len(programs)
    certain = {program.accepted[0] for program in programs if len(program.accepted) == 1}
    assert certain == set(STATUSES) - {"no_code", "infra"}
