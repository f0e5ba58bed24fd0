"""The terms of one weighted sum, largest first.

The network adds in float32, 7 digits, in an order that BLAS chooses. Here the same sum is computed
without that rounding: a product of two float32 is exact in float64 (24 + 24 of 53 binary digits),
and math.fsum adds exactly and rounds once, at the end. The total is therefore the true sum of the
terms, to the last bit of a float64, and `difference` is the rounding error of the network.
"""
# ruff: noqa: N802  (Z and dA are the names of the mathematics)

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..network import Array
from ..validation import check_unit
from .single_step import SampleStep

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A sum as printed, every number rounded to the same number of decimals.

    Rounded numbers seldom add up to the rounded total; `rounding` is the difference:
    bias + sum of the products + rest + rounding = total, in the printed decimals.
    """

    products: tuple[float, ...]  # of the terms shown
    others: int  # number of terms not shown
    rest: float  # their sum
    bias: float
    rounding: float  # mostly 0 or a few units of the last decimal
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """bias + Σ weights·values = total, one term per input, the largest in magnitude first."""

    indices: NDArray[np.intp]  # n: pixel or unit of each term
    weights: Numbers  # n: the number in W
    values: Numbers  # n: the factor, from A or dZ
    products: Numbers  # n: weights · values
    bias: float  # 0 where the formula has none
    total: float  # the sum of the products and the bias, rounded once, to float64
    network: float  # the network's own sum, in its own dtype and order

    @property
    def difference(self) -> float:
        """Rounding error of the network's own number, from its additions in its dtype."""
        return self.network - self.total

    def rest(self, shown: int) -> float:
        """Return the sum of the terms after the first `shown`."""
        return total(self.products[shown:])

    def rank_of(self, index: int) -> int:
        """Return the rank of the term of this pixel or unit; 0 is the largest."""
        return int(np.flatnonzero(self.indices == index)[0])

    def move_forward(self, index: int, rank: int) -> Terms:
        """Return the same sum with the term of this pixel or unit moved forward to a rank.

        It stays where it is if it comes before `rank` already.
        """
        before = self.rank_of(index)
        if before <= rank:
            return self
        order = np.insert(np.delete(np.arange(len(self.indices)), before), rank, before)
        return replace(
            self,
            indices=self.indices[order],
            weights=self.weights[order],
            values=self.values[order],
            products=self.products[order],
        )

    def printed(self, shown: int, decimals: int) -> PrintedSum:
        """Return the first `shown` terms, the others as one, and the rounding difference."""
        return printed(self.products, shown, self.bias, self.total, decimals)


def terms_of_Z(step: SampleStep, layer: int, unit: int) -> Terms:
    """Return the terms of Z[j] = b[j] + Σ W[j, i]·A[i], where i runs over the layer before.

    Args:
        step: A traced step.
        layer: 1 to the last, as in the formulas. In layer 1 the terms are pixels x[i], row by row
            from the top left.
        unit: j, from 0.

    Raises:
        NetError: There is no such unit.
    """
    check_unit(step.sizes, layer, unit, 1, len(step.W))
    here = layer - 1
    return _terms(
        step.W[here][unit],
        step.A[here][:, 0],
        float(step.b[here][unit, 0]),
        float(step.Z[here][unit, 0]),
    )


def terms_of_dA(step: SampleStep, layer: int, unit: int) -> Terms:
    """Return the terms of dA[j] = Σ W[k, j]·dZ[k], where k runs over the layer after.

    Args:
        step: A traced step.
        layer: 0 to the last but one. Layer 0 is the pixels; they are not learnt, but the loss
            depends on them all the same.
        unit: j, from 0.

    Raises:
        NetError: There is no such unit.
    """
    check_unit(step.sizes, layer, unit, 0, len(step.W) - 1)
    return _terms(step.W[layer][:, unit], step.dZ[layer][:, 0], 0.0, float(step.dA[layer][unit, 0]))


def printed(
    products: Numbers, shown: int, bias: float, total_value: float, decimals: int
) -> PrintedSum:
    """Round a sum for printing.

    Args:
        products: All terms, in order.
        shown: Number of terms to show; the others are added up.
        bias: Added to the terms.
        total_value: The sum of all.
        decimals: Digits after the point.
    """
    first = tuple(round(float(product), decimals) for product in products[:shown])
    rest, bias = round(total(products[shown:]), decimals), round(bias, decimals)
    total_value = round(total_value, decimals)
    missing = total([total_value, -bias, -rest, *(-product for product in first)])
    others = max(0, len(products) - shown)
    return PrintedSum(first, others, rest, bias, round(missing, decimals) + 0.0, total_value)


def by_size(numbers: Array) -> NDArray[np.intp]:
    """Return the indices in order of descending magnitude; nan last."""
    return np.argsort(-np.abs(numbers), kind="stable")


def total(numbers: Sequence[float] | Numbers) -> float:
    """Return the sum, rounded once (J. Shewchuk's method, in math.fsum)."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):  # not finite: as in a plain sum
        with np.errstate(all="ignore"):
            return float(np.sum(numbers))


@np.errstate(all="ignore")
def _terms(W: Array, values: Array, bias: float, network: float) -> Terms:
    W64, values64 = W.astype(np.float64), values.astype(np.float64)
    products = W64 * values64
    order = by_size(products)
    return Terms(
        indices=order,
        weights=W64[order],
        values=values64[order],
        products=products[order],
        bias=bias,
        total=total([bias, *products]),
        network=network,
    )
