"""From pairs to tokens: the same conversation form that the adapter of checkpoints asks in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.baselines.models.base import Message
from llamoco_bench.baselines.models.conversation import chat_messages, encodable
from llamoco_bench.baselines.models.instruction_template import instruction_text
from llamoco_bench.training.instructions.pairs import Pair

if TYPE_CHECKING:
    from torch import Tensor

IGNORED: Final = -100
"""Label of a token that the loss leaves out, as torch has it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as tokens.

    Attributes
    ----------
    problem, optimizer: as in the pair.
    prompt, answer: token ids; the answer ends with the token that ends answers.
    """

    problem: str
    optimizer: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        """Tokens of both."""
        return len(self.prompt) + len(self.answer)


def encode_pairs(pairs: Iterable[Pair], tokenizer: Any, context: int) -> tuple[list[Row], int]:
    """Turn pairs into tokens; what is longer than `context` tokens is left out, and counted."""
    rows = [encode_pair(pair, tokenizer) for pair in pairs]
    fitting = [row for row in rows if row.length <= context]
    return fitting, len(rows) - len(fitting)


def encode_pair(pair: Pair, tokenizer: Any) -> Row:
    """Turn a pair into tokens."""
    answer = tokenizer(pair.answer, add_special_tokens=False)["input_ids"]
    return Row(pair.problem, pair.optimizer, prompt_ids(pair.prompt, tokenizer), (*answer, tokenizer.eos_token_id))


def prompt_ids(prompt: str, tokenizer: Any) -> tuple[int, ...]:
    """Turn a user's turn into tokens, up to where the answer begins."""
    messages = [Message("user", prompt)]
    if tokenizer.chat_template is None:
        return tuple(tokenizer(encodable(instruction_text(messages)))["input_ids"])
    text = tokenizer.apply_chat_template(chat_messages(messages), tokenize=False, add_generation_prompt=True)
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def padded(sequences: Sequence[Sequence[int]], value: int, *, left: bool = False) -> Tensor:
    """Put sequences into one tensor (n, longest), filled up with `value` on the right, or on the left."""
    import torch

    longest = max(map(len, sequences))
    fills = [[value] * (longest - len(sequence)) for sequence in sequences]
    both = zip(sequences, fills, strict=True)
    return torch.tensor([[*fill, *sequence] if left else [*sequence, *fill] for sequence, fill in both])


def answer_batch(rows: Sequence[Row], padding: int, *, learn_prompts: bool = False) -> dict[str, Any]:
    """Make the inputs of a causal model from `rows`; labels cover the answers, or prompts too.

    Where they cover answers alone, rows are padded on the left, so that answers end together, and logits are asked of
    those last places only: they are most of the work of a small model with a large vocabulary.
    """
    ids = [(*row.prompt, *row.answer) for row in rows]
    inputs = {
        "input_ids": padded(ids, padding, left=not learn_prompts),
        "attention_mask": padded([[1] * len(one) for one in ids], 0, left=not learn_prompts),
    }
    if learn_prompts:
        return inputs | {"labels": padded(ids, IGNORED)}
    places = max(len(row.answer) for row in rows) + 1  # the first answer token is predicted one place before
    labels = padded([(IGNORED, *row.answer) for row in rows], IGNORED, left=True)
    return inputs | {"labels": labels, "logits_to_keep": places}


def prompt_batch(prompts: Sequence[Sequence[int]], padding: int) -> dict[str, Tensor]:
    """Make the inputs of a causal model from prompts alone."""
    return {
        "input_ids": padded(prompts, padding),
        "attention_mask": padded([[1] * len(prompt) for prompt in prompts], 0),
    }
