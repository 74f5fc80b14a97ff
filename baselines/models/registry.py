"""From a spec to an adapter. The code of a kind is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from llamoco_bench.baselines.models import third_party
from llamoco_bench.baselines.models.base import Model
from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.local import LOCAL
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import LlamocoError, ModelError, UsageError

Say = Callable[[str], None]


class KindModule(Protocol):
    """What the module of a built-in kind has: `PACKAGES`, the importable packages it needs, and two functions.

    A kind that stands over another model has `wrap` instead of `make`.
    """

    PACKAGES: tuple[str, ...]

    def make(self, spec: ModelSpec) -> Model:
        """Give the adapter; cheap, weights are loaded when the first answer is wanted."""
        ...

    def wrap(self, spec: ModelSpec, inner: Model) -> Model:
        """Give the adapter that stands over `inner`."""
        ...

    def prepare(self, spec: ModelSpec, say: Say) -> None:
        """Check and fetch what `make` relies on."""
        ...


def list_kinds() -> list[str]:
    """Return the names of all kinds, our own and those of other distributions, sorted."""
    return sorted([*KINDS, *LOCAL, *third_party.find()])


def make_model(spec: ModelSpec, base: Model | None = None) -> Model:
    """Return the adapter for `spec`. Weights and connections are made when the first answer is wanted.

    Parameters
    ----------
    base: adapter of ``spec.base`` where there is one already, such as that of a broker.

    Raises
    ------
    UsageError: for an option or a file that the adapter does not accept.
    ModelError: where something that `prepare_model` would have made ready is missing.
    """
    if spec.inner is not None:
        return _module(spec).wrap(spec, make_model(spec.inner, base))
    if base is not None:
        return base
    if spec.kind in KINDS:
        return _module(spec).make(spec)
    model = _factory(spec)(spec)
    if not isinstance(model, Model):
        raise ModelError(f"The factory of {spec.kind!r} gave a {type(model).__name__}, which is not a Model")
    return model


def prepare_model(spec: ModelSpec, say: Say = lambda line: None) -> None:
    """Make ready what `spec` needs; called once, by the controlling process, before any worker starts.

    Parameters
    ----------
    say: receives one line of text where something takes long, such as a download.

    Raises
    ------
    UsageError: for an option or a file that the adapter does not accept.
    ModelError: where a package, file or server is missing, with what to do about it.
    """
    if spec.inner is not None:
        prepare_model(spec.inner, say)
    if spec.kind in KINDS:
        _module(spec).prepare(spec, say)
        return
    prepare = getattr(_factory(spec), "prepare", None)
    if prepare is not None:
        prepare(spec, say)


def is_brokered(spec: ModelSpec) -> bool:
    """Tell whether the model holds weights or connections, which the workers of a session share."""
    kind = spec.base.kind
    return KINDS[kind].brokered if kind in KINDS else kind not in LOCAL


def proposes_points(spec: ModelSpec) -> bool:
    """Tell whether the model answers with points to be evaluated, not with a program."""
    return spec.kind in KINDS and KINDS[spec.kind].proposes_points


def missing_packages(kind: str) -> list[str]:
    """Return the packages that a kind of ours needs and that are not installed."""
    module = cast(KindModule, import_module(KINDS[kind].module))
    return [name for name in module.PACKAGES if find_spec(name) is None]


def _module(spec: ModelSpec) -> KindModule:
    kind = KINDS[spec.kind]
    module = cast(KindModule, import_module(kind.module))
    if missing := missing_packages(spec.kind):
        raise ModelError(
            f"Models of kind {kind.name} need {', '.join(missing)}. "
            f'Install with: pip install "llamoco-bench[{kind.extra}]"'
        )
    return module


def _factory(spec: ModelSpec) -> Callable[[ModelSpec], Model]:
    if spec.kind in LOCAL:
        return LOCAL[spec.kind]
    point = third_party.find().get(spec.kind)
    if point is None:
        raise UsageError(f"No distribution brings models of kind {spec.kind!r}. Kinds: {', '.join(list_kinds())}")
    try:
        return cast("Callable[[ModelSpec], Model]", point.load())
    except LlamocoError:
        raise
    except Exception as error:  # whatever a foreign module does on import becomes a clear error
        raise ModelError(f"The kind {spec.kind!r} ({point.value}) cannot be imported: {error!r}") from error
