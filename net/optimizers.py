"""How a gradient becomes an update of the weights; simplest first.

Each optimizer reads the gradient g of the loss at θ (all weights and biases, one vector) and
moves θ. Some remember: what they remember is in `memory`, by name, and begins as zeros, so that
a run can be put away and taken up again.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from .hyperparameters import Hyperparameters
from .network import Array, Parameters


class GradientDescent:
    """θ ← θ − α·g: a step straight down the slope, the steeper the longer.

    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    """

    memory_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Parameters) -> None:
        self.memory = {name: np.zeros_like(parameters.vector) for name in self.memory_names}
        self.updates = 0  # made so far; only Adam asks
        self._step: Array | None = None  # room for one; made when it is needed

    def release_buffers(self) -> None:
        """Let go of memory that is only needed while it makes updates."""
        self._step = None

    def update(
        self, parameters: Parameters, gradient: Parameters, alpha: float, chosen: Hyperparameters
    ) -> None:
        """One update, in place. `gradient` is used up: its numbers may be others afterwards."""
        self.updates += 1
        if chosen.weight_decay:
            # A penalty of λ/2 on every squared weight adds λ·W to the gradient: weights that
            # nothing holds up shrink. Biases are left alone (Krogh and Hertz, "A Simple Weight
            # Decay Can Improve Generalization", 1991).
            gradient.weights[:] += chosen.weight_decay * parameters.weights
        self.move(parameters.vector, gradient.vector, alpha, chosen)

    def move(self, theta: Array, g: Array, alpha: float, chosen: Hyperparameters) -> None:  # noqa: ARG002  (others need `chosen`)
        """θ ← θ − α·g"""
        theta -= self._times(g, alpha)

    def _times(self, vector: Array, factor: float) -> Array:
        """The product, in memory that is used each time."""
        self._step = np.multiply(vector, factor, out=self._step)
        return self._step


class Momentum(GradientDescent):
    """v ← μ·v − α·g, then θ ← θ + v: a heavy ball that keeps some of its speed.

    Steps that agree add up, to 1/(1 − μ) of a single one; steps that do not cancel out.
    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    memory_names = ("velocity",)

    def move(self, theta: Array, g: Array, alpha: float, chosen: Hyperparameters) -> None:
        """v ← μ·v − α·g;  θ ← θ + v"""
        v = self.memory["velocity"]
        v *= chosen.momentum
        v -= self._times(g, alpha)
        theta += v


class Nesterov(Momentum):
    """As momentum, but with the slope felt where the ball is about to be.

    Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k²)", 1983; written for the gradient at θ itself as in Sutskever, Martens, Dahl and
    Hinton, "On the importance of initialization and momentum in deep learning", 2013.
    """

    def move(self, theta: Array, g: Array, alpha: float, chosen: Hyperparameters) -> None:
        """v ← μ·v − α·g;  θ ← θ + μ·v − α·g"""
        v = self.memory["velocity"]
        v *= chosen.momentum
        step = self._times(g, alpha)
        v -= step
        theta -= step
        theta += self._times(v, chosen.momentum)


class Adam(GradientDescent):
    """Each weight takes steps of about alpha, however steep the slope is in its direction.

    D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1, with
    β₁ the chosen momentum. Its alpha is another one: begin with 0.001.
    """

    memory_names = ("mean", "square")
    BETA2 = 0.999
    EPSILON = 1e-8

    def move(self, theta: Array, g: Array, alpha: float, chosen: Hyperparameters) -> None:
        """m ← β₁·m + (1−β₁)·g;  s ← β₂·s + (1−β₂)·g²;  θ ← θ − α·m̂ / (√ŝ + ε)"""
        m, s, beta1, t = self.memory["mean"], self.memory["square"], chosen.momentum, self.updates
        m += (1 - beta1) * (g - m)
        s += (1 - self.BETA2) * (g * g - s)
        # Both begin at zero and so are too small at first, by a factor that is known.
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - self.BETA2**t)
        theta -= alpha * m_hat / (np.sqrt(s_hat) + self.EPSILON)


OPTIMIZER_CLASSES: dict[str, type[GradientDescent]] = {
    "gd": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
}
