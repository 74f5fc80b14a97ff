"""Texts of RC24, the robot gripper."""

from __future__ import annotations

from typing import Final

from llamoco_bench.problems.cec2020.bounded_search import MAX_EVALUATIONS, TOLERANCE
from llamoco_bench.problems.cec2020.gripper import (
    ACTUATOR_FORCE,
    OBJECT_LARGEST,
    OBJECT_LEAST,
    OPENING,
    OUT_OF_REACH,
    TRAVEL,
)
from llamoco_bench.problems.cec2020.prompt_text import fill, latex_number, latex_prompt, number, python_prompt
from llamoco_bench.problems.problem import Prompt

_INTRO: Final = (
    "Choose the linkage of a robot gripper so that its gripping force varies least while the actuator travels: the 7 "
    "variables are the link lengths a, b, c, an offset e, the jaw offset, the distance of the actuator (mm) and an "
    "angle delta (rad)."
)

_HEADER: Final = """
import cmath
import math

import numpy as np

TRAVEL = <<travel>>  # the actuator position z runs from 0 to TRAVEL


def arccos(u):
    if u.imag != 0:
        return cmath.acos(u)
    u = u.real
    if abs(u) <= 1:
        return math.acos(u)
    height = math.log(abs(u) + math.sqrt(u * u - 1))
    return 1j * height if u > 1 else math.pi - 1j * height


def force(x, z):
    # Gripping force; complex where the linkage cannot close.
    a, b, c, e, jaw, l, delta = x
    s = l - z
    q = cmath.sqrt(s**2 + e**2)
    A = arccos((a**2 + q**2 - b**2) / (2 * a * q))
    B = arccos((b**2 + q**2 - a**2) / (2 * b * q))
    return <<force>> * b * cmath.sin(A + B) / (2 * c * cmath.cos(A + cmath.atan(e / s)))


def sign(y):
    return y / abs(y) if y != 0 else 1.0
"""

_PLAIN: Final = """

def search(G):
    # Least value of G on [0, TRAVEL] by golden sections and parabolas; complex values are compared by real part.
    golden = (3 - math.sqrt(5)) / 2
    lo, hi = 0.0, TRAVEL
    xf = w = v = lo + golden * (hi - lo)  # best, second best and third best point
    Gf = Gw = Gv = G(xf)
    d = e = 0.0  # last step, step before last
    for count in range(<<evaluations_less>>):
        xm = (lo + hi) / 2
        t = math.sqrt(2.0**-52) * abs(xf) + <<tolerance>> / 3
        if abs(xf - xm) <= (2 * t - (hi - lo) / 2).real:
            break
        accepted = False
        if abs(e) > t:
            r = (xf - w) * (Gf - Gv)
            q = (xf - v) * (Gf - Gw)
            p = (xf - v) * q - (xf - w) * r
            q = 2 * (q - r)
            if q.real > 0:
                p = -p
            q = abs(q)
            r, e = e, d
            accepted = abs(p) < abs(q * r / 2) and (q * (lo - xf)).real < p.real < (q * (hi - xf)).real
        if accepted:
            d = p / q
            if (xf + d - lo).real < 2 * t or (hi - xf - d).real < 2 * t:
                d = t * sign(xm - xf)
        else:
            e = lo - xf if xf.real >= xm.real else hi - xf
            d = golden * e
        x = xf + sign(d) * max(abs(d), t)
        Gx = G(x)
        if Gx.real <= Gf.real:
            if x.real >= xf.real:
                lo = xf
            else:
                hi = xf
            v, Gv, w, Gw, xf, Gf = w, Gw, xf, Gf, x, Gx
        else:
            if x.real < xf.real:
                lo = x
            else:
                hi = x
            if Gx.real <= Gw.real or w == xf:
                v, Gv, w, Gw = w, Gw, x, Gx
            elif Gx.real <= Gv.real or v == xf or v == w:
                v, Gv = x, Gx
    return Gf


def objective(x):
    smallest = search(lambda z: force(x, z))
    largest = -search(lambda z: -force(x, z))
    result = largest - smallest
    return <<out>> if result.imag != 0 else result.real


def opening(x, z):
    # Distance of the jaws; None where the linkage cannot close.
    a, b, c, e, jaw, l, delta = x
    s = l - z
    u = (b**2 + s**2 + e**2 - a**2) / (2 * b * math.sqrt(s**2 + e**2))
    if abs(u) > 1:
        return None
    return 2 * (e + jaw + c * math.sin(math.acos(u) - math.atan(e / s) + delta))


def inequality(x):
    a, b, c, e, jaw, l, delta = x
    closed, wide = opening(x, TRAVEL), opening(x, 0.0)
    return np.array([
        <<out>> if closed is None else closed - <<least>>,
        <<out>> if closed is None else -closed,
        <<out>> if wide is None else <<largest>> - wide,
        <<out>> if wide is None else wide - <<opening>>,
        l**2 + e**2 - (a + b) ** 2,
        b**2 - (a - e) ** 2 - (l - TRAVEL) ** 2,
        TRAVEL - l,
    ])
"""

