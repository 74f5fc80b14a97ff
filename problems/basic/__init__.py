"""The base functions that synthetic problems are made of, in the definitions of the CEC competitions.

``basic_function("rastrigin")(z)`` gives g(z) for z of shape (n,) or (..., n).
"""

from llamoco_bench.problems.basic.catalogue import BASIC_FUNCTIONS, BasicFunction, basic_function

__all__ = ["BASIC_FUNCTIONS", "BasicFunction", "basic_function"]
