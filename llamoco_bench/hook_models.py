"""Takes the models that a ``conftest.py`` brings by the hook ``pytest_llamoco_models``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def take_models_of_hooks(config: pytest.Config) -> None:
    """Make the models of the hook known to this process, in place of those of before.

    Raises
    ------
    UsageError: where a name is taken or is none, or a factory cannot be called.
    """
    from llamoco_bench.baselines.models import third_party
    from llamoco_bench.baselines.models.kinds import KINDS
    from llamoco_bench.baselines.models.local import LOCAL
    from llamoco_bench.baselines.models.presets import PRESETS

    taken = dict.fromkeys([*KINDS, *PRESETS], "llamoco-bench itself")
    taken |= dict.fromkeys(third_party.find(), "an installed distribution")
    LOCAL.replace(config.hook.pytest_llamoco_models(config=config), taken)
