"""How a gradient becomes an update of the weights; simplest first."""

from __future__ import annotations

from .hyperparameters import Hyperparameters
from .network import Parameters


class GradientDescent:
    """W ← W − α·dW: a step of length alpha straight down the slope (Cauchy, 1847)."""

    def update(
        self, parameters: Parameters, gradient: Parameters, hyperparameters: Hyperparameters
    ) -> None:
        """One step, in place."""
        parameters.vector -= hyperparameters.alpha * gradient.vector
