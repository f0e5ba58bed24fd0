"""How alpha changes along a run."""

from __future__ import annotations

import math


def scheduled_alpha(alpha: float, schedule: str, done: float) -> float:
    """The alpha of an update when the share `done`, 0 to 1, of the run is behind it.

    constant: alpha. cosine: down to 0 along half a cosine (Loshchilov and Hutter, "SGDR", 2017).
    step: a tenth after half of the run, a hundredth after three quarters.
    """
    if schedule == "cosine":
        return alpha * (1 + math.cos(math.pi * min(done, 1.0))) / 2
    if schedule == "step":
        return alpha * (0.01 if done >= 0.75 else 0.1 if done >= 0.5 else 1.0)
    return alpha
