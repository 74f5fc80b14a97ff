"""Kind ``hf``: what a checkpoint brings along is not run unless that was asked for."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Message, Request, make_model, parse_spec
from llamoco_bench.errors import ModelError

from .tiny_checkpoints import save_llama

pytestmark = pytest.mark.slow

QUESTION = Request("p", [Message("user", "Write solve().")])

OWN = """
import pathlib
from transformers import LlamaConfig, LlamaForCausalLM

pathlib.Path({mark!r}).write_text("it ran")


class OwnConfig(LlamaConfig):
    model_type = "own"


class OwnForCausalLM(LlamaForCausalLM):
    config_class = OwnConfig
"""

ASK = """
import sys
from llamoco_bench.baselines.models import Message, Request, make_model, parse_spec, prepare_model
from llamoco_bench.errors import ModelError
spec = parse_spec(sys.argv[1])
prepare_model(spec)
try:
    print(repr(make_model(spec).generate(Request("p", [Message("user", "Write solve().")])).text))
except ModelError as error:
    print(error)
"""


def spec_of(folder: Path, query: str = "") -> str:
    return f"hf:{folder}?max_new_tokens=8&device=cpu{query}"


def answer_of(folder: Path) -> str:
    return make_model(parse_spec(spec_of(folder))).generate(QUESTION).text


@pytest.mark.parametrize("trusted", [False, True])
def test_code_of_a_checkpoint_runs_only_where_that_was_asked_for(trusted: bool, tmp_path: Path) -> None:
    folder, mark = save_llama(tmp_path / "checkpoint"), tmp_path / "mark"
    expected = answer_of(folder)
    config = json.loads((folder / "config.json").read_text())
    own = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnForCausalLM"}
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "own", "auto_map": own}))
    (folder / "own.py").write_text(OWN.format(mark=str(mark)))
    query = "&trust_remote_code=true" if trusted else ""
    done = subprocess.run(
        [sys.executable, "-c", ASK, spec_of(folder, query)],
        env={**os.environ, "HF_HOME": str(tmp_path / "hub")},
        input="y\ny\n",  # nobody is asked whether it may run
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert mark.exists() == trusted
    if trusted:
        assert done.stdout.strip() == repr(expected)
    else:
        assert "Its code runs only with trust_remote_code=true." in done.stdout


def test_pickled_weights_are_read_as_safe_ones_are(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = save_llama(tmp_path)
    expected = answer_of(folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert answer_of(folder) == expected


def test_pickled_weights_that_would_run_code_are_refused(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    class Payload:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (mark,)

    folder = save_llama(tmp_path / "checkpoint")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"lm_head.weight": Payload()}, protocol=2))
    with pytest.raises(ModelError, match="transformers cannot load"):
        answer_of(folder)
    assert not mark.exists()
