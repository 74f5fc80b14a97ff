"""Texts of RC44, the wind farm."""

from __future__ import annotations

from typing import Final

import numpy as np

from llamoco_bench.problems.cec2020 import windfarm as farm
from llamoco_bench.problems.cec2020.prompt_text import fill, latex_number, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt

_INTRO: Final = (
    "Place <<turbines>> wind turbines on a square site so that their expected power (kW), which wakes reduce, is "
    "largest (its negative is minimised): the <<dim>> variables are the coordinates of the turbines (metres), east and "
    "north of the first, of the second, and so on."
)

_HEADER: Final = """
import numpy as np

# SCALE, FREQUENCY (<<sectors>>,): Weibull scale (m/s) and probability of the wind in every direction sector.
TURBINES, SECTORS, STEPS = <<turbines>>, <<sectors>>, <<steps>>
RADIUS, THRUST, SPREAD = <<radius>>, <<thrust>>, <<spread>>  # rotor radius (m), thrust coefficient, wake growth
CUT_IN, STEP, RATED, CUT_OUT, RATED_POWER = <<cut_in>>, <<step>>, <<rated>>, <<cut_out>>, <<rated_power>>  # m/s, kW
"""

_PLAIN: Final = """

def deficit(dx, dy, angle):
    # Relative loss of speed at distance (dx, dy) from another turbine, for wind in the given direction.
    along = math.cos(angle) * dx + math.sin(angle) * dy
    across = math.sqrt(max(dx**2 + dy**2 - along**2, 0.0))
    if along > 0 and along * SPREAD + RADIUS > across - RADIUS:
        return (1 - math.sqrt(1 - THRUST)) / (1 + SPREAD * along / RADIUS) ** 2
    return 0.0


def power(scale):
    # Expected power of one turbine for a Weibull wind of shape 2.
    def exceed(v):
        return math.exp(-((v / scale) ** 2))

    total = RATED_POWER * (exceed(RATED) - exceed(CUT_OUT))
    for j in range(1, STEPS + 1):
        low, high = CUT_IN + STEP * (j - 1), CUT_IN + STEP * j
        swing = math.exp((low + high) / 2 - <<centre>>)
        total += RATED_POWER * swing / (<<offset>> + swing) * (exceed(low) - exceed(high))
    return total


def objective(x):
    east, north = x[0::2], x[1::2]
    expected = 0.0
    for s in range(SECTORS):
        angle = math.radians(360 / SECTORS * (s + 0.5))
        for i in range(TURBINES):
            squares = 0.0
            for m in range(TURBINES):
                if m != i:
                    squares += deficit(east[i] - east[m], north[i] - north[m], angle) ** 2
            expected += FREQUENCY[s] * power(SCALE[s] * (1 - math.sqrt(squares)))
    return -expected


def inequality(x):
    # The last turbine has no spacing constraint.
    g = []
    for i in range(TURBINES - 2):
        for k in range(i + 1, TURBINES - 1):
            distance = math.hypot(x[2 * i] - x[2 * k], x[2 * i + 1] - x[2 * k + 1])
            g.append(<<spacing>> * RADIUS - distance)
    return np.array(g)
"""

_VECTORIZED: Final = """
ANGLE = np.deg2rad(360 / SECTORS * (np.arange(SECTORS) + 0.5))[:, None, None]
EDGES = CUT_IN + STEP * np.arange(STEPS + 1)
SWING = np.exp((EDGES[1:] + EDGES[:-1]) / 2 - <<centre>>)
RATES = RATED_POWER * SWING / (<<offset>> + SWING)


def objective(x):
    position = x.reshape(TURBINES, 2)
    dx, dy = np.moveaxis(position[:, None] - position, -1, 0)  # [i, m]: from turbine m to turbine i
    along = np.cos(ANGLE) * dx + np.sin(ANGLE) * dy  # (sector, i, m)
    across = np.sqrt(np.maximum(dx**2 + dy**2 - along**2, 0))
    in_wake = (along > 0) & (along * SPREAD + RADIUS > across - RADIUS)
    deficit = np.where(in_wake, (1 - np.sqrt(1 - THRUST)) / (1 + SPREAD * along / RADIUS) ** 2, 0)
    scale = SCALE[:, None] * (1 - np.sqrt(np.sum(deficit**2, axis=-1)))  # (sector, i)
    exceed = np.exp(-((EDGES / scale[..., None]) ** 2))
    power = (exceed[..., :-1] - exceed[..., 1:]) @ RATES
    power += RATED_POWER * (np.exp(-((RATED / scale) ** 2)) - np.exp(-((CUT_OUT / scale) ** 2)))
    return -np.sum(FREQUENCY[:, None] * power)


def inequality(x):
    # The last turbine has no spacing constraint.
    position = x.reshape(TURBINES, 2)[:-1]
    i, k = np.triu_indices(TURBINES - 1, 1)
    return <<spacing>> * RADIUS - np.linalg.norm(position[i] - position[k], axis=1)
"""

