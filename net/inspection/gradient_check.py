"""Is the gradient right? Each weight is moved a little both ways, and the loss asked.

`backward` says how the loss changes when a weight w does. So does the definition, without any
backward pass, by a central difference:

    numeric = (loss(w + h) - loss(w - h)) / 2h

Both are found in float64, for the same digits. They agree if the relative error

    |analytic - numeric| / max(|analytic|, |numeric|)

is at most THRESHOLD. The formula is that of Stanford's course CS231n ("Gradient checks", in the
notes on learning), which is happy with 1e-7 and finds 1e-4 too much where there is no kink; the
threshold lies between the two.

**The step.** A larger h sees more of the curve (the difference is off by about h²·loss'''/6), a
smaller one more of the loss's own rounding (off by about ε·|Z|/h, ε = 2.2e-16). The two are even
near the cube root of ε, 6e-6: W. Press and others, Numerical Recipes, section 5.7, where w is also
moved by exactly what the floats between w + h and w - h come to. STEP is 1e-5, as in CS231n.

**Noise.** That rounding is there however right the gradient is. Where the two differ by no more,
but are themselves so small that the relative error is large, nothing is shown either way.

**The kink.** ReLU's slope jumps at 0 from 0 to 1. If a step carries a hidden sum over it, for any
of the digits, the difference averages both slopes and backward has one of them: they may differ,
and neither is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import NetError
from ..network import Array, Images, Labels, Parameters, backward, cross_entropy, forward
from ..validation import as_columns, check_labels
from .weight import Weight

STEP_SIZE = 1e-5  # h, for weights up to 1; larger ones are moved in proportion
THRESHOLD = 1e-6  # the largest relative error that passes for right
ROUNDINGS = 8  # how many times ε·|Z| a mean loss may be off; see `noise`

Verdict = Literal["right", "kink", "too small to tell", "wrong"]


@dataclass(frozen=True, slots=True)
class Check:
    """One weight's two derivatives, in nats per unit of the weight, and what they say."""

    weight: Weight
    analytic: float  # from `backward`
    numeric: float  # from the two losses
    error: float  # relative, 0 to 2; 0 if both are 0
    noise: float  # how far rounding alone may take `numeric` from the truth
    verdict: Verdict


def check_gradient(
    parameters: Parameters, images: Images, labels: Labels, weights: Sequence[Weight]
) -> Iterator[Check]:
    """Check these weights' gradients of the mean loss over these digits, one at each `next()`.

    images: m × n_in bytes; labels: m; of one digit or several. The network is copied, to float64,
    before this returns. Raises NetError, also before it returns, for what does not fit together.
    """
    exact = Parameters(parameters.sizes, parameters.vector.astype(np.float64))
    X, labels = as_columns(exact, images), labels.astype(np.intp)
    check_labels(exact, labels, X.shape[1])
    if not len(labels):
        raise NetError("a gradient needs at least one digit")
    gradient = Parameters.zeros(exact.sizes, np.float64)
    with np.errstate(all="ignore"):
        backward(exact, forward(exact, X), labels, len(labels), gradient)
    for weight in weights:
        weight.check(exact.sizes)
    return compare(exact, X, labels, gradient, weights)


def compare(
    parameters: Parameters,
    X: Array,
    labels: Labels,
    gradient: Parameters,
    weights: Sequence[Weight],
) -> Iterator[Check]:
    """Compare a gradient, wherever it is from, with central differences.

    parameters, X (n_in × m) and gradient are float64; nothing of them is changed.
    """
    moved = parameters.copy()
    here = LossPoint.of(moved, X, labels)
    for weight in weights:
        array, place = weight.find(moved)
        w = float(array[place])
        h = STEP_SIZE * max(1.0, abs(w))
        array[place] = above_w = w + h
        above = LossPoint.of(moved, X, labels)
        array[place] = below_w = w - h
        below = LossPoint.of(moved, X, labels)
        array[place] = w
        numeric = (above.loss - below.loss) / (above_w - below_w)
        found, at = weight.find(gradient)
        kink = above.is_beyond_a_kink(here) or below.is_beyond_a_kink(here)
        yield judge(weight, float(found[at]), numeric, noise(here, h), kink=kink)


def judge(weight: Weight, analytic: float, numeric: float, noise: float, *, kink: bool) -> Check:
    """The verdict on two numbers that should be one."""
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
    """Where a step has led: the loss there, and on which side of its kink each ReLU is."""

    loss: float  # mean over the digits
    size: float  # of the largest number the loss is made of
    active: list[NDArray[np.bool_]]  # of each hidden layer: n × m

    @classmethod
    @np.errstate(all="ignore")  # what overflows is no number, and judged wrong
    def of(cls, parameters: Parameters, X: Array, labels: Labels) -> LossPoint:
        """One forward pass."""
        *hidden, last = forward(parameters, X).Z
        loss = float(cross_entropy(last, labels).mean())
        return cls(loss, float(np.abs(last).max()), [Z > 0 for Z in hidden])

    def is_beyond_a_kink(self, other: LossPoint) -> bool:
        """Whether any hidden sum has another sign there than here (0 counts as silent)."""
        return any((a != b).any() for a, b in zip(self.active, other.active, strict=True))


def noise(point: LossPoint, h: float) -> float:
    """How far rounding alone may take a central difference of step h from the truth.

    A loss is a difference of logits, each of them a sum rounded many times over, so it is off by
    a few ε times the largest of them; two such losses are divided by 2h.
    """
    epsilon = float(np.finfo(np.float64).eps)
    return ROUNDINGS * epsilon * max(1.0, point.size) / h
