"""Hooks of the plugin, for a ``conftest.py`` or another plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from llamoco_bench.baselines.models.local import Factory


def pytest_llamoco_models(config: pytest.Config) -> Mapping[str, Factory]:  # type: ignore[empty-body]
    """Bring kinds of models: the name of each with its factory, which is called with a `ModelSpec`.

    The factory may have an attribute ``prepare``, called once as ``prepare(spec, say)`` before any worker starts. The
    model is made in every worker; one with weights to share is better brought by an entry point of the group
    ``llamoco_bench.models``.
    """
