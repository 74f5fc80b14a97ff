"""The brokers of a session: one for each model that holds weights or connections, shared by all workers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

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
    limits: what each model may spend, by label; a broker is started for each of them.
    store: file of the answers.
    run: id of the run, under which spending is added up.
    logs: folder for what the brokers complain of.
    """

    def __init__(
        self, specs: Iterable[ModelSpec], limits: Mapping[str, Limits], store: Path, run: str, logs: Path
    ) -> None:
        self._processes = [
            BrokerProcess(spec, store, run, limits[spec.label], logs / f"broker-{number}.log")
            for number, spec in enumerate(specs)
        ]
        try:
            self.addresses: Addresses = {a.label: a for a in (p.wait_until_ready() for p in self._processes)}
        except LlamocoError:
            self.close()
            raise

    def announce(self, requests: Iterable[tuple[str, Request]]) -> None:
        """Say what the models will be asked, as pairs of label and request; in a thread, so that nobody waits."""
        threading.Thread(target=self._announce, args=(requests,), daemon=True).start()

    def _announce(self, requests: Iterable[tuple[str, Request]]) -> None:
        models = {label: BrokeredModel(address) for label, address in self.addresses.items()}
        # Whoever asks for these answers will hear of a broker that has died, or a problem that cannot be described.
        with suppress(LlamocoError):
            for label, request in requests:
                if label in models:
                    models[label].announce([request])

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.close()


def connect(spec: ModelSpec, addresses: Addresses) -> Model:
    """Return the adapter for `spec`: that of its broker where it has one, else one of its own."""
    address = addresses.get(spec.label)
    return make_model(spec) if address is None else BrokeredModel(address)
