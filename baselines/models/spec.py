"""Which model is meant: parsing of ``[LABEL=]KIND:NAME[?key=value&...]``.

The name of a kind that stands over another model is the spec of that model: ``fewshot:openai:gpt-4o?shots=2``. Options
that such a kind has are its own, all others go to the model below.

It is used while pytest collects and imports the standard library only. In names and values ``%3F``, ``%26`` and
``%25`` stand for a question mark, an ampersand and a percent sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from llamoco_bench.baselines.models import third_party
from llamoco_bench.baselines.models.kind import Kind, Value
from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.local import LOCAL
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.errors import UsageError, choose

T = TypeVar("T", bool, int, float, str)

FORM: Final = "[LABEL=]KIND:NAME[?key=value&...]"

_HOW_TO_NAME: Final = (
    f"The form is {FORM}: a checkpoint is hf:PATH_OR_ID, a file of weights gguf:FILE, a model of a server openai:MODEL"
)
_LABEL: Final = re.compile(r"[A-Za-z0-9._/+@,~-]+")
_NOT_IN_LABEL: Final = re.compile(r"[^A-Za-z0-9._:/+@,~-]+")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as the user named it.

    Attributes
    ----------
    kind: one of the built-in kinds, or one that another distribution brings.
    name: what stands behind the colon, e.g. a file or the server's name of the model; may be empty.
    options: every option of the kind, defaults filled in; None where the adapter decides.
    label: how the model is called in tables and in the ids of pytest's items.
    inner: the model that it stands over; None for most kinds.
    """

    kind: str
    name: str
    options: Mapping[str, Value | None] = field(hash=False)
    label: str
    inner: ModelSpec | None = None

    @property
    def base(self) -> ModelSpec:
        """The model at the bottom, which holds weights or connections if any does."""
        return self if self.inner is None else self.inner.base

    def describe(self) -> dict[str, object]:
        """Return the spec as JSON values."""
        own: dict[str, object] = {
            "label": self.label,
            "kind": self.kind,
            "name": self.name,
            "options": dict(self.options),
        }
        return own if self.inner is None else {**own, "inner": self.inner.describe()}

    @classmethod
    def of_description(cls, described: Mapping[str, Any]) -> ModelSpec:
        """Undo `describe`."""
        inner = described.get("inner")
        return cls(**{**described, "inner": None if inner is None else cls.of_description(inner)})

    def option(self, name: str, kind: type[T]) -> T:
        """Value of an option that always has one, checked to be of type `kind`."""
        value = self.options[name]
        if not isinstance(value, kind):
            raise TypeError(f"option {name} of {self.label} is {value!r}, expected {kind.__name__}")
        return value

    def optional(self, name: str, kind: type[T]) -> T | None:
        """Value of an option that may be left to the adapter."""
        return None if self.options[name] is None else self.option(name, kind)


def parse_specs(texts: Iterable[str]) -> tuple[ModelSpec, ...]:
    """Parse several specs, in order.

    Raises
    ------
    UsageError: where one is wrong, or two would have the same label.
    """
    specs: dict[str, ModelSpec] = {}
    for text in texts:
        spec = parse_spec(text)
        if spec.label in specs:
            raise UsageError(
                f"Two models would be called {spec.label!r}. Give one another label, as in other={text.strip()}"
            )
        specs[spec.label] = spec
    return tuple(specs.values())


def parse_spec(text: str) -> ModelSpec:
    """Parse one spec.

    Raises
    ------
    UsageError: for an unknown kind, preset or option, a value of the wrong type, a missing name or a label that cannot
        stand in the id of a pytest item.
    """
    label, body = _split_label(text.strip())
    head, _, query = body.partition("?")
    if "&" in head:
        raise UsageError(
            f"Options begin with a question mark, got {text!r}. Expected {FORM}; an ampersand in a name is written %26"
        )
    word, colon, name = head.strip().partition(":")
    if word in PRESETS:
        if colon:
            stands_for = f"{PRESETS[word].kind}:{PRESETS[word].name}"
            raise UsageError(f"{word} takes no name, got {text!r}. Write {word}, which is {stands_for} with options")
        return _from_preset(word, query, label)
    kind = _kind(word)
    if kind.wraps:
        return _over_another(kind, name, query, label)
    name = unquote(name)
    _check_name(kind, name, text)
    options = {**kind.defaults(), **_parse_query(kind, query)}
    return ModelSpec(kind.name, name, options, label or _default_label(kind.name, name))


