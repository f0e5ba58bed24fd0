"""The mathematics of network.py for one mini-batch, cut in two between the hidden units.

The units of the first hidden layer do not need one another: each reads the pixels alone. So does
half of them, with the weights that lead into it and out of it:

    Z1 = W1 @ X + b1       own rows of W1, and of all that follows from them
    A1 = relu(Z1)
    W2 @ A1                own columns of W2: what this half adds to the second layer's sums

The two sums added up are Z2, and all that the halves have to tell each other: a few thousand
numbers, while each keeps its weights and their gradient to itself. (Where images are moved, also
what each half adds to dA[0], as large as X; see adversarial.py.) From Z2 on there is little left
to do in most networks, and whoever needs the answer computes it. Shoeybi and others, "Megatron-LM:
Training Multi-Billion Parameter Language Models Using Model Parallelism", 2019, section 3, cut
the layers of a transformer in the same way.

One process computes both halves, one after the other, or two compute one each; every product is
the same, and so is every bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from ..adversarial import displacement, input_error
from ..dropout import DrawnMasks, Dropout
from ..network import (
    MAX_PIXEL,
    Array,
    Images,
    Labels,
    Layers,
    Parameters,
    backward,
    error_before,
    forward,
    layer_gradient,
    masked,
    output_error,
    relu,
    softmax,
)
from .input_blocks import as_floats, strided
from .partial_gradients import Tally, tally

HALVES = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """A mini-batch, as both halves of the units read it."""

    X: Array  # 784 × m, 0 to 255; what is left out is 0
    factor: float  # what X must be multiplied by: 1/255, and dropout's factor
    labels: Labels
    drops: DrawnMasks | None  # dropout's

    def mask(self, layer: int, units: slice = slice(None)) -> Array | None:
        """Return the mask of a hidden layer's units; None: nothing is left out."""
        return self.drops and self.drops.mask(layer, self.X.dtype, units)


@dataclass(frozen=True, slots=True)
class HalfActivations:
    """What the forward pass of a half computes and its backward pass needs."""

    Z1: Array  # own units × m
    A1: Array  # own units × m
    M1: Array | None  # what A1 was multiplied by
    Z2: Array  # sizes[2] × m: what this half adds to the second layer's sums


class HalvedNetwork:
    """A network and its gradient, cut between the units of the first hidden layer."""

    def __init__(self, parameters: Parameters, gradient: Parameters) -> None:
        """Take views of both, so that whatever changes in them changes here."""
        # New objects, because a worker's memory is free once nobody else holds the old ones.
        self.parameters = Parameters(parameters.sizes, parameters.vector)
        self.gradient = Parameters(gradient.sizes, gradient.vector)
        self.halves = [HalfOfUnits(parameters, gradient, i) for i in range(HALVES)]

    def is_of(self, parameters: Parameters, gradient: Parameters) -> bool:
        """Return whether these have the very memory that it works on."""
        own, others = (self.parameters, self.gradient), (parameters, gradient)
        return all(one.vector is other.vector for one, other in zip(own, others, strict=True))

    def rest(self, Z2: Array, batch: Batch, *, with_gradient: bool = True) -> tuple[Array, Array]:
        """Go on from Z2 to the answer and back, once both halves have added to Z2.

        Args:
            Z2: sizes[2] × m.
            batch: The batch.
            with_gradient: Whether to write that of the layers after the second on the way.

        Returns:
            dZ2, sizes[2] × m, and the last layer's Z, 10 × m.
        """
        labels, m, layer_count = batch.labels, len(batch.labels), len(self.parameters.W)
        if layer_count == 2:
            return output_error(softmax(Z2), labels, m), Z2
        M2, *M = (batch.mask(layer) for layer in range(2, layer_count))
        layers = layers_after_second(self.parameters)
        gradient = layers_after_second(self.gradient) if with_gradient else None
        activations = forward(layers, masked(relu(Z2), M2), (None, *M))
        dZ3 = backward(layers, activations, labels, m, gradient)
        return error_before(layers.W[0], dZ3, Z2, M2), activations.Z[-1]


