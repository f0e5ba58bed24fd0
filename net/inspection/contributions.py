"""Why these logits: what each unit of the last hidden layer adds to each class, for one digit."""

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
    """products.sum(axis=1) + bias = totals: how the units, and the bias, make up each logit.

    Products and totals are free of the network's own rounding, as in terms.py.
    """

    products: Numbers  # classes × units: W_L[k, j]·A[j], above 0 for class k, below against it
    bias: Numbers  # classes: b_L[k]
    totals: Numbers  # classes: the sum of a row and its bias, rounded once, to float64
    logits: Array  # classes: the network's own Z_L, in its own dtype
    probabilities: Array  # classes: softmax of those

    def order(self, k: int) -> NDArray[np.intp]:
        """The units, those that add most to class k or take most from it first."""
        return by_size(self.products[k])

    def printed(self, k: int, order: NDArray[np.intp], shown: int, decimals: int) -> PrintedSum:
        """Class k's sum as printed: the first `shown` units of this order, the others in one."""
        products, bias = self.products[k][order], float(self.bias[k])
        return printed(products, shown, bias, float(self.totals[k]), decimals)


@np.errstate(all="ignore")
def contributions(parameters: Parameters, image: Images) -> Contributions:
    """What adds up to the logits of one digit of n_in bytes.

    Raises NetError if the network does not read so many pixels.
    """
    activations = forward(parameters, as_columns(parameters, image[np.newaxis]))
    # Z_L = W_L @ A + b_L is a sum over the units; these are its terms before they are added.
    A = activations.A[-2][:, 0].astype(np.float64)  # units
    products = parameters.W[-1].astype(np.float64) * A  # classes × units, each column times its A
    bias = parameters.b[-1][:, 0].astype(np.float64)
    totals = [total([b, *row]) for row, b in zip(products, bias, strict=True)]
    return Contributions(
        products, bias, np.array(totals), activations.Z[-1][:, 0], activations.A[-1][:, 0]
    )