def _from_preset(word: str, query: str, label: str) -> ModelSpec:
    preset = PRESETS[word]
    kind = KINDS[preset.kind]
    options = {**kind.defaults(), **preset.options, **_parse_query(kind, query)}
    return ModelSpec(kind.name, preset.name, options, label or word)


def _over_another(kind: Kind, name: str, query: str, label: str) -> ModelSpec:
    if not name:
        raise UsageError(f"{kind.name} stands over another model. Expected {kind.name}:{kind.argument}")
    own = kind.defaults()
    parts = list(filter(None, query.split("&")))
    mine = [part for part in parts if part.partition("=")[0] in own]
    others = "&".join(part for part in parts if part not in mine)
    if kind.proposes_points and any(part.partition("=")[0] == "temperature" for part in parts):
        raise UsageError(f"{kind.name} asks at a temperature of its own, its option heat; got temperature in {query!r}")
    inner = _below(kind, f"{name}?{others}" if others else name)
    below = KINDS.get(inner.kind)
    if below is not None and (below.fixed or below.wraps):
        allowed = [other.name for other in KINDS.values() if not (other.fixed or other.wraps)]
        raise UsageError(
            f"{kind.name} cannot stand over {inner.kind}. Allowed: {', '.join([*allowed, *PRESETS])}, "
            "and kinds of other distributions"
        )
    options = {**own, **_parse_query(kind, "&".join(mine))}
    return ModelSpec(kind.name, unquote(name), options, label or _default_label(kind.name, unquote(name)), inner)


def _below(kind: Kind, text: str) -> ModelSpec:
    try:
        return parse_spec(text)
    except UsageError as error:
        own = ", ".join(option.name for option in kind.options)
        raise UsageError(f"{error} (below {kind.name}, whose own options are: {own})") from None


def _split_label(text: str) -> tuple[str, str]:
    """Split off ``LABEL=``; an equals sign behind the first colon or question mark belongs to the rest."""
    match = re.match(r"([^:?=]*)=", text)
    if match is None:
        return "", text
    label = match[1]
    if not _LABEL.fullmatch(label):
        raise UsageError(
            f"The label {label!r} in {text!r} cannot stand in the id of a test. "
            "Allowed: letters, digits and . _ / + @ , ~ -"
        )
    return label, text[match.end() :]


def _default_label(kind: str, name: str) -> str:
    """``kind:name`` without what an id of pytest cannot hold."""
    label = _NOT_IN_LABEL.sub("_", f"{kind}:{name}" if name else kind)
    return re.sub(r":{2,}", ":", label)


def _kind(word: str) -> Kind:
    if word in KINDS:
        return KINDS[word]
    if word in LOCAL:
        return Kind(word, "NAME", "", "", open_options=True)
    others = third_party.find()
    if word in others:
        return Kind(word, "NAME", "", others[word].value, open_options=True)
    if not word:
        raise UsageError(f"Expected a model in the form {FORM}, got none. Allowed: {', '.join([*KINDS, *PRESETS])}")
    raise choose("kind of model", word, [*KINDS, *PRESETS, *LOCAL, *others], _HOW_TO_NAME)


def _check_name(kind: Kind, name: str, text: str) -> None:
    if kind.argument and not name and kind.name in KINDS:
        raise UsageError(f"{text!r} names no model. Expected {kind.name}:{kind.argument} ({kind.summary})")
    if not kind.argument and name:
        raise UsageError(f"{kind.name} takes no name, got {text!r}. Write {kind.name}")


def _parse_query(kind: Kind, query: str) -> dict[str, Value]:
    options: dict[str, Value] = {}
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        if not equals:
            known = ", ".join(option.name for option in kind.options)
            allowed = f". Allowed: {known}" if known else ""
            raise UsageError(f"Expected key=value, got {part!r} in the options of {kind.name}{allowed}")
        if name in options:
            raise UsageError(f"Option {name} of {kind.name} is given twice")
        options[name] = kind.parse_option(name, unquote(value))
    return options
