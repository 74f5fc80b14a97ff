"""transformers' Trainer with the paper's loss and batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader, Dataset
from transformers import Trainer, TrainerCallback

from llamoco_bench.training.tuning.contrastive import Triplets, contrastive_loss, pooled
from llamoco_bench.training.tuning.encoding import Row, prompt_batch
from llamoco_bench.training.tuning.settings import WarmUp

if TYPE_CHECKING:
    from torch import Tensor


class StreamTrainer(Trainer):  # type: ignore[misc]
    """A Trainer whose batches are given, for this process and for the whole training in one pass."""

    def __init__(self, *, batches: Iterable[Sequence[int]], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._batches = batches

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Give the batches as they are: accelerate would cut them up again for several processes."""
        return DataLoader(self.train_dataset, batch_sampler=self._batches, collate_fn=self.data_collator)


class Rows(Dataset[Row]):  # type: ignore[misc]
    """Encoded pairs as torch wants them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        """Rows."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Row:
        """Return one row."""
        return self._rows[index]


class TripletPrompts(Dataset[tuple[Row, Row, Row]]):  # type: ignore[misc]
    """Triplets of rows; how many decides how long phase 1 is."""

    def __init__(self, rows: Sequence[Row], triplets: Triplets, number: int) -> None:
        self._rows, self._triplets, self._number = rows, triplets, number

    def __len__(self) -> int:
        """Triplets."""
        return self._number

    def __getitem__(self, index: int) -> tuple[Row, Row, Row]:
        """Draw one triplet."""
        anchor, positive, negative = self._triplets.draw(index)
        return self._rows[anchor], self._rows[positive], self._rows[negative]


class ContrastiveTrainer(StreamTrainer):
    """Phase 1: the loss of equations 3 and 4 on the last hidden states of prompts."""

    def __init__(self, *, warm_up: WarmUp, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._warm_up = warm_up
        self._figures: dict[str, list[Tensor]] = defaultdict(list)

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, **_: Any
    ) -> Tensor | tuple[Tensor, Any]:
        """Compute the loss of a batch of n triplets, whose 3 n prompts stand one kind after the other."""
        # Through the whole model, since the wrappers of data-parallel training listen to its forward alone; one logit
        # is computed, which no gradient comes from.
        output = model(**inputs, output_hidden_states=True, logits_to_keep=1)
        embeddings = pooled(output.hidden_states[-1], inputs["attention_mask"], self._warm_up.pooling)
        anchor, positive, negative = embeddings.chunk(3)
        found = contrastive_loss(anchor, positive, negative, self._warm_up.margin)
        for name in ("positive", "negative", "ordered"):
            self._figures[name].append(getattr(found, name).detach())
        return (found.loss, output) if return_outputs else found.loss

    def log(self, logs: dict[str, float], *arguments: Any, **keywords: Any) -> None:
        """Add the mean distances since the last time."""
        means = {name: float(sum(values)) / len(values) for name, values in self._figures.items() if values}
        self._figures.clear()
        super().log(logs | means, *arguments, **keywords)


def triplet_collator(padding: int) -> Callable[[Sequence[tuple[Row, Row, Row]]], dict[str, Tensor]]:
    """Return what makes a batch of triplets: anchors, then positives, then negatives."""

    def collate(triplets: Sequence[tuple[Row, Row, Row]]) -> dict[str, Tensor]:
        return prompt_batch([row.prompt for kind in zip(*triplets, strict=True) for row in kind], padding)

    return collate


class StopOnCollapse(TrainerCallback):  # type: ignore[misc]
    """Ends phase 1 where prompts of different optimizers come to look alike: both distances stay near 0.

    Attributes
    ----------
    collapsed: whether that happened.
    """

    def __init__(self, threshold: float, patience: int = 3) -> None:
        self._threshold, self._patience, self._times = threshold, patience, 0
        self.collapsed = False

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Judge the latest mean distances."""
        if not logs or "negative" not in logs:
            return
        alike = max(logs["positive"], logs["negative"]) < self._threshold
        self._times = self._times + 1 if alike else 0
        if self._times >= self._patience:
            self.collapsed = control.should_training_stop = True
