"""The models of the paper by name, with its settings; what the paper leaves open is marked as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from llamoco_bench.training.tuning.settings import Lora, Tuning, WarmUp


@dataclass(frozen=True, slots=True)
class Preset:
    """A base model and how it is tuned.

    Attributes
    ----------
    base: id on the Hub, or ``smollm2`` for the weights that this package can fetch.
    lora: None for full tuning.
    context: tokens of prompt and answer together; longer pairs are left out.
    """

    base: str
    summary: str
    lora: Lora | None
    context: int
    warm_up: WarmUp
    tuning: Tuning


_WARM_UP: Final = WarmUp()  # SGD, 5e-4, margin 0.3: section 3.2 and appendix B; the number of steps is ours
_TUNING: Final = Tuning()  # AdamW, 1,000 steps to 5e-4, cosine to 0, 20 epochs: appendix B; the weight decay is ours

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "llamoco-s": Preset("Salesforce/codegen-350M-mono", "CodeGen-350M, full", None, 2048, _WARM_UP, _TUNING),
        "llamoco-m": Preset("microsoft/phi-2", "Phi-2, LoRA", Lora(), 2048, _WARM_UP, _TUNING),
        "llamoco-l": Preset("codellama/CodeLlama-7b-hf", "Code Llama-7B, LoRA", Lora(), 4096, _WARM_UP, _TUNING),
        "smollm2": Preset(
            "smollm2",
            "SmolLM2-135M-Instruct, LoRA, as far as two cores go",
            Lora(),
            3072,
            WarmUp(steps=50, triplets=2),
            Tuning(epochs=1, prompts=2, accumulate=4, warmup_steps=20),
        ),
    }
)
"""By name. `nano`, which starts from random weights, has a recipe of its own."""
