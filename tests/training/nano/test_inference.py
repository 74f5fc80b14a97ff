from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.baselines.models.base import Message, Model, Request
from llamoco_bench.baselines.models.nano.network import Network
from llamoco_bench.baselines.models.nano.weights import Config, read_weights
from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.baselines.models.spec import parse_spec
from llamoco_bench.errors import ModelError
from llamoco_bench.testing import AdapterConformance

PROMPT = [
    Message("user", "Minimize a function of 32 variables.\n\n```python\ndef objective(x):\n    return x @ x\n```")
]


def network(folder: Path) -> Network:
    return Network(Config.read(folder / "config.json"), read_weights(folder / "model.safetensors"))


class TestNanoConforms(AdapterConformance):
    @pytest.fixture
    def model(self, checkpoint: Path) -> Model:
        return make_model(parse_spec(f"nano?folder={checkpoint}&max_tokens=20"))


@pytest.mark.parametrize("key_heads", [1, 2])
def test_logits_are_those_of_transformers(checkpoint: Path, tmp_path: Path, key_heads: int) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    folder = checkpoint
    if key_heads == 1:  # grouped queries, and a head of its own
        config = AutoConfig.from_pretrained(checkpoint, num_key_value_heads=1, tie_word_embeddings=False)
        torch.manual_seed(0)
        AutoModelForCausalLM.from_config(config).to(torch.float16).save_pretrained(tmp_path)
        folder = tmp_path
    peer = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = np.random.default_rng(0).integers(0, peer.config.vocab_size, 70).tolist()
    with torch.no_grad():
        expected = peer(torch.tensor([ids])).logits[0].numpy()
    ours = network(folder)
    np.testing.assert_allclose(ours.read(ids), expected[-1], rtol=1e-3, atol=1e-4)
    ours.forget()
    ours.read(ids[:50])
    for place in range(50, 70):
        np.testing.assert_allclose(ours.read([ids[place]]), expected[place], rtol=1e-3, atol=1e-4)


def test_answers_are_those_of_the_adapter_for_checkpoints(checkpoint: Path) -> None:
    nano = make_model(parse_spec(f"nano?folder={checkpoint}&max_tokens=40"))
    peer = make_model(parse_spec(f"hf:{checkpoint}?max_new_tokens=40&dtype=float32"))
    one, other = nano.generate(Request("p", PROMPT)), peer.generate(Request("p", PROMPT))
    assert one.text == other.text != ""
    assert one.usage == other.usage
    assert one.finish_reason == other.finish_reason
    nano.close()
    peer.close()


def test_sampling_goes_by_the_seed(checkpoint: Path) -> None:
    model = make_model(parse_spec(f"nano?folder={checkpoint}&max_tokens=10&temperature=1"))
    one, same, other = (model.generate(Request("p", PROMPT, seed=seed)).text for seed in (1, 1, 2))
    assert one == same != other


def test_what_is_too_long_loses_its_middle(checkpoint: Path) -> None:
    model = make_model(parse_spec(f"nano?folder={checkpoint}&max_tokens=4"))
    answer = model.generate(Request("p", [Message("user", "z1" * 5000)]))
    assert answer.usage is not None
    assert answer.usage.input_tokens == 2048 - 4
    assert answer.usage.output_tokens <= 4


def test_a_damaged_checkpoint_is_told(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no nano model"):
        make_model(parse_spec(f"nano?folder={tmp_path}"))
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint, folder)
    (folder / "model.safetensors").write_bytes((checkpoint / "model.safetensors").read_bytes()[:-1000])
    with pytest.raises(ModelError, match="cannot be read as safetensors"):
        make_model(parse_spec(f"nano?folder={folder}")).generate(Request("p", PROMPT))
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "hidden_act": "gelu"}))
    with pytest.raises(ModelError, match="no plain Llama"):
        make_model(parse_spec(f"nano?folder={folder}")).generate(Request("p", PROMPT))


def test_it_needs_neither_torch_nor_transformers(checkpoint: Path) -> None:
    code = (
        "import sys; from llamoco_bench.baselines.models.base import Message, Request\n"
        "from llamoco_bench.baselines.models.registry import make_model\n"
        "from llamoco_bench.baselines.models.spec import parse_spec\n"
        f"make_model(parse_spec('nano?folder={checkpoint}')).generate(Request('p', [Message('user', 'x')]))\n"
        "print([name for name in ('torch', 'transformers', 'tokenizers', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
