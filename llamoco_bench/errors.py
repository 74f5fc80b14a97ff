"""The one hierarchy of errors that the project raises on purpose.

A message says what was got, what is allowed, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable


class LlamocoError(Exception):
    """Anything that llamoco-bench reports as an error of its own."""


class UsageError(LlamocoError, ValueError):
    """The caller gave an option, name, spec or file that is not allowed."""


class JournalError(LlamocoError):
    """A run folder or journal is missing, damaged, or of an unknown schema."""


class SandboxError(LlamocoError):
    """The sandbox itself failed; never the fault of the program in it."""


class ModelError(LlamocoError):
    """A model could not be reached or loaded; never counted against the model."""


def choose(what: str, got: str, allowed: Iterable[str], more: str = "") -> UsageError:
    """Build the error for a name that is not among the allowed ones, with the closest one pointed out.

    `more` is said after the names.
    """
    from difflib import get_close_matches

    names = list(allowed)
    lower = {name.lower(): name for name in names}
    near = get_close_matches(got.lower(), lower, n=1)
    hint = f" Did you mean {lower[near[0]]!r}?" if near else ""
    shown = ", ".join(names[:30]) + (f", ... ({len(names)} in all)" if len(names) > 30 else "")
    return UsageError(f"Unknown {what} {got!r}.{hint} Allowed: {shown}{f'. {more}' if more else ''}")