_LATEX: Final = r"""
\paragraph{Data.} Rotor radius $R = <<radius>>$ (metres), thrust coefficient $C = <<thrust>>$, wake growth
$\kappa = <<spread>>$; cut-in, rated and cut-out speed <<cut_in>>, <<rated>> and <<cut_out>> (metres per second),
rated power $P = <<rated_power>>$ (kilowatt). The wind blows from <<sectors>> sectors $s$ with the directions
$\theta_s = \frac{2 \pi}{<<sectors>>} (s - \frac12)$, the given probabilities $p_s$ and, in each, a Weibull
distribution of shape 2 and given scale $c_s$.

\paragraph{Variables.} Turbine $i = 1, \dots, <<turbines>>$ stands at $(X_i, Y_i) = (x_{2i-1}, x_{2i})$.

\paragraph{Wakes.} For the sector $s$ and turbines $i \ne m$ let
\begin{align*}
a_{sim} &= \cos(\theta_s) (X_i - X_m) + \sin(\theta_s) (Y_i - Y_m), &
b_{sim} &= \sqrt{(X_i - X_m)^2 + (Y_i - Y_m)^2 - a_{sim}^2}, \\
D_{sim} &= \begin{cases} \dfrac{1 - \sqrt{1 - C}}{(1 + \kappa a_{sim} / R)^2} &
\text{if } a_{sim} > 0 \text{ and } \kappa a_{sim} + R > b_{sim} - R, \\ 0 & \text{otherwise,} \end{cases} &
c_{si} &= c_s \Bigl( 1 - \sqrt{\textstyle \sum_{m \ne i} D_{sim}^2} \Bigr).
\end{align*}

\paragraph{Power.} With the speeds $v_j = <<cut_in>> + <<step>> \, j$, $j = 0, \dots, <<steps>>$, their midpoints
$\mu_j = (v_{j-1} + v_j) / 2$ and $E_{si}(v) = \exp \left( -(v / c_{si})^2 \right)$,
\begin{equation*}
w_{si} = \sum_{j=1}^{<<steps>>} \frac{P \, e^{\mu_j - <<centre>>}}{<<offset>> + e^{\mu_j - <<centre>>}}
\left( E_{si}(v_{j-1}) - E_{si}(v_j) \right) + P \left( E_{si}(<<rated>>) - E_{si}(<<cut_out>>) \right).
\end{equation*}

\paragraph{Problem.}
\begin{align*}
\min_x \quad f(x) &= - \sum_{s=1}^{<<sectors>>} p_s \sum_{i=1}^{<<turbines>>} w_{si} \\
\text{subject to} \quad
g_{ik}(x) &= <<spacing>> R - \sqrt{(X_i - X_k)^2 + (Y_i - Y_k)^2} \le 0, \quad 1 \le i < k \le <<spaced>>, \\
\ell_j \le x_j &\le u_j, \quad j = 1, \dots, <<dim>>.
\end{align*}
The <<pairs>> constraints are counted with $i$ in the outer and $k$ in the inner loop; turbine <<turbines>> has none.
"""


def _values(latex: bool = False) -> dict[str, str]:
    write = latex_number if latex else number
    return {
        "turbines": str(farm.TURBINES),
        "dim": str(2 * farm.TURBINES),
        "spaced": str(farm.SPACED),
        "pairs": str(farm.SPACED * (farm.SPACED - 1) // 2),
        "sectors": str(farm.SECTORS),
        "steps": str(farm.SPEED_STEPS),
        "radius": write(farm.ROTOR_RADIUS),
        "thrust": write(farm.THRUST),
        "spread": write(farm.WAKE_SPREAD),
        "cut_in": write(farm.CUT_IN),
        "step": write(farm.SPEED_STEP),
        "rated": write(farm.RATED),
        "cut_out": write(farm.CUT_OUT),
        "rated_power": write(farm.RATED_POWER),
        "centre": write(farm.CURVE_CENTRE),
        "offset": write(farm.CURVE_OFFSET),
        "spacing": write(farm.SPACING),
    }


def prompts() -> tuple[Prompt, ...]:
    """Return the two Python texts and the mathematical statement."""
    intro = fill(_INTRO, _values())
    namespace = {"SCALE": np.array(farm.SCALE), "FREQUENCY": np.array(farm.FREQUENCY)}
    return (
        python_prompt("plain", intro, fill("import math\n" + _HEADER + _PLAIN, _values()), namespace),
        python_prompt("vectorized", intro, fill(_HEADER + _VECTORIZED, _values()), namespace),
        latex_prompt(intro, fill(_LATEX, _values(latex=True))),
    )
