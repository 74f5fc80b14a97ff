"""The 57 real-world constrained problems of the CEC 2020 competition.

A. Kumar, G. Wu, M. Z. Ali, R. Mallipeddi, P. N. Suganthan, S. Das, "A test-suite of non-convex constrained optimization
problems from the real-world and some baseline results", Swarm and Evolutionary Computation 56 (2020) 100693. The
values are those of the authors' evaluation code of March 2020; where it departs from their text, a note says so.
"""

from typing import Final

NAMES: Final = tuple(f"RC{number:02d}" for number in range(1, 58))
IDS: Final = tuple(f"cec2020/{name}" for name in NAMES)

SMOKE_IDS: Final = ("cec2020/RC04", "cec2020/RC17", "cec2020/RC21", "cec2020/RC31")
"""Cheap problems for a local solver to get somewhere with: both kinds of constraints, inequalities, bounds only."""
