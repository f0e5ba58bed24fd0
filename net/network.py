"""The mathematics of the network: forward and backward of one batch. Begin here.

A network of L layers reads images as columns: X is 784 × m, one column a digit.
Layer l turns what it reads, A[l-1], into

    Z[l] = W[l] @ A[l-1] + b[l]        the weighted sums, one row a unit
    A[l] = relu(Z[l])                  in the hidden layers
    A[L] = softmax(Z[L])               in the last: ten probabilities a column

and A[0] is X itself. How wrong the answer is, the loss, is the cross-entropy
-log A[L][label], averaged over the m digits. `backward` walks the same layers from the
last to the first and finds, for every weight, how the loss changes when the weight does.
From layer to layer it carries dZ, the error: how the loss changes when a weighted sum does.

    dZ[L]   = (A[L] - Y) / m                    Y is 1 at the label and 0 elsewhere
    dW[l]   = dZ[l] @ A[l-1]ᵀ                   db[l] = dZ[l], summed over the digits
    dZ[l-1] = (W[l]ᵀ @ dZ[l]) ⊙ (Z[l-1] > 0)    where ReLU was silent, nothing passes

While it learns, dropout may multiply A[0] to A[L-1] by masks of zeros; see dropout.py. And A[0]
may be moved to where the loss is larger; see adversarial.py.

Python counts from 0, so W1 and b1 of the formulas are `W[0]` and `b[0]`, Z1 is `Z[0]`, and
A1 is `A[1]`: `A` has one more member than `Z`, because it begins with X.
The derivation is in Nielsen, Neural Networks and Deep Learning, chapter 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .architecture import parameter_count

Array = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]
Masks = Sequence[Array | None]  # of the pixels and each hidden layer; None: of ones
Images = NDArray[np.uint8]  # as stored: one row a digit, 0 (paper) to MAX_PIXEL (ink)
MAX_PIXEL = 255


class Layers:
    """W and b of some layers, one after the other; or, just as well, dW and db.

    `W[i]` is n_out × n_in and `b[i]` is n_out × 1, so that `W @ A + b` adds b to every column.
    """

    def __init__(self, W: list[Array], b: list[Array]) -> None:
        self.W, self.b = W, b


class Parameters(Layers):
    """W and b of every layer (or, just as well, dW and db), all inside one long vector.

    `sizes` are the widths from input to output, such as (784, 10, 10). `W[i]` is
    sizes[i+1] × sizes[i] and `b[i]` is sizes[i+1] × 1. They are views: writing to `W[0]`
    writes to `vector` and the other way round. The vector is what an optimizer moves and a
    checkpoint keeps; it holds all weights first (`weights`), then all biases.
    """

    def __init__(self, sizes: Sequence[int], vector: Array) -> None:
        super().__init__([], [])
        self.sizes = tuple(sizes)
        self.vector = vector
        start = 0
        for n_in, n_out in pairwise(self.sizes):
            self.W.append(vector[start : start + n_out * n_in].reshape(n_out, n_in))
            start += n_out * n_in
        self.weights = vector[:start]
        for n_out in self.sizes[1:]:
            self.b.append(vector[start : start + n_out].reshape(n_out, 1))
            start += n_out

    @classmethod
    def zeros(cls, sizes: Sequence[int], dtype: DTypeLike = np.float32) -> Parameters:
        """Return parameters that are all zero; `dtype` is float32 or float64."""
        return cls(sizes, np.zeros(parameter_count(sizes), dtype))

    def copy(self) -> Parameters:
        """Return the same numbers in new memory."""
        return Parameters(self.sizes, self.vector.copy())


@dataclass(frozen=True, slots=True)
class Activations:
    """What one forward pass computes and the backward pass needs."""

    Z: list[Array]  # Z[i]: sizes[i+1] × m, the weighted sums
    A: list[Array]  # A[0] = X: 784 × m;  A[i]: sizes[i] × m;  A[L]: the probabilities
    M: Masks  # M[i]: what A[i] was multiplied by, sizes[i] × m


def relu(Z: Array) -> Array:
    """Return max(Z, 0), element by element: a unit is silent until its sum is positive."""
    return np.maximum(Z, 0)


def softmax(Z: Array) -> Array:
    """Turn each column of ten numbers into ten probabilities: exp(z) over the sum of exp(z).

    Subtracting the column's largest number first leaves the quotient unchanged and keeps
    exp from overflowing, however large Z is.
    """
    exp = np.exp(Z - Z.max(axis=0))
    return exp / exp.sum(axis=0)


def forward(parameters: Layers, X: Array, M: Masks = ()) -> Activations:
    """Compute probabilities from pixels.

    Args:
        parameters: W and b of every layer.
        X: 784 × m, 0 to 1, in the dtype of the parameters.
        M: The masks of dropout, for A[0] to A[L-1]; (): nothing is left out.
    """
    masks = M or [None] * len(parameters.W)
    Z: list[Array] = []
    A: list[Array] = [masked(X, masks[0])]
    for i, (W, b) in enumerate(zip(parameters.W, parameters.b, strict=True), start=1):
        Z.append(W @ A[-1] + b)  # n_out × m
        is_last = i == len(parameters.W)  # it answers with probabilities
        A.append(softmax(Z[-1]) if is_last else masked(relu(Z[-1]), masks[i]))
    return Activations(Z, A, masks)


def masked(A: Array, mask: Array | None) -> Array:
    """Return A ⊙ M, or A itself where nothing is left out."""
    return A if mask is None else A * mask


def backward(
    parameters: Layers,
    activations: Activations,
    labels: Labels,
    m: int,
    gradient: Layers | None = None,
) -> Array:
    """Compute the gradient of every weight from the error of the answer.

    Return dZ of the first layer, where the walk ends.

    Args:
        parameters: W and b of every layer.
        activations: What `forward` returned for these columns.
        labels: The right class of each column.
        m: What the sums are divided by: the number of columns, or that of the whole batch when
            this is one part of it, so that the gradients of the parts add up to the whole.
        gradient: Receives dW and db; its widths are those of `parameters`. None: only the error
            is wanted.
    """
    Z, A, M = activations.Z, activations.A, activations.M
    dZ = output_error(A[-1], labels, m)  # 10 × m
    for i in reversed(range(len(parameters.W))):
        if gradient is not None:
            layer_gradient(dZ, A[i], gradient.W[i], gradient.b[i])
        if i > 0:
            dZ = error_before(parameters.W[i], dZ, Z[i - 1], M[i])  # sizes[i] × m
    return dZ


def output_error(A: Array, labels: Labels, m: int) -> Array:
    """Return dZ of the last layer, 10 × m, from its probabilities A.

    Softmax and cross-entropy together have the simplest derivative there is: dZ = A - Y,
    probability minus truth, Y being 1 at the label and 0 elsewhere.
    """
    dZ = A.copy()
    dZ[labels, np.arange(len(labels))] -= 1
    dZ /= m
    return dZ


def layer_gradient(dZ: Array, A: Array, dW: Array, db: Array) -> None:
    """Write dW = dZ @ Aᵀ of one layer, and db, the sum of dZ over the digits.

    Z = W @ A + b: a weight's share of the blame is what it read times its unit's error.

    Args:
        dZ: The layer's error: n_out × m.
        A: What it read: n_in × m.
        dW: Receives n_out × n_in.
        db: Receives n_out × 1.
    """
    np.matmul(dZ, A.T, out=dW)
    dZ.sum(axis=1, keepdims=True, out=db)


def error_before(W: Array, dZ: Array, Z: Array, mask: Array | None) -> Array:
    """Return dZ of the layer before, which W reads: (Wᵀ @ dZ) ⊙ M ⊙ (Z > 0), n_in × m.

    Where ReLU was silent, or its unit was left out, nothing passes.

    Args:
        W: n_out × n_in.
        dZ: The error of the layer that W leads to: n_out × m.
        Z: The sums of the layer before: n_in × m.
        mask: What dropout multiplied that layer by: n_in × m; None: nothing.
    """
    dZ_before = masked(W.T @ dZ, mask)
    dZ_before *= Z > 0
    return dZ_before


def cross_entropy(Z: Array, labels: Labels) -> Array:
    """Return the cross-entropy -log softmax(Z)[label] of each column; Z: 10 × m, result: m.

    The log of a quotient is a difference, -z[label] + log(sum of exp(z)), and again the largest
    number is subtracted first: a probability too small for a float still has a finite logarithm.
    """
    shifted = Z - Z.max(axis=0)
    return np.log(np.exp(shifted).sum(axis=0)) - shifted[labels, np.arange(len(labels))]
