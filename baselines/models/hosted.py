"""Hosted models that do not take the usual parameters: what to send to which, by the beginning of the name.

An option of the spec always goes before this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PAPER_MAX_TOKENS: Final = 2048
"""Longest answer in the paper (arXiv 2403.01131)."""

REASONING_MAX_TOKENS: Final = 25_000
"""What the vendor advises to leave for hidden reasoning and answer together; 2,048 would leave most answers empty."""


@dataclass(frozen=True, slots=True)
class HostedRules:
    """What a model behind the OpenAI chat interface accepts.

    Attributes
    ----------
    temperature: sent where the spec names none; None sends none at all.
    max_tokens: sent where the spec names none.
    length_parameter: name under which the longest answer is sent.
    system_role: if False, a system message is put before the user's first.
    """

    temperature: float | None = 0.0
    max_tokens: int = PAPER_MAX_TOKENS
    length_parameter: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    system_role: bool = True


_REASONING: Final = HostedRules(None, REASONING_MAX_TOKENS, "max_completion_tokens")
_EARLY_REASONING: Final = HostedRules(None, REASONING_MAX_TOKENS, "max_completion_tokens", system_role=False)

HOSTED: Final = (
    ("gpt-4-1106-preview", HostedRules(temperature=1.0)),  # as in the paper
    ("gpt-4o", HostedRules()),
    ("o1-mini", _EARLY_REASONING),
    ("o1-preview", _EARLY_REASONING),
    ("o1", _REASONING),
    ("o3", _REASONING),
    ("o4", _REASONING),
    ("gpt-5", _REASONING),
)
"""Beginnings of names with their rules; the first that fits counts."""


def rules_for(model: str) -> HostedRules:
    """Return what `model` accepts; the usual parameters for every name that is not in the table."""
    return next((rules for beginning, rules in HOSTED if model.startswith(beginning)), HostedRules())