class HalfOfUnits:
    """One half of the first hidden layer: forward to what it adds to Z2, and back from dZ2."""

    def __init__(self, parameters: Parameters, gradient: Parameters, index: int) -> None:
        """index: 0 or 1. The first half writes the gradient of b2, too."""
        self.index = index
        self._layers = layers_of_half(parameters, index)
        self._gradient = layers_of_half(gradient, index)
        self._units = units_of_half(parameters, index)

    def forward(self, batch: Batch) -> HalfActivations:
        """Compute what this half adds to Z2."""
        (W1, W2), (b1, b2) = self._layers.W, self._layers.b
        M1 = batch.mask(1, self._units)
        # The product has fewer numbers than X: to multiply it instead saves a pass over those.
        Z1 = strided(W1, len(batch.labels)) @ batch.X * batch.factor + b1
        A1 = masked(relu(Z1), M1)
        return HalfActivations(Z1, A1, M1, W2 @ A1 + b2)

    def backward(self, batch: Batch, activations: HalfActivations, dZ2: Array) -> None:
        """Write the gradient of its weights."""
        Z1, A1, M1 = activations.Z1, activations.A1, activations.M1
        (dW1, dW2), (db1, db2) = self._gradient.W, self._gradient.b
        layer_gradient(dZ2, A1, dW2, db2)
        dZ1 = error_before(self._layers.W[1], dZ2, Z1, M1)
        # As layer_gradient(dZ1, factor · X, dW1, db1), but it is dZ1 that the factor multiplies.
        dZ1.sum(axis=1, keepdims=True, out=db1)
        dZ1 *= batch.factor
        np.matmul(dZ1, batch.X.T, out=dW1)

    def input_error(self, activations: HalfActivations, dZ2: Array) -> Array:
        """Return what this half adds to dA[0] of adversarial.py: 784 × m."""
        W1, W2 = self._layers.W
        return input_error(W1, error_before(W2, dZ2, activations.Z1, activations.M1))

    def squared_length(self) -> float:
        """Return the sum of the squares of dW1, as far as it is this half's."""
        return squared_length(self._gradient.W[0])


def squared_length(array: Array) -> float:
    """Return the sum of the squares; the array must be contiguous."""
    vector = array.reshape(-1)
    return float(vector.dot(vector))


def can_be_halved(sizes: Sequence[int]) -> bool:
    """Return whether a network of these widths has units to share."""
    return len(sizes) > 2 and sizes[1] >= HALVES


def units_of_half(parameters: Parameters, half: int) -> slice:
    """Return the numbers of the units of a half."""
    sizes = parameters.sizes
    return slice(start_of_half(sizes, half), start_of_half(sizes, half + 1))


def start_of_half(sizes: Sequence[int], half: int) -> int:
    """Return the number of the first unit of a half of the first hidden layer."""
    return half * sizes[1] // HALVES


def layers_of_half(parameters: Parameters, half: int) -> Layers:
    """Return views of the weights into and out of a half. The first half adds b2, the other 0."""
    units, (W1, W2), (b1, b2) = units_of_half(parameters, half), parameters.W[:2], parameters.b[:2]
    return Layers([W1[units], W2[:, units]], [b1[units], np.zeros_like(b2) if half else b2])


def copy_half(source: Parameters, target: Parameters, half: int) -> None:
    """Copy the weights into and out of a half of the units, and their biases."""
    own, other = layers_of_half(source, half), layers_of_half(target, half)
    for array, its_copy in zip([*own.W, own.b[0]], [*other.W, other.b[0]], strict=True):
        its_copy[:] = array


def layers_after_second(parameters: Parameters) -> Layers:
    """Return views of the layers that read A2."""
    return Layers(parameters.W[2:], parameters.b[2:])


def batch_of(images: Images, labels: Labels, drops: DrawnMasks | None, dtype: DTypeLike) -> Batch:
    """Return a batch whose X is in a thread-local buffer.

    Args:
        images: m × 784 bytes; those that dropout leaves out are blank already.
        labels: m.
        drops: The masks; None: nothing is left out.
        dtype: Of the network.
    """
    factor = (drops.pixel_factor if drops else 1) / MAX_PIXEL
    return Batch(as_floats(images, np.dtype(dtype)).T, factor, labels, drops)


def move(batch: Batch, dA: Array, epsilon: float) -> None:
    """Move a batch's images in place, as adversarial.py says; dA: 784 × m, of both halves."""
    np.add(batch.X, displacement(dA, epsilon / batch.factor), out=batch.X)


def gradient_by_halves(
    network: HalvedNetwork,
    images: Images,
    labels: Labels,
    dropout: Dropout | None,
    epsilon: float = 0.0,
) -> Tally:
    """Write the gradient of the mean loss over a batch, computed by one process alone.

    Args:
        network: Its gradient receives the result.
        images: m × 784 bytes; those that dropout leaves out are blanked.
        labels: m.
        dropout: The masks; None: nothing is left out.
        epsilon: How far each image is moved towards a larger loss.
    """
    drops = dropout and dropout.draw(network.parameters.sizes, len(images))
    if drops is not None:
        drops.blank(images)
    batch = batch_of(images, labels, drops, network.parameters.vector.dtype)
    if epsilon:
        there = [half.forward(batch) for half in network.halves]
        dZ2, _ = network.rest(there[0].Z2 + there[1].Z2, batch, with_gradient=False)
        dA, other = (
            half.input_error(activations, dZ2)
            for half, activations in zip(network.halves, there, strict=True)
        )
        move(batch, dA + other, epsilon)
    first, second = (half.forward(batch) for half in network.halves)
    dZ2, Z = network.rest(first.Z2 + second.Z2, batch)
    for half, activations in zip(network.halves, (first, second), strict=True):
        half.backward(batch, activations, dZ2)
    return tally(Z, labels)
