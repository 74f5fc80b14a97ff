"""The text form of a conversation for models that bring no chat template.

The same function prepares prompts for tuning and for asking, so that a tuned model is asked in the form it learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from llamoco_bench.baselines.models.base import Message

HEADINGS: Final = {"system": "System", "user": "Instruction", "assistant": "Response"}


def instruction_text(messages: Sequence[Message]) -> str:
    """Write the conversation under headings, the last one open for the answer.

    >>> print(instruction_text([Message("user", "Add 1 and 1.")]))
    ### Instruction:
    Add 1 and 1.
    <BLANKLINE>
    ### Response:
    <BLANKLINE>
    """
    turns = [f"### {HEADINGS[message.role]}:\n{message.content.strip()}\n\n" for message in messages]
    return "".join(turns) + f"### {HEADINGS['assistant']}:\n"
