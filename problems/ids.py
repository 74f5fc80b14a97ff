"""What the id of a problem may hold: it becomes a part of the id of a pytest item, ``llamoco::SUITE::NAME[MODEL]``."""

from __future__ import annotations

import re
from typing import Final

from llamoco_bench.errors import UsageError

# The last two: a colon at an end of the suite or the name would make three with those between them.
_UNFIT: Final = re.compile(r"[\[\]]|::|[\x00-\x1f\x7f\x85\u2028\u2029]|(?:^|/):|:(?:/|$)")


def check_id(problem_id: str) -> None:
    """Refuse an id that cannot stand in that of a pytest item.

    Raises
    ------
    UsageError: it holds brackets, '::', a control character, or a colon beside a slash or at an end.
    """
    if found := _UNFIT.search(problem_id):
        raise UsageError(
            f"The problem id {problem_id!r} cannot stand in the id of a test, for its {found[0]!r}. Not allowed: "
            "brackets, '::', line breaks and other control characters, and a colon beside a slash or at an end"
        )
