"""Every number of one forward pass, one backward pass and one update, for one digit.

`forward`, `cross_entropy`, `backward` and `GradientDescent` are called just as training calls
them, and their results are kept. Names and indices are
network.py's: W1 is `W[0]`, Z1 is `Z[0]`, but A1 is `A[1]`, because `A[0]` is the digit x.
`dA` goes with `A`: dA1 is `dA[1]`.

Training averages the gradient over many digits. Here one digit is the whole batch, and the update
is that of plain gradient descent.
"""
# ruff: noqa: N815  (dZ, dW and dA are the names of the mathematics)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..hyperparameters import Hyperparameters
from ..network import Array, Images, Masks, Parameters, backward, cross_entropy, forward
from ..optimizers import GradientDescent, Step
from ..validation import as_columns, check_class


@dataclass(frozen=True, slots=True, eq=False)
class SampleStep:
    """The numbers of one step, copied, so that training may continue meanwhile.

    All arrays are of the network's dtype. One digit is one column, so every Z, A, dZ and dA is
    n × 1; `sizes` are the widths, 784 to 10.
    """

    sizes: tuple[int, ...]
    label: int  # the right class
    alpha: float  # the learning rate of the update
    pixels: Images  # the digit as it is stored: 784 bytes
    M: tuple[Array | None, ...]  # masks of dropout, as `forward` takes them: sizes[i] × 1
    W: tuple[Array, ...]  # W[i]: sizes[i+1] × sizes[i]
    b: tuple[Array, ...]  # b[i]: sizes[i+1] × 1
    Z: tuple[Array, ...]  # Z[i] = W[i] @ A[i] + b[i]: sizes[i+1] × 1
    A: tuple[Array, ...]  # A[0] = x;  A[i] = relu(Z[i-1]) ⊙ M[i]: sizes[i] × 1; the last: softmax
    Y: Array  # the truth: 1 at the label, 0 elsewhere, 10 × 1
    loss: float  # -log A[-1][label], in nats
    dZ: tuple[Array, ...]  # dZ[-1] = A[-1] - Y;  dZ[i] = dA[i+1] ⊙ M[i+1] where Z[i] > 0, else 0
    dW: tuple[Array, ...]  # dW[i] = dZ[i] @ A[i].T: as W[i]
    db: tuple[Array, ...]  # db[i] = dZ[i]: as b[i]
    dA: tuple[Array, ...]  # dA[i] = W[i].T @ dZ[i]: sizes[i] × 1; dA[0] is for the pixels
    W_after: tuple[Array, ...]  # W - alpha·dW
    b_after: tuple[Array, ...]  # b - alpha·db
    A_after: tuple[Array, ...]  # activations of the updated network for the same x
    loss_after: float

    @property
    def x(self) -> Array:
        """The digit as the network reads it, pixels / 255 ⊙ M[0]: 784 × 1."""
        return self.A[0]

    def mask(self, layer: int) -> Array | None:
        """Return M of a layer, sizes[layer] × 1; None: nothing is left out of it."""
        return self.M[layer] if layer < len(self.M) else None


@np.errstate(all="ignore")  # an overflow shows in the loss
def trace_step(
    parameters: Parameters, image: Images, label: int, alpha: float, M: Masks = ()
) -> SampleStep:
    """Make one update from one digit, on a copy, and keep every intermediate number.

    Args:
        parameters: The network; not changed.
        image: n_in bytes, 0 to 255.
        label: The right class.
        alpha: The learning rate.
        M: The masks of dropout for this digit, before the update and after it; (): nothing is
            left out.

    Raises:
        NetError: The network reads another number of pixels or has no such class, or alpha is
            not positive and finite.
    """
    hyperparameters = Hyperparameters(alpha=alpha)
    check_class(parameters, label)
    x, labels = as_columns(parameters, image[np.newaxis]), np.array([label])
    before = parameters.copy()
    activations = forward(before, x, M)
    Y = np.zeros_like(activations.A[-1])
    Y[label] = 1

    gradient = Parameters.zeros(before.sizes, before.vector.dtype)
    backward(before, activations, labels, 1, gradient)
    # b is added to Z unscaled, so db is dZ summed over the digits of the batch. For one digit it
    # is dZ itself, which `backward` returns of the first layer alone.
    dZ = tuple(gradient.b)
    # It does not return dA: compute the same product from the same numbers.
    dA = tuple(W.T @ dZ_of_W for W, dZ_of_W in zip(before.W, dZ, strict=True))

    after = before.copy()
    GradientDescent(after).update(Step(after, gradient, alpha, hyperparameters))
    activations_after = forward(after, x, M)
    return SampleStep(
        sizes=before.sizes,
        label=label,
        alpha=alpha,
        pixels=image.copy(),
        M=tuple(M),
        W=tuple(before.W),
        b=tuple(before.b),
        Z=tuple(activations.Z),
        A=tuple(activations.A),
        Y=Y,
        loss=float(cross_entropy(activations.Z[-1], labels)[0]),
        dZ=dZ,
        dW=tuple(gradient.W),
        db=tuple(gradient.b),
        dA=dA,
        W_after=tuple(after.W),
        b_after=tuple(after.b),
        A_after=tuple(activations_after.A),
        loss_after=float(cross_entropy(activations_after.Z[-1], labels)[0]),
    )
