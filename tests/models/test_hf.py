"""Kind ``hf``: real transformers on tiny checkpoints of every form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models import Message, Model, Request, make_model, parse_spec, prepare_model
from llamoco_bench.baselines.models.base import BatchModel, Generation
from llamoco_bench.baselines.models.instruction_template import instruction_text
from llamoco_bench.errors import ModelError
from llamoco_bench.testing import AdapterConformance

from .tiny_checkpoints import load_adapter, save_adapter, save_llama, tokenizer

pytestmark = pytest.mark.slow

QUESTION = [Message("user", "Write solve()."), Message("assistant", "pass"), Message("user", "Correct it.")]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full checkpoint without chat template."""
    return save_llama(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full checkpoint with chat template."""
    return save_llama(tmp_path_factory.mktemp("chatty"), chat=True)


def model_of(folder: Path, query: str = "") -> Model:
    spec = parse_spec(f"hf:{folder}?max_new_tokens=8&device=cpu{query}")
    prepare_model(spec)
    return make_model(spec)


def ask(model: Model, messages: list[Message] | None = None, sample: int = 0) -> Generation:
    return model.generate(Request("p", messages or QUESTION, sample=sample, seed=1))


def tokens_in(text: str, *, chat: bool, special: bool) -> int:
    return len(tokenizer(chat)(text, add_special_tokens=special)["input_ids"])


def questions(*lengths: int) -> list[Request]:
    return [Request("p", [Message("user", "solve " * length)], seed=1) for length in lengths]


def test_answers_of_a_batch_are_those_of_single_requests(plain: Path) -> None:
    model = model_of(plain, "&dtype=float32")
    assert isinstance(model, BatchModel)
    together = model.generate_batch(questions(1, 30, 7))
    alone = [model.generate(request) for request in questions(1, 30, 7)]
    assert [(a.text, a.usage, a.finish_reason) for a in together] == [(a.text, a.usage, a.finish_reason) for a in alone]


def test_prompt_that_nearly_fills_the_context_does_not_cut_the_others_off(plain: Path) -> None:
    model = model_of(plain, "&dtype=float32")
    assert isinstance(model, BatchModel)
    context = 256
    [short] = model.generate_batch(questions(1))
    assert short.usage is not None
    fits = next(
        n
        for n in range(1, context)
        if tokens_in(instruction_text(questions(n)[0].messages), chat=False, special=True) >= context - 4
    )
    answers = model.generate_batch(questions(1, fits, 2 * context))
    assert answers[0].usage == short.usage
    assert 0 < answers[1].usage.output_tokens < short.usage.output_tokens  # type: ignore[union-attr]
    assert (answers[1].finish_reason, answers[2].finish_reason) == ("length", "context")


def test_only_single_requests_promise_the_same_answer_again(plain: Path) -> None:
    assert model_of(plain, "&batch=1").identity["deterministic"]
    batched = model_of(plain)
    assert isinstance(batched, BatchModel)
    assert batched.batch_size > 1
    assert not batched.identity["deterministic"]


def test_temperature_of_a_request_goes_before_that_of_the_model(plain: Path) -> None:
    cold, hot = model_of(plain, "&batch=1"), model_of(plain, "&batch=1&temperature=5")
    [request] = questions(3)
    assert hot.generate(replace(request, temperature=0.0)).text == cold.generate(request).text
    warm = cold.generate(replace(request, temperature=5.0)).text
    assert warm == hot.generate(request).text != cold.generate(request).text


class TestHuggingFaceConforms(AdapterConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, plain: Path) -> Iterator[Model]:
        model = model_of(plain)
        yield model
        model.close()


def test_without_chat_template_the_instruction_template_is_used(plain: Path) -> None:
    text = instruction_text(QUESTION)
    assert (
        text
        == "### Instruction:\nWrite solve().\n\n### Response:\npass\n\n### Instruction:\nCorrect it.\n\n### Response:\n"
    )
    usage = ask(model_of(plain)).usage
    assert usage is not None
    assert usage.input_tokens == tokens_in(text, chat=False, special=True)


def test_chat_template_of_the_tokenizer_is_used_where_there_is_one(chatty: Path) -> None:
    text = "<|user|>Write solve().<end><|assistant|>pass<end><|user|>Correct it.<end><|assistant|>"
    usage = ask(model_of(chatty)).usage
    assert usage is not None
    assert usage.input_tokens == tokens_in(text, chat=True, special=False)
    other = ask(model_of(chatty, "&template=instruction")).usage
    assert other is not None
    assert other.input_tokens == tokens_in(instruction_text(QUESTION), chat=True, special=True)


def test_chat_template_that_was_asked_for_but_is_missing_is_a_model_error(plain: Path) -> None:
    with pytest.raises(ModelError, match="chat_template"):
        ask(model_of(plain, "&template=chat"))


def test_greedy_answer_is_that_of_a_plain_loop_over_the_model(plain: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    words, network = AutoTokenizer.from_pretrained(plain), AutoModelForCausalLM.from_pretrained(plain)
    ids = words(instruction_text(QUESTION), return_tensors="pt")["input_ids"]
    start = ids.shape[1]
    with torch.inference_mode():
        for _ in range(8):
            ids = torch.cat([ids, network(ids).logits[:, -1:].argmax(-1)], dim=1)
    answer = ask(model_of(plain))
    assert answer.text == words.decode(ids[0, start:], skip_special_tokens=True)
    assert answer.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.output_tokens == 8


def test_generation_settings_of_the_checkpoint_do_not_apply_but_its_end_tokens_do(plain: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    words, network = AutoTokenizer.from_pretrained(plain), AutoModelForCausalLM.from_pretrained(plain)
    ids = words(instruction_text(QUESTION), return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        first = int(network(ids).logits[0, -1].argmax())
    settings: dict[str, Any] = {"do_sample": True, "temperature": 5.0, "repetition_penalty": 9.0, "max_new_tokens": 1}
    same = save_llama(tmp_path / "same", **settings)
    assert ask(model_of(same)).text == ask(model_of(plain)).text
    ending = save_llama(tmp_path / "ending", eos_token_id=[words.eos_token_id, first])
    answer = ask(model_of(ending))
    assert answer.finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.output_tokens == 1


def test_sampling_differs_between_samples_repeats_with_the_seed_and_leaves_torch_alone(plain: Path) -> None:
    import torch

    hot, before = model_of(plain, "&temperature=2"), torch.random.get_rng_state()
    texts = [ask(hot, sample=sample).text for sample in (0, 1, 2, 0)]
    assert len(set(texts[:3])) == 3
    assert texts[3] == texts[0]
    assert ask(model_of(plain, "&temperature=2&seed=1")).text != texts[0]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_prompt_beyond_the_context_is_an_empty_answer_and_a_tight_one_is_cut(plain: Path) -> None:
    model = model_of(plain)
    answer = ask(model, [Message("user", "x" * 1000)])
    assert (answer.text, answer.finish_reason) == ("", "context")
    frame = tokens_in(instruction_text([Message("user", "")]), chat=False, special=True)
    tight = ask(model, [Message("user", "\x01" * (256 - frame - 3))])
    assert tight.usage is not None
    assert (tight.usage.input_tokens, tight.usage.output_tokens) == (253, 3)
    assert tight.finish_reason == "length"


def test_adapter_is_put_on_its_base(plain: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    adapter = save_adapter(tmp_path / "adapter", plain)
    model = model_of(adapter)
    answer = ask(model)
    assert answer.text != ask(model_of(plain)).text
    words = AutoTokenizer.from_pretrained(plain)
    network = load_adapter(adapter, plain)
    ids = words(instruction_text(QUESTION), return_tensors="pt")
    output = network.generate(**ids, max_new_tokens=8, do_sample=False, pad_token_id=0)
    assert answer.text == words.decode(output[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    assert json.dumps(dict(model.identity)) != json.dumps(dict(model_of(plain).identity))


def test_merged_adapter_answers_as_the_one_beside_its_base(plain: Path, tmp_path: Path) -> None:
    from peft import PeftModel

    adapter = save_adapter(tmp_path / "adapter", plain)
    beside, merged = model_of(adapter, "&dtype=float32"), model_of(adapter, "&dtype=float32&merge=true")
    assert ask(merged).text == ask(beside).text != ask(model_of(plain, "&dtype=float32")).text
    assert isinstance(beside._loaded.model, PeftModel)  # type: ignore[attr-defined]
    assert not isinstance(merged._loaded.model, PeftModel)  # type: ignore[attr-defined]
    assert dict(merged.identity) != dict(beside.identity)
    saved = tmp_path / "saved"
    merged._loaded.model.save_pretrained(saved)  # type: ignore[attr-defined]
    tokenizer(chat=False).save_pretrained(saved)
    assert ask(model_of(saved, "&dtype=float32")).text == ask(merged).text, "a merged checkpoint is a full one"


def test_balanced_device_needs_no_gpu(plain: Path) -> None:
    balanced = make_model(parse_spec(f"hf:{plain}?max_new_tokens=8&device=balanced&dtype=float32"))
    assert ask(balanced).text == ask(model_of(plain, "&dtype=float32")).text


def test_identity_names_what_changes_answers_and_no_path(plain: Path) -> None:
    base = dict(model_of(plain).identity)
    queries = ["&dtype=bfloat16", "&temperature=1", "&temperature=1&seed=2", "&template=instruction", "&threads=2"]
    others = [dict(model_of(plain, query).identity) for query in queries]
    assert len({json.dumps(identity, sort_keys=True) for identity in [base, *others]}) == len(queries) + 1
    assert dict(model_of(plain, "&seed=4").identity) == base, "at temperature 0 a seed changes nothing"
    assert str(plain) not in json.dumps(base)


def test_half_precision_answers(plain: Path) -> None:
    assert ask(model_of(plain, "&dtype=bfloat16")).usage is not None


def test_damaged_weights_are_a_model_error_that_names_the_folder(tmp_path: Path) -> None:
    folder = save_llama(tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"cut off")
    model = model_of(folder)
    with pytest.raises(ModelError, match=str(folder)):
        ask(model)


def test_device_that_is_not_there_is_a_model_error(plain: Path) -> None:
    with pytest.raises(ModelError, match="cannot load"):
        ask(make_model(parse_spec(f"hf:{plain}?device=cuda:7")))


@pytest.mark.model
def test_gguf_file_is_unpacked_and_asked_in_its_own_chat_template(smollm2_file: Path, tmp_path: Path) -> None:
    model = make_model(parse_spec(f"hf:{smollm2_file}?max_new_tokens=12&device=cpu"))
    answer = model.generate(Request("p", [Message("user", "Write a Python function that adds two numbers.")]))
    assert "def " in answer.text
    assert answer.usage is not None
    assert 20 < answer.usage.input_tokens < 60
    model.close()
