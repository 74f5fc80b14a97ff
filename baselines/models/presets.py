"""Short names for models, with the settings that the paper uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from llamoco_bench.baselines.models.kind import Value


@dataclass(frozen=True, slots=True)
class Preset:
    """A short name for a kind, a name and options; options of the spec override those of the preset."""

    kind: str
    name: str
    options: Mapping[str, Value]
    summary: str


def _preset(kind: str, name: str, summary: str, **options: Value) -> Preset:
    return Preset(kind, name, MappingProxyType(options), summary)


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "smollm2": _preset(
            "gguf",
            "smollm2",
            "SmolLM2-135M-Instruct, fetched on first use: a real general model that runs anywhere",
            max_tokens=256,
        ),
        "codegen-350m": _preset("hf", "Salesforce/codegen-350M-mono", "CodeGen-Mono, base of LLaMoCo-S; context 2,048"),
        "codegen-2b": _preset("hf", "Salesforce/codegen-2B-mono", "CodeGen-Mono 2B; context 2,048"),
        "codegen-6b": _preset("hf", "Salesforce/codegen-6B-mono", "CodeGen-Mono 6B (7B in the paper); context 2,048"),
        "phi-2": _preset("hf", "microsoft/phi-2", "Phi-2 (2.7B), base of LLaMoCo-M; context 2,048"),
        "codellama-7b": _preset(
            "hf",
            "codellama/CodeLlama-7b-Instruct-hf",
            "Code Llama-7B-Instruct, base of LLaMoCo-L",
            temperature=0.0,
        ),
        "llama2-70b": _preset(
            "hf",
            "meta-llama/Llama-2-70b-chat-hf",
            "Llama-2-70B-chat; the Hub asks to accept its licence; some 140 GB in half precision",
            temperature=0.1,
            device="balanced",
        ),
        "deepseekmath-7b": _preset("hf", "deepseek-ai/deepseek-math-7b-instruct", "DeepSeekMath-7B-Instruct"),
        "gpt-4-1106-preview": _preset("openai", "gpt-4-1106-preview", "GPT-4 Turbo of the paper, at temperature 1"),
        "gpt-4o": _preset("openai", "gpt-4o", "GPT-4o"),
        "o1-mini": _preset("openai", "o1-mini", "o1-mini, which takes no temperature"),
        "o1-preview": _preset("openai", "o1-preview", "o1-preview, which takes no temperature"),
    }
)
"""Short names, by name. Answers may have the paper's 2,048 tokens where the options do not say otherwise."""
