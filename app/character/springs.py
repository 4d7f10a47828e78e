"""Springs and smooth noise: they turn targets into movement."""

from __future__ import annotations

import math

_LONGEST_STEP_S = 0.01  # the fastest spring of the figure (13 Hz) is stable up to 24 ms


class Spring:
    """A damped spring that follows a target.

    Attributes:
        x: The value now.
        v: Its speed, units per second.
        hz: The spring's natural frequency, hertz.
        zeta: Damping ratio; from 1 on it does not overshoot.
    """

    __slots__ = ("hz", "v", "x", "zeta")

    def __init__(self, x: float = 0.0, hz: float = 1.6, zeta: float = 0.8) -> None:
        self.x = x
        self.v = 0.0
        self.hz = hz
        self.zeta = zeta

    def step(self, target: float, dt: float, push: float = 0.0) -> float:
        """Move on by `dt` seconds towards `target`, with an extra acceleration `push`; return the new value."""
        if dt <= 0:
            return self.x
        steps = max(1, math.ceil(dt / _LONGEST_STEP_S))
        h = dt / steps
        w = 2 * math.pi * self.hz
        for _ in range(steps):
            self.v += h * (w * w * (target - self.x) - 2 * self.zeta * w * self.v + push)
            self.x += h * self.v
        return self.x


def noise(t: float, seed: int) -> float:
    """Return smooth noise between -1 and 1 at `t` seconds: three sines whose sum does not repeat in practice."""
    s = seed * 1.7
    return (math.sin(t * 0.83 + s) + 0.6 * math.sin(t * 1.37 + 2.1 * s) + 0.4 * math.sin(t * 2.29 + 3.3 * s)) / 2.0


def ease(u: float) -> float:
    """Return the smoothstep of `u`, which is clipped to 0..1."""
    u = max(0.0, min(1.0, u))
    return u * u * (3 - 2 * u)
