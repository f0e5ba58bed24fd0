"""Optimizers: turn a gradient into an update of the weights; simplest first.

Each optimizer reads the gradient g of the loss at θ (all weights and biases as one vector) and
moves θ. Some keep state between updates: it is in `memory`, by name, and starts as zeros, so that
a run can be saved and resumed.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from .hyperparameters import Hyperparameters
from .network import Array, Parameters


def limit_norms(parameters: Parameters, limit: float) -> None:
    """Max-norm: scale down the weights into each hidden unit that are longer than `limit`.

    w ← w · min(1, limit / |w|), where w is a row of W and |w| its Euclidean length. So a large
    alpha can begin a run, and no weight grows without bounds. N. Srivastava and others, "Dropout:
    A Simple Way to Prevent Neural Networks from Overfitting", 2014, section 5.1.
    """
    for W in parameters.W[:-1]:
        length = np.sqrt(np.einsum("ij,ij->i", W, W))
        too_long = length > limit
        if too_long.any():
            W[too_long] *= (limit / length[too_long])[:, np.newaxis]


class GradientDescent:
    """θ ← θ − α·g: a step straight downhill, longer where it is steeper.

    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    """

    memory_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Parameters) -> None:
        self.memory = {name: np.zeros_like(parameters.vector) for name in self.memory_names}
        self.updates = 0  # made so far; only Adam reads it

    def update(
        self,
        parameters: Parameters,
        gradient: Parameters,
        alpha: float,
        hyperparameters: Hyperparameters,
    ) -> None:
        """Make one update in place.

        Args:
            parameters: Changed in place.
            gradient: Of the mean loss at `parameters`; overwritten, to need no further memory.
            alpha: The learning rate, after the schedule.
            hyperparameters: Momentum and weight decay are read from here.
        """
        self.updates += 1
        if hyperparameters.weight_decay:
            # A penalty of λ/2 on every squared weight adds λ·W to the gradient: weights that
            # the loss does not need shrink. Biases are left alone (Krogh and Hertz, "A Simple
            # Weight Decay Can Improve Generalization", 1991).
            gradient.weights[:] += hyperparameters.weight_decay * parameters.weights
        self.move(parameters.vector, gradient.vector, alpha, hyperparameters)
        if hyperparameters.max_norm:
            limit_norms(parameters, hyperparameters.max_norm)

    def move(
        self,
        theta: Array,
        g: Array,
        alpha: float,
        hyperparameters: Hyperparameters,  # noqa: ARG002  (subclasses read it)
    ) -> None:
        """θ ← θ − α·g; overwrites g."""
        g *= alpha
        theta -= g


class Momentum(GradientDescent):
    """v ← μ·v − α·g, then θ ← θ + v: a heavy ball that keeps some of its speed.

    Steps that agree add up, to 1/(1 − μ) of a single one; steps that do not cancel out.
    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    memory_names = ("velocity",)

    def move(self, theta: Array, g: Array, alpha: float, hyperparameters: Hyperparameters) -> None:
        """v ← μ·v − α·g;  θ ← θ + v."""
        v = self.memory["velocity"]
        v *= hyperparameters.momentum
        g *= alpha
        v -= g
        theta += v


class Nesterov(Momentum):
    """Momentum with the gradient taken where the ball is about to be.

    Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k²)", 1983; written for the gradient at θ itself as in Sutskever, Martens, Dahl and
    Hinton, "On the importance of initialization and momentum in deep learning", 2013.
    """

    def move(self, theta: Array, g: Array, alpha: float, hyperparameters: Hyperparameters) -> None:
        """v ← μ·v − α·g;  θ ← θ + μ·v − α·g."""
        v = self.memory["velocity"]
        v *= hyperparameters.momentum
        g *= alpha
        v -= g
        theta -= g
        theta += np.multiply(v, hyperparameters.momentum, out=g)


class Adam(GradientDescent):
    """Each weight takes steps of about alpha, however large its gradient is.

    D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1, with
    β₁ the momentum. It needs another alpha than the others: begin with 0.001.
    """

    memory_names = ("mean", "square")
    BETA2 = 0.999
    EPSILON = 1e-8

    def move(self, theta: Array, g: Array, alpha: float, hyperparameters: Hyperparameters) -> None:
        """m ← β₁·m + (1−β₁)·g;  s ← β₂·s + (1−β₂)·g²;  θ ← θ − α·m̂ / (√ŝ + ε)."""
        m, s, beta1, t = (
            self.memory["mean"],
            self.memory["square"],
            hyperparameters.momentum,
            self.updates,
        )
        m += (1 - beta1) * (g - m)
        s += (1 - self.BETA2) * (g * g - s)
        # Both start at zero and so are too small at first, by a known factor.
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - self.BETA2**t)
        theta -= alpha * m_hat / (np.sqrt(s_hat) + self.EPSILON)


OPTIMIZER_CLASSES: dict[str, type[GradientDescent]] = {
    "gd": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
}