_VECTORIZED: Final = """

def parabolic_step(best, f, lo, hi, before):
    # Step to the vertex of the parabola through three points (best, second, third), or None if it is no good.
    r = (best[0] - best[1]) * (f[0] - f[2])
    q = (best[0] - best[2]) * (f[0] - f[1])
    p = (best[0] - best[2]) * q - (best[0] - best[1]) * r
    q = 2 * (q - r)
    p, q = (-p if q.real > 0 else p), abs(q)
    fits = abs(p) < abs(q * before / 2) and (q * (lo - best[0])).real < p.real < (q * (hi - best[0])).real
    return p / q if fits else None


def search(G):
    # Least value of G on [0, TRAVEL]; complex values are compared by real part.
    golden = (3 - np.sqrt(5)) / 2
    lo, hi = 0.0, TRAVEL
    best = [golden * TRAVEL] * 3
    f = [G(best[0])] * 3
    step = earlier = 0.0
    for count in range(<<evaluations_less>>):
        middle = (lo + hi) / 2
        t = np.sqrt(2.0**-52) * abs(best[0]) + <<tolerance>> / 3
        if abs(best[0] - middle) <= (2 * t - (hi - lo) / 2).real:
            break
        parabola = None
        if abs(earlier) > t:
            parabola = parabolic_step(best, f, lo, hi, earlier)
            earlier = step
        if parabola is None:
            earlier = (lo if best[0].real >= middle.real else hi) - best[0]
            step = golden * earlier
        else:
            step = parabola
            if min((best[0] + step - lo).real, (hi - best[0] - step).real) < 2 * t:
                step = t * sign(middle - best[0])
        x = best[0] + sign(step) * max(abs(step), t)
        fx = G(x)
        improved = fx.real <= f[0].real
        cut, right = (best[0], x.real >= best[0].real) if improved else (x, x.real < best[0].real)
        lo, hi = (cut, hi) if right else (lo, cut)
        if improved:
            best, f = [x, *best[:2]], [fx, *f[:2]]
        elif fx.real <= f[1].real or best[1] == best[0]:
            best, f = [best[0], x, best[1]], [f[0], fx, f[1]]
        elif fx.real <= f[2].real or best[2] in best[:2]:
            best[2], f[2] = x, fx
    return f[0]


def objective(x):
    result = -search(lambda z: -force(x, z)) - search(lambda z: force(x, z))
    return <<out>> if result.imag != 0 else result.real


def inequality(x):
    a, b, c, e, jaw, l, delta = x
    s = l - np.array([TRAVEL, 0.0])  # actuator at its near end and at its far end
    u = (b**2 + s**2 + e**2 - a**2) / (2 * b * np.sqrt(s**2 + e**2))
    angle = np.arccos(np.clip(u, -1, 1)) - np.arctan(e / s) + delta
    closed, wide = 2 * (e + jaw + c * np.sin(angle))
    jaws = np.array([closed - <<least>>, -closed, <<largest>> - wide, wide - <<opening>>])
    jaws = np.where(np.repeat(np.abs(u) <= 1, 2), jaws, <<out>>)
    return np.append(jaws, [l**2 + e**2 - (a + b) ** 2, b**2 - (a - e) ** 2 - s[0] ** 2, -s[0]])
"""

