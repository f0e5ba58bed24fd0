"""Follow one number: the products that a sum is made of, largest first.

The network adds in float32, 7 digits, in whatever order BLAS likes. Here the same sum is taken
again without that rounding: a product of two float32 is exact in float64 (24 + 24 binary digits
of 53), and math.fsum adds them as if with infinitely many digits and rounds once, at the end.
The total is therefore the true sum of the terms, to the last bit of a float64, and `difference`
says how far the network's own number is from it. Nothing has to be taken on trust.
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
    """A sum as it stands on a screen, every number rounded to the same decimals.

    Rounded numbers seldom add up to the rounded total; `rounding` is what they miss it by:
    bias + sum of the products + rest + rounding = total, in the decimals that are printed.
    """

    products: tuple[float, ...]  # of the terms that are shown
    others: int  # how many are not
    rest: float  # what those come to, together
    bias: float
    rounding: float  # mostly 0 or a few units of the last decimal
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """bias + Σ weights·values = total, one term an input, the largest in magnitude first."""

    indices: NDArray[np.intp]  # n: which pixel or unit each term comes from
    weights: Numbers  # n: the number in W
    values: Numbers  # n: what it is multiplied by, of A or of dZ
    products: Numbers  # n: weights · values
    bias: float  # 0 where the formula has none
    total: float  # the sum of the products and the bias, rounded once, to float64
    network: float  # the network's own sum, in its own dtype and order

    @property
    def difference(self) -> float:
        """By how much the network's number is off the total, for rounding at each addition."""
        return self.network - self.total

    def rest(self, shown: int) -> float:
        """What the terms after the first `shown` come to, together."""
        return total(self.products[shown:])

    def rank_of(self, index: int) -> int:
        """Where in the order the term of this pixel or unit stands: 0 is the largest."""
        return int(np.flatnonzero(self.indices == index)[0])

    def move_forward(self, index: int, place: int) -> Terms:
        """The same sum with the term of this pixel or unit moved forward, to be seen there.

        It stays where it is if it stands before `place` already.
        """
        before = self.rank_of(index)
        if before <= place:
            return self
        order = np.insert(np.delete(np.arange(len(self.indices)), before), place, before)
        return replace(
            self,
            indices=self.indices[order],
            weights=self.weights[order],
            values=self.values[order],
            products=self.products[order],
        )

    def printed(self, shown: int, decimals: int) -> PrintedSum:
        """The first `shown` terms, the rest in one, and whatever rounding hides, in the open."""
        return printed(self.products, shown, self.bias, self.total, decimals)


def terms_of_Z(step: SampleStep, layer: int, unit: int) -> Terms:
    """Z[j] = b[j] + Σ W[j, i]·A[i] of unit j of this layer; i runs over the layer before.

    layer: 1 to the last, as in the formulas; of layer 1 the terms are pixels, x[i], row by row
    from the top left. Raises NetError if there is no such unit.
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
    """dA[j] = Σ W[k, j]·dZ[k] of unit j of this layer; k runs over the layer after, with its W.

    layer: 0 to the last but one; layer 0 is the pixels, of which nothing is learnt, but which the
    loss depends on all the same. Raises NetError if there is no such unit.
    """
    check_unit(step.sizes, layer, unit, 0, len(step.W) - 1)
    return _terms(step.W[layer][:, unit], step.dZ[layer][:, 0], 0.0, float(step.dA[layer][unit, 0]))


def printed(products: Numbers, shown: int, bias: float, whole: float, decimals: int) -> PrintedSum:
    """A sum as it is printed: its first `shown` products, the others in one."""
    first = tuple(round(float(product), decimals) for product in products[:shown])
    rest, bias = round(total(products[shown:]), decimals), round(bias, decimals)
    whole = round(whole, decimals)
    missing = total([whole, -bias, -rest, *(-product for product in first)])
    others = max(0, len(products) - shown)
    return PrintedSum(first, others, rest, bias, round(missing, decimals) + 0.0, whole)


def by_size(numbers: Array) -> NDArray[np.intp]:
    """Where the largest in magnitude stands, then the next, and so on; nan last."""
    return np.argsort(-np.abs(numbers), kind="stable")


def total(numbers: Sequence[float] | Numbers) -> float:
    """Their sum, rounded once (J. Shewchuk's method, in math.fsum)."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):  # inf - inf, or beyond the finite: as plain sums have it
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
