"""Contributions to the logits: what each unit of the last hidden layer adds, for one digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..network import Array, Images, Parameters, forward
from ..validation import as_columns
from .terms import PrintedSum, by_size, printed, total

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """The sums that make up the logits: products.sum(axis=1) + bias = totals.

    Products and totals are free of the network's rounding, as in terms.py.
    """

    products: Numbers  # classes × units: W_L[k, j]·A[j], positive for class k, negative against it
    bias: Numbers  # classes: b_L[k]
    totals: Numbers  # classes: each row's sum and bias, rounded once, to float64
    logits: Array  # classes: the network's own Z_L, in its own dtype
    probabilities: Array  # classes: softmax of those

    def order(self, k: int) -> NDArray[np.intp]:
        """Return the units, those with the largest effect on class k, either way, first."""
        return by_size(self.products[k])

    def printed(self, k: int, order: NDArray[np.intp], shown: int, decimals: int) -> PrintedSum:
        """Return class k's sum as printed: the first `shown` units, and the others as one."""
        products, bias = self.products[k][order], float(self.bias[k])
        return printed(products, shown, bias, float(self.totals[k]), decimals)


@np.errstate(all="ignore")
def contributions(parameters: Parameters, image: Images) -> Contributions:
    """Return the terms of the logits of one digit.

    Args:
        parameters: The network.
        image: n_in bytes.

    Raises:
        NetError: The network reads another number of pixels.
    """
    activations = forward(parameters, as_columns(parameters, image[np.newaxis]))
    # Z_L = W_L @ A + b_L is a sum over the units; these are its terms before the addition.
    A = activations.A[-2][:, 0].astype(np.float64)  # units
    products = parameters.W[-1].astype(np.float64) * A  # classes × units, each column times its A
    bias = parameters.b[-1][:, 0].astype(np.float64)
    totals = [total([b, *row]) for row, b in zip(products, bias, strict=True)]
    return Contributions(
        products, bias, np.array(totals), activations.Z[-1][:, 0], activations.A[-1][:, 0]
    )
