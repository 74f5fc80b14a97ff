"""What a model may spend in a run: tokens, or money by a list of prices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.base import Usage
from llamoco_bench.baselines.models.local import LOCAL
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError, UsageError

PRICES_FORM: Final = 'expected {"MODEL": {"input": PRICE, "output": PRICE}, ...}, prices per million tokens'


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits of one model in one run, over all of the run's sessions.

    Attributes
    ----------
    tokens: input and output together; None for no limit.
    cost: in the currency of the prices; None for no limit.
    input_price, output_price: per million tokens.
    """

    tokens: int | None = None
    cost: float | None = None
    input_price: float = 0.0
    output_price: float = 0.0

    def check(self, spent: Usage) -> None:
        """Refuse another answer where a limit is reached.

        Raises
        ------
        ModelError: with what was spent, and how to go on.
        """
        tokens, cost = spent.input_tokens + spent.output_tokens, self.cost_of(spent)
        if self.tokens is not None and tokens >= self.tokens:
            raise ModelError(f"{tokens:,} tokens are spent, --llamoco-max-tokens is {self.tokens:,}. {_GO_ON}")
        if self.cost is not None and cost >= self.cost:
            raise ModelError(f"{cost:.4g} is spent, --llamoco-max-cost is {self.cost:.4g}. {_GO_ON}")

    def cost_of(self, usage: Usage) -> float:
        """Price of `usage`."""
        return (usage.input_tokens * self.input_price + usage.output_tokens * self.output_price) / 1e6

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the limits as JSON values."""
        return asdict(self)


_GO_ON: Final = "Go on with --llamoco-resume and a higher limit"


def limits_for(spec: ModelSpec, tokens: int | None, cost: float | None, prices: Path | None) -> Limits:
    """Put the limits of a model together.

    Raises
    ------
    UsageError: where a cost is limited and the model has no price, or the list of prices cannot be read.
    """
    if cost is None:
        return Limits(tokens)
    known = {} if prices is None else read_prices(prices)
    base = spec.base
    for name in (spec.label, f"{base.kind}:{base.name}", base.name, base.label):
        if name in known:
            return Limits(tokens, cost, *known[name])
    listed = f"{prices} has: {', '.join(known) or 'none'}" if prices else "give a list by --llamoco-prices=FILE"
    raise UsageError(f"--llamoco-max-cost needs the prices of {spec.label}; {listed} ({PRICES_FORM})")


def refuse_unkept(specs: Iterable[ModelSpec], tokens: int | None, cost: float | None) -> None:
    """Refuse limits that nobody would keep.

    Raises
    ------
    UsageError: where there is a limit and a model of a ``conftest.py``, which is asked by every worker on its own.
    """
    unkept = [spec.label for spec in specs if spec.base.kind in LOCAL]
    if unkept and (tokens, cost) != (None, None):
        raise UsageError(
            f"--llamoco-max-tokens and --llamoco-max-cost cannot be kept for {', '.join(unkept)}: a model of the hook "
            "pytest_llamoco_models has no broker that counts. Bring it by an entry point, or leave the limits out"
        )


def read_prices(path: Path) -> Mapping[str, tuple[float, float]]:
    """Read a list of prices: (input, output) per million tokens by model.

    Raises
    ------
    UsageError: for a file that is missing or malformed.
    """
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return {name: (_price(entry["input"]), _price(entry["output"])) for name, entry in listed.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise UsageError(f"--llamoco-prices={path} cannot be read ({error!r}); {PRICES_FORM}") from None


def _price(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{value!r} is no price")
    return float(value)
