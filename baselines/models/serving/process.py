"""The session's side: starts the process of a broker, and ends it."""

from __future__ import annotations

import json
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from llamoco_bench.baselines.models.serving.client import Address
from llamoco_bench.baselines.models.serving.purse import Limits
from llamoco_bench.baselines.models.serving.server import DRAIN_S
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError

_START_S: Final = 120.0
_LEAVE_S: Final = DRAIN_S + 5.0
_SHOWN_CHARS: Final = 1500


class BrokerProcess:
    """A running broker; started at once, ready when `wait_until_ready` returns.

    Parameters
    ----------
    spec: the model.
    store: file of the answers.
    run: name of the run, under which spending is added up.
    limits: what may be spent in that run, by the label under which the model is asked.
    log: file for what the process complains of.
    """

    def __init__(self, spec: ModelSpec, store: Path, run: str, limits: Mapping[str, Limits], log: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="llamoco-"))
        self.address = Address(spec.label, str(self._folder / "broker"), secrets.token_hex(32), str(log))
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "llamoco_bench.baselines.models.serving.server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,  # Ctrl-C is for the session, which then ends the broker
            )
        order = {
            "spec": spec.describe(),
            "store": str(store.absolute()),
            "run": run,
            "socket": self.address.socket,
            "secret": self.address.secret,
            "limits": {label: its.to_dict() for label, its in limits.items()},
        }
        with suppress(BrokenPipeError):  # it has died; its silence says so
            self._input.write(json.dumps(order) + "\n")
            self._input.flush()

    def wait_until_ready(self) -> Address:
        """Wait until it can be asked.

        Raises
        ------
        ModelError: where it does not start.
        """
        output = self._process.stdout
        if output is None:
            raise TypeError("the process was started without a pipe for its output")
        ready, _, _ = select.select([output], [], [], _START_S)
        said = json.loads(output.readline() or "{}") if ready else {}
        if "ready" in said:
            return self.address
        self.close()
        silent = f"The process that serves {self.address.label} did not start: {self._complaints()}"
        raise ModelError(said.get("error") or silent)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def close(self) -> None:
        """End the process: at once, or after the answers that are on their way and have a price."""
        with suppress(BrokenPipeError):
            self._input.close()
        try:
            self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _input(self) -> IO[str]:
        if self._process.stdin is None:
            raise TypeError("the process was started without a pipe for its input")
        return self._process.stdin

    def _complaints(self) -> str:
        with suppress(OSError):
            return Path(self.address.log).read_text(errors="replace")[-_SHOWN_CHARS:].strip()
        return "it said nothing"