_LATEX: Final = r"""
\paragraph{Variables.} $x = (a, b, c, e, d, l, \delta) \in \mathbb R^7$ with the link lengths $a, b, c$, the offset $e$,
the jaw offset $d$, the actuator distance $l$ and the angle $\delta$. The actuator position $z$ runs over $[0, Z]$,
$Z = <<travel>>$; the actuator force is $P = <<force>>$.

\paragraph{Gripping force.} With $s = l - z$ and $q = \sqrt{s^2 + e^2}$,
\begin{align*}
F(z) &= \frac{P \, b \sin(A + B)}{2 c \cos \left( A + \arctan (e / s) \right)}, &
A &= \arccos \frac{a^2 + q^2 - b^2}{2 a q}, &
B &= \arccos \frac{b^2 + q^2 - a^2}{2 b q}.
\end{align*}
Where the linkage cannot close, $F$ is complex: $\arccos u = i \ln (u + \sqrt{u^2 - 1})$ for real $u > 1$ and
$\arccos u = \pi - i \ln (|u| + \sqrt{u^2 - 1})$ for real $u < -1$; all else are principal values.

\paragraph{Problem.} With $u(z) = \dfrac{b^2 + (l - z)^2 + e^2 - a^2}{2 b \sqrt{(l - z)^2 + e^2}}$ and the jaw distance
$y(z) = 2 \left( e + d + c \sin \left( \arccos u(z) - \arctan \frac{e}{l - z} + \delta \right) \right)$,
\begin{align*}
\min_x \quad f(x) &= \begin{cases} -\varphi(-F) - \varphi(F) & \text{if this number is real,} \\
<<out>> & \text{otherwise,} \end{cases} \\
\text{subject to} \quad
g_1(x) &= y(Z) - <<least>> \le 0, & g_2(x) &= -y(Z) \le 0, \\
g_3(x) &= <<largest>> - y(0) \le 0, & g_4(x) &= y(0) - <<opening>> \le 0, \\
g_5(x) &= l^2 + e^2 - (a + b)^2 \le 0, & g_6(x) &= b^2 - (a - e)^2 - (l - Z)^2 \le 0, \\
g_7(x) &= Z - l \le 0, & \ell_i \le x_i &\le u_i, \quad i = 1, \dots, 7.
\end{align*}
If $|u(Z)| > 1$ then $g_1 = g_2 = <<out>>$; if $|u(0)| > 1$ then $g_3 = g_4 = <<out>>$.

\paragraph{Bounded search.} $\varphi(G)$ is the value $G(\xi)$ at which the following search for a minimum of $G$ on
$[0, Z]$ ends; $f$ is thus the largest minus the smallest force, as the search finds them. For complex numbers every
comparison looks at real parts, $|\cdot|$ is the modulus, and $\operatorname{sgn} y = y / |y|$ with
$\operatorname{sgn} 0 = 1$. Let $\kappa = (3 - \sqrt 5) / 2$, $\rho = \sqrt{2^{-52}}$, $\tau = <<tolerance>>$. Start
with the interval $[\alpha, \beta] = [0, Z]$, with the best, second and third point
$\xi = \omega = \nu = \alpha + \kappa (\beta - \alpha)$, and with the last step $\sigma = 0$ and the step before it
$\epsilon = 0$. Repeat, for at most <<evaluations>> evaluations of $G$:
\begin{enumerate}
\item Let $m = (\alpha + \beta) / 2$ and $t = \rho |\xi| + \tau / 3$. Stop if
$|\xi - m| \le 2 t - (\beta - \alpha) / 2$.
\item If $|\epsilon| > t$, fit a parabola: let
\begin{align*}
r &= (\xi - \omega) (G(\xi) - G(\nu)), & \hat q &= (\xi - \nu) (G(\xi) - G(\omega)), \\
\hat p &= (\xi - \nu) \hat q - (\xi - \omega) r, & \bar q &= 2 (\hat q - r),
\end{align*}
$p = -\hat p$ if $\bar q > 0$ and $p = \hat p$ otherwise, and $q = |\bar q|$. Let $\eta = \epsilon$, then
$\epsilon \leftarrow \sigma$. Accept the parabola if $|p| < |q \eta / 2|$ and
$q (\alpha - \xi) < p < q (\beta - \xi)$; then $\sigma \leftarrow p / q$, and if $\xi + \sigma - \alpha < 2 t$ or
$\beta - \xi - \sigma < 2 t$, instead $\sigma \leftarrow t \operatorname{sgn} (m - \xi)$.
\item If no parabola was fitted or accepted, take a golden step: $\epsilon \leftarrow \alpha - \xi$ if $\xi \ge m$,
$\epsilon \leftarrow \beta - \xi$ otherwise, and $\sigma \leftarrow \kappa \epsilon$.
\item Evaluate $G$ at $\zeta = \xi + \operatorname{sgn}(\sigma) \max(|\sigma|, t)$.
\item If $G(\zeta) \le G(\xi)$: set $\alpha \leftarrow \xi$ if $\zeta \ge \xi$, else $\beta \leftarrow \xi$; then
$(\nu, \omega, \xi) \leftarrow (\omega, \xi, \zeta)$.
\item Otherwise set $\alpha \leftarrow \zeta$ if $\zeta < \xi$, else $\beta \leftarrow \zeta$; then, if
$G(\zeta) \le G(\omega)$ or $\omega = \xi$, $(\nu, \omega) \leftarrow (\omega, \zeta)$; else, if
$G(\zeta) \le G(\nu)$ or $\nu = \xi$ or $\nu = \omega$, $\nu \leftarrow \zeta$.
\end{enumerate}
"""


def _values(write: object = number) -> dict[str, str]:
    show = latex_number if write is latex_number else number
    return {
        "travel": show(TRAVEL),
        "force": show(ACTUATOR_FORCE),
        "tolerance": show(TOLERANCE),
        "evaluations": str(MAX_EVALUATIONS),
        "evaluations_less": str(MAX_EVALUATIONS - 1),
        "out": show(OUT_OF_REACH),
        "least": show(OBJECT_LEAST),
        "largest": show(OBJECT_LARGEST),
        "opening": show(OPENING),
    }


def prompts() -> tuple[Prompt, ...]:
    """Return the two Python texts and the mathematical statement."""
    return (
        python_prompt("plain", _INTRO, fill(_HEADER + _PLAIN, _values())),
        python_prompt("vectorized", _INTRO, fill(_HEADER + _VECTORIZED, _values())),
        latex_prompt(_INTRO, fill(_LATEX, _values(latex_number))),
    )
