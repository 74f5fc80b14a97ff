"""Balanced sampling over optimizers: LLaMoCo, section 3.2, equation 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def balanced(optimizers: Sequence[str]) -> NDArray[np.float64]:
    """Return the probability with which each instance is sampled, so that every optimizer is met equally often.

    Parameters
    ----------
    optimizers: (n,) the one that won on each instance.

    Returns
    -------
    (n,) probabilities that add up to 1.
    """
    counts = Counter(optimizers)
    return np.array([1 / (len(counts) * counts[name]) for name in optimizers])  # rho_a = 1 / (N_a N_q,a), eq. 5
