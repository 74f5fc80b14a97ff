"""The adapter of a method over another model: its questions go there as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llamoco_bench.baselines.models.base import Generation, Model, Request, generate_all
from llamoco_bench.baselines.models.points.base import Method, MethodSettings, Space


class PointSolver:
    """A method with its settings, over a model.

    Parameters
    ----------
    kind: name of the kind, for the identity.
    version: of the method and its prompts.
    """

    def __init__(self, kind: str, version: int, settings: MethodSettings, inner: Model) -> None:
        self._kind = kind
        self._version = version
        self._settings = settings
        self._inner = inner

    @property
    def identity(self) -> Mapping[str, object]:
        """The method with its settings, and the model below. It is asked at temperatures of the method's own."""
        return {
            "kind": self._kind,
            "version": self._version,
            **self._settings.describe(),
            "inner": dict(self.inner_identity),
            "deterministic": False,
        }

    @property
    def inner_identity(self) -> Mapping[str, object]:
        """Identity of the model below."""
        return self._inner.identity

    def method(self, space: Space) -> Method:
        """Begin a run."""
        return self._settings.method(space)

    def generate(self, request: Request) -> Generation:
        """Ask the model below. Raises `ModelError`."""
        return self._inner.generate(request)

    def generate_all(self, requests: Sequence[Request]) -> Sequence[Generation]:
        """Ask the model below, all at once where it can. Raises `ModelError`."""
        return generate_all(self._inner, requests)

    def close(self) -> None:
        """Close the model below."""
        self._inner.close()
