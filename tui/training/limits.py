"""Limits for each user of a shared machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...net.architecture import parameter_count
from ..errors import UserError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one user of a shared machine may request."""

    weights: int = 250_000  # of a network: 784-300-10 and the like
    iterations: int = 1_000_000  # of a run: its history takes up to 14 MB
    runs: int = 12  # at once, the oldest go; each has weights, gradient, an optimizer's memory

    def check(self, sizes: Sequence[int], iterations: int) -> None:
        """Raise UserError, with the figure, for what is too much."""
        if (weights := parameter_count(sizes)) > self.weights:
            raise UserError(
                f"hidden makes {weights:,} weights; "
                f"here a network may have {self.weights:,} at most"
            )
        if iterations > self.iterations:
            raise UserError(f"here a run may have {self.iterations:,} iterations at most")
