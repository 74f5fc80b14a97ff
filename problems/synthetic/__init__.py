"""6,000 synthetic problems: 3,000 with bounds only, 3,000 with constraints."""

from typing import Final

N_EACH: Final = 3000

UNCONSTRAINED_IDS: Final = tuple(f"synthetic/u{index:04d}" for index in range(N_EACH))
CONSTRAINED_IDS: Final = tuple(f"synthetic/c{index:04d}" for index in range(N_EACH))
IDS: Final = (*UNCONSTRAINED_IDS, *CONSTRAINED_IDS)
