"""The gradient check: compares `backward` with central differences of the loss.

`backward` computes how the loss changes with a weight w. So does the definition of the
derivative, without any backward pass, as a central difference:

    numeric = (loss(w + h) - loss(w - h)) / 2h

Both are computed in float64, for the same digits. They agree if the relative error

    |analytic - numeric| / max(|analytic|, |numeric|)

is at most THRESHOLD. The formula is that of Stanford's course CS231n ("Gradient checks", in the
notes on learning), which accepts 1e-7 and rejects 1e-4 where there is no kink; the
threshold lies between the two.

**The step.** A larger h adds truncation error (about h²·loss'''/6), a smaller one rounding error
of the loss (about ε·|Z|/h, ε = 2.2e-16). The two are equal near the cube root of ε, 6e-6: W. Press
and others, Numerical Recipes, section 5.7, which also divides by the exact difference of the floats
w + h and w - h, as here. STEP_SIZE is 1e-5, as in CS231n.

**Noise.** The rounding error is there even if the gradient is right. Where the two differ by no
more, but are so small that the relative error is large, the check is inconclusive.

**The kink.** ReLU's slope jumps at 0 from 0 to 1. If a step moves a hidden sum across it, for any
digit, the difference averages both slopes while backward has one of them: they may differ, and
neither is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import NetError
from ..network import Array, Images, Labels, Masks, Parameters, backward, cross_entropy, forward
from ..validation import as_columns, check_labels
from .weight import Weight

STEP_SIZE = 1e-5  # h, for weights up to 1; larger ones are moved in proportion
THRESHOLD = 1e-6  # largest relative error that counts as right
ROUNDINGS = 8  # error of a mean loss, in units of ε·|Z|; see `noise`

Verdict = Literal["right", "kink", "too small to tell", "wrong"]


@dataclass(frozen=True, slots=True)
class Check:
    """The two derivatives of one weight, in nats per unit of the weight, and the verdict."""

    weight: Weight
    analytic: float  # from `backward`
    numeric: float  # from the two losses
    error: float  # relative, 0 to 2; 0 if both are 0
    noise: float  # possible error of `numeric` from rounding alone
    verdict: Verdict


def check_gradient(
    parameters: Parameters,
    images: Images,
    labels: Labels,
    weights: Sequence[Weight],
    M: Masks = (),
) -> Iterator[Check]:
    """Check the gradient of the mean loss, one weight at each `next()`.

    Args:
        parameters: The network; copied to float64 before this returns.
        images: m × n_in bytes.
        labels: m classes.
        weights: What to check.
        M: The masks of dropout, the same for all losses: with others at each, the loss would jump.

    Raises:
        NetError: The arguments do not fit together; raised before this returns.
    """
    exact = Parameters(parameters.sizes, parameters.vector.astype(np.float64))
    X, labels = as_columns(exact, images), labels.astype(np.intp)
    check_labels(exact, labels, X.shape[1])
    if not len(labels):
        raise NetError("a gradient needs at least one digit")
    gradient = Parameters.zeros(exact.sizes, np.float64)
    with np.errstate(all="ignore"):
        backward(exact, forward(exact, X, M), labels, len(labels), gradient)
    for weight in weights:
        weight.check(exact.sizes)
    return compare(exact, X, labels, gradient, weights, M)


def compare(
    parameters: Parameters,
    X: Array,
    labels: Labels,
    gradient: Parameters,
    weights: Sequence[Weight],
    M: Masks = (),
) -> Iterator[Check]:
    """Compare a given gradient with central differences.

    Args:
        parameters: The network, in float64; not changed.
        X: n_in × m, 0 to 1, in float64.
        labels: m classes.
        gradient: What to check, in float64.
        weights: Which of its numbers to check.
        M: The masks of dropout.
    """
    moved = parameters.copy()
    here = LossPoint.of(moved, X, labels, M)
    for weight in weights:
        array, position = weight.find(moved)
        w = float(array[position])
        h = STEP_SIZE * max(1.0, abs(w))
        array[position] = above_w = w + h
        above = LossPoint.of(moved, X, labels, M)
        array[position] = below_w = w - h
        below = LossPoint.of(moved, X, labels, M)
        array[position] = w
        numeric = (above.loss - below.loss) / (above_w - below_w)
        dW, index = weight.find(gradient)
        kink = above.is_beyond_a_kink(here) or below.is_beyond_a_kink(here)
        yield judge(weight, float(dW[index]), numeric, noise(here, h), kink=kink)


def judge(weight: Weight, analytic: float, numeric: float, noise: float, *, kink: bool) -> Check:
    """Compare two derivatives that should be equal."""
    distance, size = abs(analytic - numeric), max(abs(analytic), abs(numeric))
    error = distance / size if size else 0.0
    verdict: Verdict = "wrong"
    if error <= THRESHOLD:
        verdict = "right"
    elif kink:
        verdict = "kink"
    elif distance <= noise:
        verdict = "too small to tell"
    return Check(weight, analytic, numeric, error, noise, verdict)


@dataclass(frozen=True, slots=True, eq=False)
class LossPoint:
    """The loss at some parameters, and the side of its kink that each ReLU is on."""

    loss: float  # mean over the digits
    size: float  # magnitude of the largest logit
    active: list[NDArray[np.bool_]]  # of each hidden layer: n × m

    @classmethod
    @np.errstate(all="ignore")  # an overflow becomes nan, and is judged wrong
    def of(cls, parameters: Parameters, X: Array, labels: Labels, M: Masks = ()) -> LossPoint:
        """Evaluate one forward pass."""
        *hidden, last = forward(parameters, X, M).Z
        loss = float(cross_entropy(last, labels).mean())
        return cls(loss, float(np.abs(last).max()), [Z > 0 for Z in hidden])

    def is_beyond_a_kink(self, other: LossPoint) -> bool:
        """Return whether any hidden sum has another sign than in `other` (0 counts as silent)."""
        return any((a != b).any() for a, b in zip(self.active, other.active, strict=True))


def noise(point: LossPoint, h: float) -> float:
    """Return the possible error of a central difference of step h, from rounding alone.

    The loss is a difference of logits, each a sum that is rounded many times, so its error is a
    few ε times the largest logit; the difference of two such losses is divided by 2h.
    """
    epsilon = float(np.finfo(np.float64).eps)
    return ROUNDINGS * epsilon * max(1.0, point.size) / h
