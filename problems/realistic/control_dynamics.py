"""What the texts of the control tasks say of the equations of motion."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """Texts of one task; ``<<name>>`` stands for a constant.

    Attributes
    ----------
    goal, sees: what the network does, and its inputs, in words.
    plain, vectorized: Python source of ``advance(state, u)`` for one episode and for several.
    observe_plain, observe_vectorized: Python source of the inputs.
    latex: the same as a statement.
    """

    goal: str
    sees: str
    plain: str
    vectorized: str
    observe_plain: str
    observe_vectorized: str
    latex: str


_CART_POLE: Final = Text(
    goal="balances a pole on a cart by pushing the cart right or left",
    sees="position and speed of the cart, angle and angular speed of the pole",
    plain="""
def advance(state, u):
    x, x_dot, theta, theta_dot = state
    force = <<push>> if u > 0 else -<<push>>
    cos, sin = math.cos(theta), math.sin(theta)
    push = (force + <<moment>> * theta_dot**2 * sin) / <<mass>>
    theta_acc = (<<gravity>> * sin - cos * push) / (<<pole_half_length>> * (4 / 3 - <<pole_mass>> * cos**2 / <<mass>>))
    x_acc = push - <<moment>> * theta_acc * cos / <<mass>>
    dt = <<cart_time_step>>
    state = (x + dt * x_dot, x_dot + dt * x_acc, theta + dt * theta_dot, theta_dot + dt * theta_acc)
    over = abs(state[0]) > <<cart_limit>> or abs(state[2]) > <<pole_limit>>
    return state, 1.0, over
""",
    vectorized="""
def advance(state, u):
    x, x_dot, theta, theta_dot = state
    force = np.where(u > 0, <<push>>, -<<push>>)
    cos, sin = np.cos(theta), np.sin(theta)
    push = (force + <<moment>> * theta_dot**2 * sin) / <<mass>>
    theta_acc = (<<gravity>> * sin - cos * push) / (<<pole_half_length>> * (4 / 3 - <<pole_mass>> * cos**2 / <<mass>>))
    x_acc = push - <<moment>> * theta_acc * cos / <<mass>>
    state = state + <<cart_time_step>> * np.array([x_dot, x_acc, theta_dot, theta_acc])
    over = (np.abs(state[0]) > <<cart_limit>>) | (np.abs(state[2]) > <<pole_limit>>)
    return state, 1.0, over
""",
    observe_plain="state",
    observe_vectorized="state",
    latex=r"""
The state is \(z = (y, \dot y, \theta, \dot\theta)\), position and angle. The cart is pushed with \(F = <<push>>\) if
\(u > 0\), else with \(F = -<<push>>\):
\[
p = \frac{F + <<moment>> \, \dot\theta^2 \sin\theta}{<<mass>>}, \quad
\ddot\theta = \frac{<<gravity>> \sin\theta - p \cos\theta}
{<<pole_half_length>> \left(4/3 - <<pole_mass>> \cos^2\theta / <<mass>>\right)}, \quad
\ddot y = p - \frac{<<moment>> \, \ddot\theta \cos\theta}{<<mass>>},
\]
and all four components go one explicit Euler step of \(<<cart_time_step>>\). Every step is worth \(r = 1\); an
episode ends with the step after which \(|y| > <<cart_limit>>\) or \(|\theta|\) exceeds <<degrees>> degrees.
""",
)

_MOUNTAIN_CAR: Final = Text(
    goal="drives a weak car out of a valley by swinging it up",
    sees="the position of the car and ten times its speed",
    plain="""
def advance(state, u):
    position, speed = state
    force = min(max(u, -1.0), 1.0)
    speed = speed + force * <<car_power>> - <<car_slope>> * math.cos(3 * position)
    speed = min(max(speed, -<<car_speed>>), <<car_speed>>)
    position = min(max(position + speed, <<car_left>>), <<car_right>>)
    if position == <<car_left>> and speed < 0:
        speed = 0.0
    over = position >= <<car_goal>> and speed >= 0
    reward = -<<car_effort>> * force**2 + (<<car_prize>> if over else 0.0)
    return (position, speed), reward, over
""",
    vectorized="""
