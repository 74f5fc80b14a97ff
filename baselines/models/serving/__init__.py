"""One process per model that owns its weights or its connection, and serves all workers of a session.

::

    worker --+                      +-- lane: adapter --> weights or server
    worker --+-- socket -- broker --+-- lane: adapter
    session -+               |
     (announces)           store: answers, tokens spent

The session starts a `BrokerProcess` for each model that needs one; workers reach it through a `BrokeredModel`, an
adapter like any other. An answer is on disk before anyone receives it, so whatever is killed, nothing that was answered
is asked again. The broker ends when the session does.
"""

from __future__ import annotations

from llamoco_bench.baselines.models.serving.client import Address, BrokeredModel
from llamoco_bench.baselines.models.serving.process import BrokerProcess
from llamoco_bench.baselines.models.serving.purse import Limits

__all__ = ["Address", "BrokerProcess", "BrokeredModel", "Limits"]
