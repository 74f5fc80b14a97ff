"""Finding a checkpoint: a folder, a GGUF file, or a repository on the Hugging Face Hub; full or PEFT."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.user_cache import sha256_of_all
from llamoco_bench.errors import ModelError, UsageError

_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
ADAPTER_CONFIG: Final = "adapter_config.json"
_HUB_TIMEOUT_S: Final = 20.0
_SMALL: Final = frozenset({".json", ".jinja", ".txt", ".model", ".py"})
_SUFFIXES: Final = _SMALL | {".safetensors", ".bin", ".gguf"}
_NOT_WEIGHTS: Final = ("optimizer", "scheduler", "rng_state", "training_args", "trainer_state")  # of a training run


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that lies in a folder of this machine.

    Attributes
    ----------
    folder: with configuration, tokenizer and weights; or with a PEFT adapter.
    repository, commit: where on the Hub it is from; empty for a folder of the user's.
    gguf_file: path of the file of weights in the folder; empty for safetensors.
    base: what a PEFT adapter adapts; None for a full checkpoint.
    """

    folder: Path
    repository: str = ""
    commit: str = ""
    gguf_file: str = ""
    base: Checkpoint | None = None

    @property
    def identity(self) -> dict[str, object]:
        """Commit on the Hub, or SHA-256 over everything in the folder that changes answers."""
        if self.repository:
            own: dict[str, object] = {"repository": self.repository, "commit": self.commit}
        else:
            files = {*_files_that_matter(self.folder), *([self.folder / self.gguf_file] if self.gguf_file else [])}
            own = {"sha256": sha256_of_all(files, self.folder)}
        if self.gguf_file:
            own["gguf_file"] = self.gguf_file
        return own if self.base is None else own | {"base": self.base.identity}


def find_checkpoint(name: str, revision: str | None, gguf_file: str, *, fetch: bool) -> Checkpoint:
    """Find the checkpoint called `name`, and what it adapts if it is a PEFT adapter.

    Parameters
    ----------
    name: a folder, a GGUF file or an id on the Hub; what exists here goes first.
    revision: commit, tag or branch on the Hub.
    gguf_file: path of the weights in the folder or repository; empty for safetensors.
    fetch: ask the Hub for what is missing here.

    Raises
    ------
    UsageError: where `name` is nothing of the kind.
    ModelError: where the Hub cannot be reached, or a package is missing.
    """
    found = _locate(name, revision, gguf_file, fetch=fetch)
    adapter = found.folder / ADAPTER_CONFIG
    if found.gguf_file or not adapter.is_file():
        return _checked(found)
    _need("peft")
    base_name, base_revision = _base_of(adapter)
    base = _locate(base_name, base_revision, "", fetch=fetch)
    if (base.folder / ADAPTER_CONFIG).is_file():
        raise UsageError(f"{found.folder} adapts {base_name}, which is an adapter itself. Merge them first")
    return replace(found, base=_checked(base))


def _locate(name: str, revision: str | None, gguf_file: str, *, fetch: bool) -> Checkpoint:
    path = Path(name)
    if path.is_file():
        return Checkpoint(path.parent, gguf_file=path.name)
    if path.is_dir():
        return Checkpoint(path, gguf_file=gguf_file)
    if _HUB_ID.fullmatch(name):
        folder = _snapshot(name, revision, gguf_file, fetch=fetch)
        return Checkpoint(folder, name, folder.name, gguf_file)
    raise UsageError(f"{name!r} is no folder, no file, and no id on the Hub such as organisation/model")


def _checked(found: Checkpoint) -> Checkpoint:
    """Check that the files are there."""
    if found.gguf_file:
        _need("gguf")
    wanted = found.gguf_file or "config.json"
    if not (found.folder / wanted).is_file():
        raise UsageError(f"{found.folder} is not such a checkpoint: it holds no {wanted}")
    return found


def _base_of(adapter: Path) -> tuple[str, str | None]:
    """Read which model an adapter adapts; a relative path counts from the adapter's folder if it leads somewhere."""
    try:
        config = json.loads(adapter.read_text(encoding="utf-8"))
        base, revision = config["base_model_name_or_path"], config.get("revision")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{adapter} does not name the model that it adapts ({error!r})") from None
    if not isinstance(base, str) or not base:
        raise UsageError(f"{adapter} does not name the model that it adapts: base_model_name_or_path is {base!r}")
    beside = adapter.parent / base
    return (str(beside) if beside.exists() else base), revision


def _snapshot(repository: str, revision: str | None, gguf_file: str, *, fetch: bool) -> Path:
    """Return the folder of a repository in the Hub's own cache; its name is the commit."""
    _need("huggingface_hub")
    reason = "it was not fetched before the run"
    if fetch:
        try:
            return _download(repository, revision, gguf_file)
        except _HubError as error:
            reason = str(error)
    cached = _cached_snapshot(repository, revision, (gguf_file, "config.json", ADAPTER_CONFIG))
    if cached is None:
        version = f" --revision {revision}" if revision else ""
        raise ModelError(
            f"{repository} is neither a folder here nor in the cache of the Hub, and the Hub did not give it: "
            f"{reason}\nWhere there is a network, run: hf download {repository}{version}"
        )
    return cached


class _HubError(Exception):
    """The Hub did not give what was asked for."""


def _download(repository: str, revision: str | None, gguf_file: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        # The one call that does not try again for half a minute where there is no network.
        siblings = HfApi().model_info(repository, revision=revision, timeout=_HUB_TIMEOUT_S).siblings or []
        files = _wanted_files((sibling.rfilename for sibling in siblings), gguf_file)
        return Path(snapshot_download(repository, revision=revision, allow_patterns=files))
    except Exception as error:  # the client lets through whatever its HTTP library raises
        raise _HubError(str(error).strip() or repr(error)) from error


def _cached_snapshot(repository: str, revision: str | None, names: Iterable[str]) -> Path | None:
    """Find a snapshot by a file in it: asked for a whole one, the client misses the files that were not wanted."""
    from huggingface_hub import try_to_load_from_cache

    for name in filter(None, names):
        found = try_to_load_from_cache(repository, name, revision=revision)
        if isinstance(found, str):
            return Path(found).parents[len(Path(name).parts) - 1]  # the file may lie in a folder of the repository
    return None


def _wanted_files(files: Iterable[str], gguf_file: str) -> list[str]:
    """Choose one form of the weights, and everything small; many repositories hold several forms."""
    paths = [Path(file) for file in files if "/" not in file and not file.startswith("consolidated")]
    small = [path.name for path in paths if path.suffix in _SMALL]
    if gguf_file:
        return [*small, gguf_file]
    for suffix in (".safetensors", ".bin"):
        weights = [path.name for path in paths if path.suffix == suffix]
        if weights:
            return [*small, *weights]
    return small


def _files_that_matter(folder: Path) -> Iterator[Path]:
    for file in folder.iterdir():
        if file.is_file() and file.suffix in _SUFFIXES and not file.name.startswith((".", *_NOT_WEIGHTS)):
            yield file


def _need(package: str) -> None:
    if find_spec(package) is None:
        raise ModelError(f'This checkpoint needs the package {package}. Install with: pip install "llamoco-bench[hf]"')
