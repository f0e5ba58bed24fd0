"""The mathematics of network.py for one mini-batch, cut in two between the hidden units.

The units of the first hidden layer do not need one another: each reads the pixels alone. So does
half of them, with the weights that lead into it and out of it:

    Z1 = W1 @ X + b1       own rows of W1, and of all that follows from them
    A1 = relu(Z1)
    W2 @ A1                own columns of W2: what this half adds to the second layer's sums

The two sums added up are Z2, and all that the halves have to tell each other: a few thousand
numbers, while each keeps its weights and their gradient to itself. From Z2 on the rest of the
network is small, and whoever needs its answer computes it. Shoeybi and others, "Megatron-LM:
Training Multi-Billion Parameter Language Models Using Model Parallelism", 2019, section 3, cut
the layers of a transformer in the same way.

One process computes both halves, one after the other, or two compute one each; every product is
the same, and so is every bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..dropout import Dropout
from ..network import (
    Activations,
    Array,
    Images,
    Labels,
    Layers,
    Masks,
    Parameters,
    backward,
    error_before,
    forward,
    masked,
    output_error,
    propagate,
    relu,
    softmax,
    weighted_sums,
)
from .input_blocks import scaled
from .partial_gradients import Tally, tally

HALVES = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """A mini-batch, as both halves of the units read it."""

    X: Array  # 784 × m, 0 to 1, dropout's mask applied
    labels: Labels
    M: Masks  # of every layer

    @classmethod
    def of(
        cls, images: Images, labels: Labels, parameters: Parameters, dropout: Dropout | None
    ) -> Batch:
        """Return the batch of these images and labels.

        Args:
            images: m × 784 bytes.
            labels: m.
            parameters: The network that reads them.
            dropout: The masks; None: nothing is left out.
        """
        dtype = parameters.vector.dtype
        M: Masks = () if dropout is None else dropout.masks(parameters.sizes, len(images), dtype)
        return cls(masked(scaled(images, dtype).T, M, 0), labels, M)


class HalvedNetwork:
    """A network and its gradient, cut between the units of the first hidden layer."""

    def __init__(self, parameters: Parameters, gradient: Parameters) -> None:
        """Take views of both, so that whatever changes in them changes here."""
        self.parameters = Parameters(parameters.sizes, parameters.vector)
        self.gradient = Parameters(gradient.sizes, gradient.vector)
        self.halves = [HalfOfUnits(parameters, gradient, half) for half in range(HALVES)]

    def is_of(self, parameters: Parameters, gradient: Parameters) -> bool:
        """Return whether these have the very memory that it works on."""
        own, others = (self.parameters, self.gradient), (parameters, gradient)
        return all(one.vector is other.vector for one, other in zip(own, others, strict=True))

    def rest(self, Z2: Array, batch: Batch) -> tuple[Array, Tally]:
        """Go on from Z2 to the answer and back, once both halves have added to Z2.

        The gradient of the layers after the second, if there are any, is written on the way.

        Returns:
            dZ2, sizes[2] × m, and how good the answer is.
        """
        labels, M, m = batch.labels, batch.M, len(batch.labels)
        if len(self.parameters.W) == 2:
            return output_error(softmax(Z2), labels, m), tally(Z2, labels)
        layers, gradient = layers_after_second(self.parameters), layers_after_second(self.gradient)
        activations = forward(layers, masked(relu(Z2), M, 2), (None, *M[3:]))
        dZ3 = backward(layers, activations, labels, m, gradient)
        return error_before(layers.W[0], dZ3, Z2, M, 2), tally(activations.Z[-1], labels)


class HalfOfUnits:
    """One half of the first hidden layer: forward to what it adds to Z2, and back from dZ2."""

    def __init__(self, parameters: Parameters, gradient: Parameters, half: int) -> None:
        """half: 0 or 1. The first one writes the gradient of b2, too."""
        self._layers = layers_of_half(parameters, half)
        self._gradient = layers_of_half(gradient, half)
        self._units = units_of_half(parameters, half)
        self._activations: Activations | None = None

    def forward(self, batch: Batch) -> Array:
        """Return what this half adds to Z2: sizes[2] × m."""
        M1 = batch.M[1] if batch.M else None
        own = (None, M1 if M1 is None else M1[self._units])
        self._activations = weighted_sums(self._layers, batch.X, own)
        return self._activations.Z[-1]

    def backward(self, dZ2: Array) -> None:
        """Write the gradient of its weights; after `forward`."""
        assert self._activations is not None
        propagate(self._layers, self._activations, dZ2, self._gradient)


def can_be_halved(sizes: Sequence[int]) -> bool:
    """Return whether a network of these widths has units to share."""
    return len(sizes) > 2 and sizes[1] >= HALVES


def units_of_half(parameters: Parameters, half: int) -> slice:
    """Return the numbers of the units of a half."""
    n = parameters.sizes[1]
    return slice(half * n // HALVES, (half + 1) * n // HALVES)


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


def gradient_by_halves(
    network: HalvedNetwork, images: Images, labels: Labels, dropout: Dropout | None
) -> Tally:
    """Write the gradient of the mean loss over a batch, computed by one process alone.

    Args:
        network: Its gradient receives the result.
        images: m × 784 bytes.
        labels: m.
        dropout: The masks; None: nothing is left out.
    """
    batch = Batch.of(images, labels, network.parameters, dropout)
    first, second = (half.forward(batch) for half in network.halves)
    dZ2, score = network.rest(first + second, batch)
    for half in network.halves:
        half.backward(dZ2)
    return score
