"""How one run of a generated program can end.

========================= ======================================================================================
status                    meaning
========================= ======================================================================================
``ok``                    a normal end; running into the budget is one (``stopped == "budget"``)
``no_code``               the answer holds no program
``syntax``                the program does not compile
``import``                an import failed
``runtime``               an uncaught exception, ``sys.exit`` included
``timeout``               over the wall-clock or CPU limit
``memory``                over the memory limit
``output``                over the limit of printed text or of files written
``invalid_result``        no usable point was returned and nothing feasible was evaluated
``protocol``              the contract or the channel to the harness was broken
``security``              a forbidden action ended the run
``crash``                 died by a signal, or left without an answer
``tampered``              the program spoke in the name of the sandbox, or claimed what the harness knows to be false
``infra``                 the harness failed; never held against the model
========================= ======================================================================================
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Status = Literal[
    "ok",
    "no_code",
    "syntax",
    "import",
    "runtime",
    "timeout",
    "memory",
    "output",
    "invalid_result",
    "protocol",
    "security",
    "crash",
    "tampered",
    "infra",
]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)


def is_erroneous(status: str) -> bool:
    """Tell whether a run counts as an error of the model: every status but ``ok`` and ``infra``."""
    return status not in ("ok", "infra")
