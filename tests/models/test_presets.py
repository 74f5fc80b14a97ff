"""Every preset: what it stands for, and that its architecture and its tokenizer's family are answered by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import Message, ModelSpec, Request, make_model, parse_spec, prepare_model
from llamoco_bench.baselines.models.base import BatchModel
from llamoco_bench.baselines.models.instruction_template import instruction_text
from llamoco_bench.baselines.models.openai_chat import ChatSettings
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.errors import ModelError

from .paper_families import save_family

CHECKPOINTS = {name: preset.name for name, preset in PRESETS.items() if preset.kind == "hf"}
QUESTION = [Message("user", "def solve"), Message("assistant", "pass"), Message("user", "return lower")]

PAPER = {
    # preset: (temperature, longest answer)
    "codegen-350m": (0.0, 2048),
    "codegen-2b": (0.0, 2048),
    "codegen-6b": (0.0, 2048),
    "phi-2": (0.0, 2048),
    "codellama-7b": (0.0, 2048),
    "llama2-70b": (0.1, 2048),
    "deepseekmath-7b": (0.0, 2048),
    "gpt-4-1106-preview": (1.0, 2048),
    "gpt-4o": (0.0, 2048),
    "o1-mini": (None, 25_000),
    "o1-preview": (None, 25_000),
}


@pytest.mark.parametrize("name", PAPER)
def test_models_of_the_paper_have_its_decoding_settings(name: str) -> None:
    spec = parse_spec(name)
    if spec.kind == "openai":
        settings = ChatSettings.of(spec)
        assert (settings.temperature, settings.max_tokens) == PAPER[name]
    else:
        assert (spec.options["temperature"], spec.options["max_new_tokens"]) == PAPER[name]


def test_every_preset_is_looked_at_here() -> None:
    assert set(PRESETS) == {*PAPER, "smollm2"}


@pytest.mark.parametrize("name", ["gpt-4-1106-preview", "gpt-4o", "o1-mini", "o1-preview"])
def test_hosted_presets_need_the_vendors_key_and_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        make_model(parse_spec(name))
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert make_model(parse_spec(name)).identity["model"] == name


def tiny(name: str, folder: Path) -> ModelSpec:
    """The preset, with a tiny relative in place of its weights."""
    spec = parse_spec(f"{name}?device=cpu&max_new_tokens=8&temperature=0&batch=2")
    return replace(spec, name=str(save_family(name, folder)))


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_architecture_and_tokenizer_are_asked_in_their_own_form(name: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    spec = tiny(name, tmp_path / "tiny")
    prepare_model(spec)
    model = make_model(spec)
    answer = model.generate(Request("p", QUESTION))
    words, network = AutoTokenizer.from_pretrained(spec.name), AutoModelForCausalLM.from_pretrained(spec.name)
    if words.chat_template is None:
        ids = words(instruction_text(QUESTION), return_tensors="pt")["input_ids"]
    else:
        turns = [{"role": message.role, "content": message.content} for message in QUESTION]
        ids = words.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=False)
    start = ids.shape[1]
    with torch.inference_mode():
        for _ in range(8):
            if start < ids.shape[1] and int(ids[0, -1]) == words.eos_token_id:
                break
            ids = torch.cat([ids, network(ids).logits[:, -1:].argmax(-1)], dim=1)
    assert answer.text == words.decode(ids[0, start:], skip_special_tokens=True)
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (start, ids.shape[1] - start)
    assert (words.chat_template is None) == name.startswith(("codegen", "phi"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_context_of_the_architecture_is_known_and_batches_answer_as_single_requests(name: str, tmp_path: Path) -> None:
    model = make_model(tiny(name, tmp_path / "tiny"))
    requests = [Request("p", [Message("user", text)]) for text in ("def solve", "return lower, upper " * 2, "x " * 400)]
    assert isinstance(model, BatchModel)
    together, alone = model.generate_batch(requests), [model.generate(request) for request in requests]
    assert [(a.text, a.usage, a.finish_reason) for a in together] == [(a.text, a.usage, a.finish_reason) for a in alone]
    assert (together[2].text, together[2].finish_reason) == ("", "context")