def advance(state, u):
    position, speed = state
    force = np.clip(u, -1.0, 1.0)
    speed = np.clip(speed + force * <<car_power>> - <<car_slope>> * np.cos(3 * position), -<<car_speed>>, <<car_speed>>)
    position = np.clip(position + speed, <<car_left>>, <<car_right>>)
    speed = np.where((position == <<car_left>>) & (speed < 0), 0.0, speed)
    over = (position >= <<car_goal>>) & (speed >= 0)
    reward = <<car_prize>> * over - <<car_effort>> * force**2
    return np.array([position, speed]), reward, over
""",
    observe_plain="(state[0], <<car_look>> * state[1])",
    observe_vectorized="[state[0], <<car_look>> * state[1]]",
    latex=r"""
The state is position and speed \((p, s)\), the inputs are \(z = (p, <<car_look>> s)\). With
\(F = \min(1, \max(-1, u))\),
\[
s \leftarrow s + <<car_power>> F - <<car_slope>> \cos 3p, \qquad p \leftarrow p + s,
\]
where \(s\) is cut to \([-<<car_speed>>, <<car_speed>>]\) before it moves the car, \(p\) is cut to
\([<<car_left>>, <<car_right>>]\), and a negative speed becomes 0 at the left end. A step is worth
\(r = -<<car_effort>> F^2\), and <<car_prize>> more if it reaches \(p \ge <<car_goal>>\) with \(s \ge 0\), which
ends the episode.
""",
)

_PENDULUM: Final = Text(
    goal="swings a pendulum up and holds it upright",
    sees="cosine and sine of the angle and the angular speed",
    plain="""
def advance(state, u):
    angle, speed = state
    torque = min(max(<<pendulum_torque>> * u, -<<pendulum_torque>>), <<pendulum_torque>>)
    from_top = (angle + math.pi) % (2 * math.pi) - math.pi
    cost = from_top**2 + 0.1 * speed**2 + 0.001 * torque**2
    speed = speed + (1.5 * <<pendulum_gravity>> * math.sin(angle) + 3 * torque) * <<pendulum_time_step>>
    speed = min(max(speed, -<<pendulum_speed>>), <<pendulum_speed>>)
    return (angle + speed * <<pendulum_time_step>>, speed), -cost, False
""",
    vectorized="""
def advance(state, u):
    angle, speed = state
    torque = np.clip(<<pendulum_torque>> * u, -<<pendulum_torque>>, <<pendulum_torque>>)
    from_top = (angle + np.pi) % (2 * np.pi) - np.pi
    cost = from_top**2 + 0.1 * speed**2 + 0.001 * torque**2
    speed = speed + (1.5 * <<pendulum_gravity>> * np.sin(angle) + 3 * torque) * <<pendulum_time_step>>
    speed = np.clip(speed, -<<pendulum_speed>>, <<pendulum_speed>>)
    return np.array([angle + speed * <<pendulum_time_step>>, speed]), -cost, np.zeros(len(angle), dtype=bool)
""",
    observe_plain="(math.cos(state[0]), math.sin(state[0]), state[1])",
    observe_vectorized="[np.cos(state[0]), np.sin(state[0]), state[1]]",
    latex=r"""
The state is angle and angular speed \((\theta, \omega)\), the inputs are
\(z = (\cos\theta, \sin\theta, \omega)\). The torque is
\(\tau = \min(<<pendulum_torque>>, \max(-<<pendulum_torque>>, <<pendulum_torque>> u))\). A step is worth
\(r = -\left(\phi^2 + 0.1\, \omega^2 + 0.001\, \tau^2\right)\), where \(\phi\) is \(\theta\) brought to
\([-\pi, \pi)\), and then
\[
\omega \leftarrow \omega + <<pendulum_time_step>> \left(1.5 \cdot <<pendulum_gravity>> \sin\theta + 3 \tau\right),
\qquad
\theta \leftarrow \theta + <<pendulum_time_step>>\, \omega,
\]
where \(\omega\) is cut to \([-<<pendulum_speed>>, <<pendulum_speed>>]\) before it moves the pendulum.
""",
)

TEXTS: Final = MappingProxyType({"cartpole": _CART_POLE, "mountaincar": _MOUNTAIN_CAR, "pendulum": _PENDULUM})
"""The texts by name of the task."""
