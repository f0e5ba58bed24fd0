"""Softmax step by step: the powers of e, their sum, and the loss of a probability."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .single_step import SampleStep

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxSteps:
    """A[k] = powers[k] / total, in float64, from the network's own logits."""

    shifted: Numbers  # n: Z - max(Z), 0 at the largest: this does not change softmax
    powers: Numbers  # n: e to the power of those, 0 to 1
    total: float  # the sum of the powers, at least 1


@np.errstate(all="ignore")  # nan logits give nan
def softmax_steps(step: SampleStep) -> SoftmaxSteps:
    """Return the intermediate results of softmax in the last layer."""
    Z = step.Z[-1][:, 0].astype(np.float64)
    shifted = Z - Z.max()
    powers = np.exp(shifted)
    return SoftmaxSteps(shifted, powers, float(powers.sum()))


def negative_log(probability: float) -> float:
    """Return -log of a probability, in nats: the loss if the right class has this probability."""
    return -math.log(probability) if probability > 0 else math.inf
