from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.baselines.models.base import Message
from llamoco_bench.baselines.models.hf import encode
from llamoco_bench.baselines.models.hf_loading import Loaded
from llamoco_bench.training.instructions.pairs import Pair
from llamoco_bench.training.tuning.encoding import IGNORED, Row, answer_batch, encode_pair, encode_pairs
from tests.models.tiny_checkpoints import save_llama, tokenizer
from tests.training.tuning import architectures

PAIR = Pair("synthetic/u0000", "train", "python", "plain", "de", "{}", 1.0, "f(x)", "Solve f(x).", "```python\n1\n```")


@pytest.mark.parametrize("chat", [False, True])
def test_a_model_is_tuned_on_the_tokens_that_it_is_asked_with(tmp_path: Path, chat: bool) -> None:
    from transformers import AutoModelForCausalLM

    words = tokenizer(chat)
    model = AutoModelForCausalLM.from_pretrained(save_llama(tmp_path, chat=chat))
    asked = encode(Loaded(model, words, None, frozenset(), 0), [Message("user", PAIR.prompt)], "auto")
    row = encode_pair(PAIR, words)
    assert list(row.prompt) == asked[0].tolist()
    assert words.decode(row.answer) == f"{PAIR.answer}<end>"


ROWS = [Row("p", "de", (5, 6, 7), (8, 1)), Row("p", "de", (5,), (8, 9, 1))]


def test_the_loss_covers_answers_alone_and_logits_are_asked_of_them_alone() -> None:
    batch = answer_batch(ROWS, padding=0)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 1], [0, 5, 8, 9, 1]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [0, 1, 1, 1, 1]]
    assert batch["labels"].tolist() == [[IGNORED, IGNORED, 8, 1], [IGNORED, 8, 9, 1]]
    assert batch["logits_to_keep"] == 4


def test_prompts_are_learned_on_demand() -> None:
    batch = answer_batch(ROWS, padding=0, learn_prompts=True)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 1], [5, 8, 9, 1, 0]]
    assert batch["labels"].tolist() == [[5, 6, 7, 8, 1], [5, 8, 9, 1, IGNORED]]


@pytest.mark.parametrize("kind", ["codegen", "phi", "llama"])
def test_the_loss_is_that_of_each_answer_after_its_prompt(kind: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(architectures.save(kind, tmp_path)).eval()
    with torch.no_grad():
        together = model(**answer_batch(ROWS, padding=0)).loss
        total = 0.0
        for row in ROWS:
            ids = torch.tensor([[*row.prompt, *row.answer]])
            chances = torch.log_softmax(model(ids).logits[0, len(row.prompt) - 1 : -1], dim=-1)
            total -= float(chances[range(len(row.answer)), row.answer].sum())
    assert float(together) == pytest.approx(total / 5, rel=1e-4)


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    words = tokenizer(False)
    length = encode_pair(PAIR, words).length
    assert encode_pairs([PAIR, PAIR], words, length) == ([encode_pair(PAIR, words)] * 2, 0)
    assert encode_pairs([PAIR, PAIR], words, length - 1) == ([], 2)
