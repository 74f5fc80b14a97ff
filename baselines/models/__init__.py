"""Adapters of language models: what answers a prompt, and what says who is asked.

`parse_specs` reads what ``--llamoco-model`` was given, `prepare_model` makes ready what a model needs (once, in the
controlling process), `make_model` gives the adapter. Importing this package imports the standard library only.
"""

from __future__ import annotations

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request, Usage
from llamoco_bench.baselines.models.registry import list_kinds, make_model, prepare_model
from llamoco_bench.baselines.models.spec import ModelSpec, parse_spec, parse_specs

__all__ = [
    "Generation",
    "Message",
    "Model",
    "ModelSpec",
    "Request",
    "Usage",
    "list_kinds",
    "make_model",
    "parse_spec",
    "parse_specs",
    "prepare_model",
]
