"""Follow one weight: from the error and the input that its gradient is made of to its new value."""
# ruff: noqa: N815  (dZ is the name of the mathematics)

from __future__ import annotations

from dataclasses import dataclass

from .single_step import SampleStep
from .terms import total
from .weight import Weight


@dataclass(frozen=True, slots=True)
class PrintedUpdate:
    """A step as it stands on a screen: before + change + rounding = after, in its decimals."""

    before: float
    change: float
    rounding: float  # mostly 0 or a unit of the last decimal
    after: float


@dataclass(frozen=True, slots=True)
class WeightUpdate:
    """One weight through one update: dW = dZ·a, and W ← W − alpha·dW."""

    weight: Weight
    before: float
    dZ: float  # of the unit it belongs to
    a: float  # what it multiplies: a pixel, another unit's A; 1 for a bias
    product: float  # dZ · a in float64
    gradient: float  # dW (or db) as `backward` found it
    alpha: float
    after: float  # as the optimizer left it

    @property
    def difference(self) -> float:
        """By how much the network's gradient is off the product: one rounding to its dtype."""
        return self.gradient - self.product

    @property
    def change(self) -> float:
        """What plain gradient descent adds, −alpha·dW, before the network's dtype rounds it."""
        return -self.alpha * self.gradient

    def printed(self, decimals: int) -> PrintedUpdate:
        """The step in rounded numbers, and whatever rounding hides, in the open."""
        before, change, after = (
            round(number, decimals) for number in (self.before, self.change, self.after)
        )
        missing = total([after, -before, -change])
        return PrintedUpdate(before, change, round(missing, decimals) + 0.0, after)


def weight_update(lens: SampleStep, weight: Weight) -> WeightUpdate:
    """One weight or bias, followed to its new value. Raises NetError if there is none such."""
    here, unit, source = weight.layer - 1, weight.unit, weight.source
    weight.check(lens.sizes)
    dZ = float(lens.dZ[here][unit, 0])
    if source is None:
        place, a = (unit, 0), 1.0
        before, gradient, after = lens.b[here], lens.db[here], lens.b_after[here]
    else:
        place, a = (unit, source), float(lens.A[here][source, 0])
        before, gradient, after = lens.W[here], lens.dW[here], lens.W_after[here]
    return WeightUpdate(
        weight=weight,
        before=float(before[place]),
        dZ=dZ,
        a=a,
        product=dZ * a,
        gradient=float(gradient[place]),
        alpha=lens.alpha,
        after=float(after[place]),
    )
