"""What must stand in the files of a run for others to read them; readers check, since anybody can edit a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Fields = Mapping[str, tuple[type, ...]]

_NONE: Final = type(None)
_WHERE: Final[Fields] = {"suite": (str,), "problem": (str,), "model": (str,)}

MANIFEST: Final[Fields] = {"options": (dict,), "models": (list,), "suites": (list,), "problems": (str,)}
MODEL: Final[Fields] = {"label": (str,), "kind": (str,), "name": (str,)}
RECORDS: Final[Mapping[str, Fields]] = {
    "generation": {
        **_WHERE,
        "key": (str,),
        "turn": (int,),
        "text": (str,),
        "usage": (dict, _NONE),
        "finish_reason": (str,),
    },
    "run": {**_WHERE, "key": (str,), "turn": (int,), "run": (int,), "status": (str,), "feasible": (bool,)},
    "item": {**_WHERE, "status": (str,)},
    "plan": {"items": (list,), "shard": (list, _NONE)},
}
"""By kind; records of other kinds are let through."""

_WORDS: Final[Mapping[type, str]] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    _NONE: "null",
}


def fault_of_manifest(manifest: Mapping[str, Any]) -> str:
    """Say what is wrong with a manifest; empty where nothing is."""
    if fault := _fault(manifest, MANIFEST):
        return fault
    if not all(isinstance(model, dict) for model in manifest["models"]):
        return "has models that are no object"
    for model in manifest["models"]:
        if fault := _fault(model, MODEL):
            return f"has a model that {fault}"
    if not all(isinstance(suite, str) for suite in manifest["suites"]):
        return "has suites that are no text"
    return ""


def fault_of_record(record: Mapping[str, Any]) -> str:
    """Say what is wrong with a line of a run's journal; empty where nothing is."""
    kind = record.get("kind")
    if not isinstance(kind, str):
        return "has no kind"
    fault = _fault(record, RECORDS.get(kind, {}))
    return f"of kind {kind} {fault}" if fault else ""


def _fault(found: Mapping[str, Any], fields: Fields) -> str:
    if missing := [name for name in fields if name not in found]:
        return f"lacks {', '.join(missing)}"
    for name, types in fields.items():
        if not isinstance(found[name], types):
            expected = " or ".join(_WORDS[one] for one in types)
            return f"has {repr(found[name])[:60]} as {name}, expected {expected}"
    return ""
