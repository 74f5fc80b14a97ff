"""Small networks as points of a search space: one hidden layer of eight tanh units, one output.

The weights of a network with s inputs stand in this order: for each hidden unit in turn its s input weights; the eight
hidden biases; the eight output weights; the output bias.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Array

HIDDEN: Final = 8


def dimension(inputs: int) -> int:
    """Number of weights of a network with `inputs` inputs."""
    return HIDDEN * (inputs + 2) + 1


class Networks(NamedTuple):
    """Networks that are evaluated together.

    Attributes
    ----------
    weights: (inputs + 1, 8, m), the last row being the biases.
    out: (8, m).
    out_bias: (m,).
    """

    weights: Array
    out: Array
    out_bias: Array

    def __call__(self, inputs: Array) -> Array:
        """Outputs (m,) for inputs (inputs + 1, m), of which the last is 1.

        The order of every sum is fixed, so that a network gives the same bits whatever it is evaluated together with:
        a sum over a leading axis goes term by term, but over the only axis longer than one numpy would sum by halves.
        """
        hidden: Array = np.add.reduce(self.weights * inputs[:, np.newaxis], axis=0)
        np.tanh(hidden, out=hidden)
        hidden *= self.out
        quarter = hidden[:4] + hidden[4:]
        pair = quarter[:2] + quarter[2:]
        result: Array = pair[0] + pair[1] + self.out_bias
        return result

    def only(self, chosen: NDArray[np.intp]) -> Networks:
        """Return the networks of the given places."""
        return Networks(*(part.take(chosen, axis=-1) for part in self))


def unpack(points: Array, inputs: int, copies: int) -> Networks:
    """Build networks from points (n, dim), each `copies` times in succession."""
    columns = np.repeat(points.T, copies, axis=1)
    weights, bias, out, out_bias = np.split(columns, np.cumsum([HIDDEN * inputs, HIDDEN, HIDDEN]))
    by_input = weights.reshape(HIDDEN, inputs, -1).transpose(1, 0, 2)
    return Networks(np.concatenate((by_input, bias[np.newaxis])), out, out_bias[0])
