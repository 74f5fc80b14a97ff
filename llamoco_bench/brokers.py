"""The brokers of a session: one for each model that holds weights or connections, shared by all workers.

Models that stand over the same one, such as ``smollm2`` and ``fewshot:smollm2``, share its broker too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from llamoco_bench.baselines.models.base import Announced
from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.baselines.models.serving import Address, BrokeredModel, BrokerProcess, Limits
from llamoco_bench.errors import LlamocoError

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.base import Model, Request
    from llamoco_bench.baselines.models.spec import ModelSpec

Addresses = Mapping[str, Address]
"""Where the brokers are, by the label of the model."""


class Brokers:
    """Starts the brokers that some models need, and ends them.

    Parameters
    ----------
    specs: models that need one.
    limits: what each model may spend, by label.
    store: file of the answers.
    run: id of the run, under which spending is added up.
    logs: folder for what the brokers complain of.
    """

    def __init__(
        self, specs: Iterable[ModelSpec], limits: Mapping[str, Limits], store: Path, run: str, logs: Path
    ) -> None:
        self._specs = {spec.label: spec for spec in specs}
        groups = _by_base(self._specs.values())
        self._processes = [
            BrokerProcess(
                group[0].base, store, run, {s.label: limits[s.label] for s in group}, logs / f"broker-{number}.log"
            )
            for number, group in enumerate(groups)
        ]
        try:
            self.addresses: Addresses = {
                spec.label: address._replace(label=spec.label)
                for address, group in zip((p.wait_until_ready() for p in self._processes), groups, strict=True)
                for spec in group
            }
        except LlamocoError:
            self.close()
            raise

    def announce(self, requests: Iterable[tuple[str, Request]]) -> None:
        """Say what the models will be asked, as pairs of label and request; in a thread, so that nobody waits."""
        threading.Thread(target=self._announce, args=(requests,), daemon=True).start()

    def _announce(self, requests: Iterable[tuple[str, Request]]) -> None:
        # Whoever asks for these answers will hear of a broker that has died, or a problem that cannot be described.
        with suppress(LlamocoError):
            models = {label: connect(spec, self.addresses) for label, spec in self._specs.items()}
            for label, request in requests:
                if isinstance(model := models.get(label), Announced):
                    model.announce([request])

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.close()


def _by_base(specs: Iterable[ModelSpec]) -> list[Sequence[ModelSpec]]:
    """Put together what stands over the same model with the same options."""
    groups: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        base = spec.base
        groups.setdefault(digest([base.kind, base.name, dict(base.options)]), []).append(spec)
    return list(groups.values())


def connect(spec: ModelSpec, addresses: Addresses) -> Model:
    """Return the adapter for `spec`: over that of its broker where it has one, else over one of its own."""
    address = addresses.get(spec.label)
    return make_model(spec, None if address is None else BrokeredModel(address))
