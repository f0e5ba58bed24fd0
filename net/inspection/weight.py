"""Which weight or bias is meant, by its name in the formulas: W1[3, 412] or b2[7]."""
# ruff: noqa: N815  (dZ is the name of the mathematics)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import NetError
from ..network import Array, Images, Parameters
from ..validation import check_images, check_unit
from .single_step import SampleStep
from .terms import total


@dataclass(frozen=True, slots=True)
class Weight:
    """One number among the parameters: what a unit multiplies one of its inputs by, or its bias."""

    layer: int  # from 1, as in the formulas: W1 reads the pixels
    unit: int  # the row of W: the unit it belongs to, from 0
    source: int | None = None  # the column of W: what it multiplies, from 0; None: the bias

    @property
    def name(self) -> str:
        """As the formulas write it."""
        if self.source is None:
            return f"b{self.layer}[{self.unit}]"
        return f"W{self.layer}[{self.unit}, {self.source}]"

    def check(self, sizes: Sequence[int]) -> None:
        """Raises NetError if a network of these widths has no such weight."""
        check_unit(sizes, self.layer, self.unit, 1, len(sizes) - 1)
        width = sizes[self.layer - 1]
        if self.source is not None and not 0 <= self.source < width:
            raise NetError(f"there is no {self.name}: its unit reads inputs 0 to {width - 1}")

    def find(self, parameters: Parameters) -> tuple[Array, tuple[int, int]]:
        """The array that holds it, a view of `parameters`, and where in there it stands.

        Raises NetError if there is no such weight.
        """
        self.check(parameters.sizes)
        if self.source is None:
            return parameters.b[self.layer - 1], (self.unit, 0)
        return parameters.W[self.layer - 1], (self.unit, self.source)


def sample_weights(
    parameters: Parameters, images: Images, generator: np.random.Generator, each: int
) -> list[Weight]:
    """Up to `each` weights and `each` biases of every layer, drawn at random, none twice.

    In layer 1 those of pixels that have ink in some of these images: of the others both gradients
    are 0, which shows little. Raises NetError if the images do not fit the network.
    """
    check_images(parameters, images)
    drawn: list[Weight] = []
    for i, (inputs, units) in enumerate(pairwise(parameters.sizes)):
        sources = np.arange(inputs)
        if i == 0 and images.any():
            sources = np.flatnonzero(images.any(axis=0))
        n = units * len(sources)
        for cell in generator.choice(n, min(each, n), replace=False).tolist():
            unit, source = divmod(cell, len(sources))
            drawn.append(Weight(i + 1, unit, int(sources[source])))
        of_biases = generator.choice(units, min(each, units), replace=False)
        drawn += [Weight(i + 1, unit) for unit in of_biases.tolist()]
    return drawn


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


def weight_update(step: SampleStep, weight: Weight) -> WeightUpdate:
    """One weight or bias, followed to its new value. Raises NetError if there is none such."""
    here, unit, source = weight.layer - 1, weight.unit, weight.source
    weight.check(step.sizes)
    dZ = float(step.dZ[here][unit, 0])
    if source is None:
        place, a = (unit, 0), 1.0
        before, gradient, after = step.b[here], step.db[here], step.b_after[here]
    else:
        place, a = (unit, source), float(step.A[here][source, 0])
        before, gradient, after = step.W[here], step.dW[here], step.W_after[here]
    return WeightUpdate(
        weight=weight,
        before=float(before[place]),
        dZ=dZ,
        a=a,
        product=dZ * a,
        gradient=float(gradient[place]),
        alpha=step.alpha,
        after=float(after[place]),
    )
