"""The tokenizer of `nano`: byte-level BPE across words, and lines of the pool's programs as tokens.

Text is cut at line breaks, which take the indentation along, and at numbers, of which a piece has two digits at most;
within these, BPE merges across words. A line of a program of the pool is one token, or part of one (see
`program_lines`): an answer is then 10 to 50 tokens long, and the choice of a hyper-parameter is one of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.markdown import fenced

END: Final = "<|end|>"
ROLES: Final = ("<|system|>", "<|user|>", "<|assistant|>")
PIECE: Final = r"\n+ *|[0-9]{1,2}|[^\n0-9]+"
"""What text is cut into before BPE."""

TEMPLATE: Final = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.role == 'assistant' %}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"  # noqa: E501

_CONSTANT: Final = re.compile(r"\n+[A-Z][A-Z0-9_]* = ")

_OFTEN: Final = 0.3
"""Share of prompts from which on a piece of a line counts as the harness's own wording."""

_SHORTEST: Final = 8
"""Characters of a piece of a line that is worth a token of its own."""


def train_tokenizer(prompts: Sequence[str], others: Iterable[str], size: int) -> Any:
    """Train a tokenizer of at most `size` tokens, as transformers wants it.

    Parameters
    ----------
    prompts: as the harness sends them.
    others: further texts to learn merges from.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    whole = [*program_lines(), *wording(prompts)]
    specials = [END, *ROLES]
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECE), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(whole) - len(specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=60,
        show_progress=False,
    )
    core.train_from_iterator([*_without(prompts, whole), *others], trainer)
    core.add_special_tokens(specials)
    core.add_tokens([AddedToken(line, normalized=False) for line in whole])
    wrapped = PreTrainedTokenizerFast(tokenizer_object=core, eos_token=END, pad_token=END)
    wrapped.chat_template = TEMPLATE
    return wrapped


def program_lines() -> list[str]:
    """Pieces of one or more lines that every program of the pool is made of, hyper-parameters once for each value.

    A piece ends with a line that stands in this program alone, and there once: lines that programs share go with the
    line after them. Each piece then says which program it is of and where, so that what follows depends on it alone;
    with single lines, a small model lost its way after an import that several programs have. Hyper-parameters stand
    alone; a few of their lines are shared.
    """
    counts = Counter(line for name in POOL for line in _lines(fenced(POOL[name].source())))
    found: dict[str, None] = {}
    for name in POOL:
        for config in _configurations(name):
            found.update(dict.fromkeys(_joined(_lines(fenced(POOL[name].source(config))), counts)))
    return list(found)


def _joined(lines: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """Put lines that are not unique before the next one that is; hyper-parameters stand alone."""
    pieces: list[str] = []
    pending = ""
    for line in lines:
        if _CONSTANT.match(line):
            if pending:  # what stands before the first hyper-parameter and is not unique
                pieces[-1] += pending
                pending = ""
            pieces.append(line)
        elif counts[line] == 1:
            pieces.append(pending + line)
            pending = ""
        else:
            pending += line
    pieces[-1] += pending
    return pieces


def _configurations(name: str) -> Iterator[dict[str, Any]]:
    """Configurations that together name every value of the grid."""
    yield {}
    for key, values in POOL[name].grid.items():
        yield from ({key: value} for value in values)


def _lines(answer: str) -> Iterator[str]:
    """Cut an answer into lines that begin with their line breaks; blank ones go to the line after them."""
    pending = ""
    first, *rest = answer.split("\n")
    yield first
    for line in rest:
        pending += "\n"
        if line:
            yield pending + line
            pending = ""


def wording(prompts: Sequence[str]) -> list[str]:
    """Pieces of lines, cut at digits, that many prompts share: the harness's own words."""
    counts = Counter(piece for prompt in prompts for piece in {*_pieces(prompt)})
    least = _OFTEN * len(prompts)
    return sorted(piece for piece, n in counts.items() if n >= least and len(piece) >= _SHORTEST)


def _pieces(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from re.findall(r"[^0-9]+", line)


def _without(texts: Sequence[str], whole: Sequence[str]) -> Iterator[str]:
    """Cut the tokens that are given out of texts: merges are for what is left."""
    pattern = re.compile("|".join(map(re.escape, sorted(whole, key=len, reverse=True))))
    for text in texts:
        yield from pattern.split(text)
