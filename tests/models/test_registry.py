"""From a spec to an adapter: laziness, missing packages, models of other distributions."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from llamoco_bench.baselines.models import (
    Generation,
    Model,
    ModelSpec,
    Request,
    list_kinds,
    make_model,
    parse_spec,
    prepare_model,
    registry,
    third_party,
)
from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.errors import ModelError, UsageError


class Echo:
    """A model as a third party might write it."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec

    @property
    def identity(self) -> dict[str, object]:
        return {"kind": "echo", "deterministic": True, **self._spec.options}

    def generate(self, request: Request) -> Generation:
        return Generation(request.messages[-1].content)

    def close(self) -> None:
        pass

    @staticmethod
    def prepare(spec: ModelSpec, say: registry.Say) -> None:
        say(f"preparing {spec.name}")


@pytest.fixture
def echo_package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A distribution that brings the kind ``echo``, and broken ones beside it."""
    module = ModuleType("echo_package")
    module.Echo, module.number = Echo, lambda spec: 42  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "echo_package", module)
    values = {"echo": "echo_package:Echo", "number": "echo_package:number", "gone": "no_such_package:make"}
    points = [EntryPoint(name, value, third_party.GROUP) for name, value in values.items()]
    monkeypatch.setattr(third_party, "entry_points", lambda group: points)
    return module


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.extra))
def test_kinds_whose_packages_are_missing_say_what_to_install(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    spec = ModelSpec(kind, "x", KINDS[kind].defaults(), "x")
    for do in (make_model, prepare_model):
        with pytest.raises(ModelError, match=rf"pip install \"llamoco-bench\[{KINDS[kind].extra}\]\""):
            do(spec)


@pytest.mark.usefixtures("echo_package")
def test_model_of_another_distribution_is_made_and_prepared() -> None:
    spec, said = parse_spec("echo:x?loud=true"), list[str]()
    prepare_model(spec, said.append)
    model = make_model(spec)
    assert said == ["preparing x"]
    assert isinstance(model, Model)
    assert model.identity == {"kind": "echo", "deterministic": True, "loud": True}
    assert list_kinds() == sorted([*KINDS, "echo", "number", "gone"])


@pytest.mark.usefixtures("echo_package")
def test_factory_that_gives_no_model_and_one_that_cannot_be_imported_are_named() -> None:
    with pytest.raises(ModelError, match="'number' gave a int"):
        make_model(parse_spec("number:x"))
    prepare_model(parse_spec("number:x"))
    with pytest.raises(ModelError, match="no_such_package"):
        make_model(parse_spec("gone:x"))


def test_kind_that_was_uninstalled_since_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="No distribution brings"):
        make_model(ModelSpec("echo", "x", {}, "x"))
