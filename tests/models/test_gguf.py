"""Kind ``gguf``: files, options, and the real SmolLM2 in llama.cpp."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Message, Model, Request, make_model, parse_spec, prepare_model
from llamoco_bench.baselines.models.gguf import LlamaCpp, LlamaOptions
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.testing import AdapterConformance

OPTIONS = LlamaOptions(temperature=0.0, max_tokens=12, n_ctx=512, threads=1, seed=0)


@pytest.fixture
def gguf_file(tmp_path: Path, cache: Path) -> Path:
    """Looks like a GGUF file as far as its first four bytes."""
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF and then nothing")
    return file


@pytest.mark.parametrize(("content", "says"), [(None, "is no file"), (b"PK\x03\x04", "does not begin with GGUF")])
def test_what_is_no_gguf_file_is_refused_before_the_run(content: bytes | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    for do in (prepare_model, make_model):
        with pytest.raises(UsageError, match=says):
            do(parse_spec(f"gguf:{file}"))


def test_file_that_llama_cpp_cannot_load_is_a_model_error(gguf_file: Path) -> None:
    prepare_model(parse_spec(f"gguf:{gguf_file}"))
    model = make_model(parse_spec(f"gguf:{gguf_file}"))
    with pytest.raises(ModelError, match=r"llama\.cpp cannot load"):
        model.generate(Request("p", [Message("user", "?")]))
    model.close()


def test_identity_needs_no_weights_in_memory_and_names_what_changes_answers(gguf_file: Path) -> None:
    def identity(options: str = "") -> dict[str, object]:
        return dict(make_model(parse_spec(f"gguf:{gguf_file}{options}")).identity)

    base = identity()
    assert base == identity("?temperature=0")
    changed = ["?temperature=1", "?max_tokens=9", "?n_ctx=512", "?threads=2", "?temperature=1&seed=2"]
    assert len({str(identity(options)) for options in ["", *changed]}) == len(changed) + 1
    assert identity("?seed=5") == base, "at temperature 0 a seed changes nothing"
    assert str(gguf_file.parent) not in str(base)


def test_every_part_of_a_split_file_counts(tmp_path: Path, cache: Path) -> None:
    for i in (1, 2):
        (tmp_path / f"m-0000{i}-of-00002.gguf").write_bytes(b"GGUF%d" % i)
    first = tmp_path / "m-00001-of-00002.gguf"
    before = make_model(parse_spec(f"gguf:{first}")).identity
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(b"GGUF3")
    assert make_model(parse_spec(f"gguf:{first}")).identity["weights_sha256"] != before["weights_sha256"]


@pytest.mark.model
class TestSmolLM2Conforms(AdapterConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, smollm2_file: Path) -> Iterator[Model]:
        model = LlamaCpp(smollm2_file, OPTIONS)
        yield model
        model.close()


def ask(model: Model, text: str = "Write a Python function that adds two numbers.", sample: int = 0) -> Request:
    return Request("p", [Message("user", text)], sample=sample, seed=1)


@pytest.mark.model
def test_smollm2_writes_python_and_counts_its_own_tokens(smollm2_file: Path) -> None:
    model = LlamaCpp(smollm2_file, OPTIONS)
    answer = model.generate(ask(model))
    model.close()
    assert "def " in answer.text
    assert answer.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.output_tokens == 12
    assert 20 < answer.usage.input_tokens < 60  # the question and SmolLM2's own chat template
    assert answer.wall_s > 0


@pytest.mark.model
def test_prompt_beyond_the_context_is_an_empty_answer_that_says_so(smollm2_file: Path) -> None:
    model = LlamaCpp(smollm2_file, OPTIONS)
    answer = model.generate(ask(model, "word " * 600))
    assert (answer.text, answer.finish_reason) == ("", "context")
    assert answer.usage is not None
    assert answer.usage.input_tokens > 600
    assert model.generate(ask(model)).text, "the model still answers afterwards"
    model.close()


@pytest.mark.model
def test_sampling_differs_between_samples_and_repeats_with_the_seed(smollm2_file: Path) -> None:
    hot = LlamaOptions(temperature=1.5, max_tokens=12, n_ctx=512, threads=1, seed=0)
    model = LlamaCpp(smollm2_file, hot)
    texts = [model.generate(ask(model, sample=sample)).text for sample in (0, 1, 2, 0)]
    model.close()
    assert len(set(texts[:3])) == 3
    assert texts[3] == texts[0]
    other = LlamaCpp(smollm2_file, LlamaOptions(temperature=1.5, max_tokens=12, n_ctx=512, threads=1, seed=1))
    assert other.generate(ask(other)).text != texts[0]
    other.close()


INTERRUPTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with it ignored
from pathlib import Path
from llamoco_bench.baselines.models import Message, Request
from llamoco_bench.baselines.models.gguf import LlamaCpp, LlamaOptions
model = LlamaCpp(Path(sys.argv[1]), LlamaOptions(5.0, 3500, 4096, 1, 0))
try:
    print("asking", flush=True)
    model.generate(Request("p", [Message("user", "Write a long story.")]))
    print("answered")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.model
def test_ctrl_c_ends_a_long_answer(smollm2_file: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(smollm2_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asking\n"
        time.sleep(3)  # within the answer: loading takes about one second, the whole answer minutes
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == "interrupted\n"


QUIET = """
import os, sys
from pathlib import Path
from llamoco_bench.baselines.models import Message, Request
from llamoco_bench.baselines.models.gguf import LlamaCpp, LlamaOptions
model = LlamaCpp(Path(sys.argv[1]), LlamaOptions(0.0, 3, 512, 1, 0))
model.generate(Request("p", [Message("user", "Hello")]))
children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
ports = [line for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
links = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd"))
own = {os.readlink(link) for link in links if os.path.lexists(link)}
held = [line for line in ports if f"socket:[{line.split()[9]}]" in own]
if children or held:
    sys.exit(f"children {children!r}, ports {held!r}")
if len(sys.argv) > 2:
    model.close()
"""


@pytest.mark.model
@pytest.mark.parametrize("closing", [[], ["close"]])
def test_engine_prints_nothing_opens_no_port_starts_no_process(smollm2_file: Path, closing: list[str]) -> None:
    command = [sys.executable, "-c", QUIET, str(smollm2_file), *closing]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
