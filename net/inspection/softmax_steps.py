"""Softmax followed: the powers of e that probabilities are shares of, and what a share costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .single_step import SampleStep

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxSteps:
    """A[k] = powers[k] / whole, in float64, from the network's own logits."""

    shifted: Numbers  # n: Z - max(Z), 0 at the largest: softmax does not change by it
    powers: Numbers  # n: e to the power of those, 0 to 1
    total: float  # the sum of the powers, at least 1


@np.errstate(all="ignore")  # of logits that are no numbers nothing better can be said
def softmax_steps(step: SampleStep) -> SoftmaxSteps:
    """The steps inside softmax, for the last layer."""
    Z = step.Z[-1][:, 0].astype(np.float64)
    shifted = Z - Z.max()
    powers = np.exp(shifted)
    return SoftmaxSteps(shifted, powers, float(powers.sum()))


def negative_log(probability: float) -> float:
    """-log of a probability, in nats: the loss if the right class was given so much."""
    return -math.log(probability) if probability > 0 else math.inf
