"""A single weight or bias, by its name in the formulas: W1[3, 412] or b2[7]."""
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
    """One number among the parameters: a weight of a unit, or its bias."""

    layer: int  # from 1, as in the formulas: W1 reads the pixels
    unit: int  # row of W, from 0
    source: int | None = None  # column of W, from 0; None: the bias

    @property
    def name(self) -> str:
        """Its name in the formulas."""
        if self.source is None:
            return f"b{self.layer}[{self.unit}]"
        return f"W{self.layer}[{self.unit}, {self.source}]"

    def check(self, sizes: Sequence[int]) -> None:
        """Raise NetError if a network of these widths has no such weight."""
        check_unit(sizes, self.layer, self.unit, 1, len(sizes) - 1)
        width = sizes[self.layer - 1]
        if self.source is not None and not 0 <= self.source < width:
            raise NetError(f"there is no {self.name}: its unit reads inputs 0 to {width - 1}")

    def find(self, parameters: Parameters) -> tuple[Array, tuple[int, int]]:
        """Return the array that holds it, a view of `parameters`, and its index there.

        Raises:
            NetError: There is no such weight.
        """
        self.check(parameters.sizes)
        if self.source is None:
            return parameters.b[self.layer - 1], (self.unit, 0)
        return parameters.W[self.layer - 1], (self.unit, self.source)


def sample_weights(
    parameters: Parameters, images: Images, generator: np.random.Generator, each: int
) -> list[Weight]:
    """Draw up to `each` weights and `each` biases of every layer, without repetition.

    Args:
        parameters: The network.
        images: m × n_in bytes. In layer 1, only weights of pixels with ink in some image are
            drawn, because the gradients of the others are 0 either way.
        generator: Source of the random numbers.
        each: Number per layer.

    Raises:
        NetError: The images do not fit the network.
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
    """An update as printed: before + change + rounding = after, in the printed decimals."""

    before: float
    change: float
    rounding: float  # mostly 0 or a unit of the last decimal
    after: float


@dataclass(frozen=True, slots=True)
class WeightUpdate:
    """One weight in one update: dW = dZ·a, and W ← W − alpha·dW."""

    weight: Weight
    before: float
    dZ: float  # of the unit it belongs to
    a: float  # its input: a pixel or another unit's A; 1 for a bias
    product: float  # dZ · a in float64
    gradient: float  # dW (or db) from `backward`
    alpha: float
    after: float  # from the optimizer

    @property
    def difference(self) -> float:
        """Rounding error of the network's gradient, from rounding to its dtype once."""
        return self.gradient - self.product

    @property
    def change(self) -> float:
        """The change by plain gradient descent, −alpha·dW, before rounding to float32."""
        return -self.alpha * self.gradient

    def printed(self, decimals: int) -> PrintedUpdate:
        """Return the update in rounded numbers, and the rounding difference."""
        before, change, after = (
            round(number, decimals) for number in (self.before, self.change, self.after)
        )
        missing = total([after, -before, -change])
        return PrintedUpdate(before, change, round(missing, decimals) + 0.0, after)


def weight_update(step: SampleStep, weight: Weight) -> WeightUpdate:
    """Return one weight's part of a traced step. Raises NetError if there is no such weight."""
    layer, unit, source = weight.layer - 1, weight.unit, weight.source
    weight.check(step.sizes)
    dZ = float(step.dZ[layer][unit, 0])
    if source is None:
        index, a = (unit, 0), 1.0
        before, gradient, after = step.b[layer], step.db[layer], step.b_after[layer]
    else:
        index, a = (unit, source), float(step.A[layer][source, 0])
        before, gradient, after = step.W[layer], step.dW[layer], step.W_after[layer]
    return WeightUpdate(
        weight=weight,
        before=float(before[index]),
        dZ=dZ,
        a=a,
        product=dZ * a,
        gradient=float(gradient[index]),
        alpha=step.alpha,
        after=float(after[index]),
    )
