"""Kinds of models that the running process brings itself, by the hook ``pytest_llamoco_models`` of a ``conftest.py``.

Such a model is made in every worker, since no other process can import what a ``conftest.py`` holds. A model with
weights or connections to share belongs into a distribution with an entry point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.errors import UsageError

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.base import Model
    from llamoco_bench.baselines.models.spec import ModelSpec

    Factory = Callable[[ModelSpec], Model]


class LocalKinds(Mapping[str, "Factory"]):
    """Factories by kind."""

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}

    def __getitem__(self, kind: str) -> Factory:
        return self._factories[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._factories)

    def __len__(self) -> int:
        return len(self._factories)

    def replace(self, brought: Iterable[Mapping[str, Factory]], taken: Mapping[str, str]) -> None:
        """Take these kinds and forget those of before.

        Parameters
        ----------
        brought: what each implementation of the hook gave.
        taken: names that are in use, with whom they belong to.

        Raises
        ------
        UsageError: where a name is taken or is none, or a factory cannot be called.
        """
        factories: dict[str, Factory] = {}
        for kind, factory in (item for kinds in brought for item in _items(kinds)):
            if not isinstance(kind, str) or not kind.isidentifier():
                raise UsageError(f"pytest_llamoco_models: a kind is a word such as 'mine', got {kind!r}")
            if kind in taken or kind in factories:
                owner = taken.get(kind, "another implementation of the hook")
                raise UsageError(f"pytest_llamoco_models: the kind {kind!r} is a name of {owner}")
            if not callable(factory):
                raise UsageError(f"pytest_llamoco_models: {kind!r} must be a factory, called with a ModelSpec")
            factories[kind] = factory
        self._factories = factories


def _items(kinds: object) -> Iterable[tuple[Any, Any]]:
    if not isinstance(kinds, Mapping):
        raise UsageError(f"pytest_llamoco_models: expected factories by kind, such as {{'mine': Mine}}, got {kinds!r}")
    return kinds.items()


# The one thing here that changes: what a conftest.py brings must be found wherever a spec is parsed.
LOCAL: Final = LocalKinds()
"""Kinds of the running process."""
