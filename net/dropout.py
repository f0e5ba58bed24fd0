"""Dropout: while a network learns, pixels and hidden units are left out at random.

A mask M has a row for each unit of a layer and a column for each image:

    M = 0          with probability p, the rate
    M = 1/(1 - p)  otherwise, so that its mean is 1

    A[l] = relu(Z[l]) ⊙ M[l]        and for the pixels A[0] = X ⊙ M[0]

Every image of every batch has masks of its own, and so meets another network, a part of the whole
one. No unit can rely on certain others, and the whole network answers for all of them, about as
their mean would. It is tested whole, and nothing is scaled then, because the mean of M is 1
already: this is called inverted dropout. N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and
R. Salakhutdinov, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", Journal of
Machine Learning Research 15, 2014, section 4.

The masks come from the generator that draws the first weights and each epoch's order, far ahead
of these: `jumped` takes it 2^128/φ numbers further. The image at place n of the epoch has n times
as many numbers before it as it needs itself. So its masks depend on the seed and on its place
alone, and not on how a batch is cut up among threads and processes, nor on whether the run was
resumed in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .hyperparameters import Hyperparameters
from .network import Array

BYTES_PER_NUMBER = 8  # of the generator's; each byte decides about one pixel or unit


@dataclass(frozen=True, slots=True)
class Dropout:
    """Draws the masks of images that follow one another in an epoch."""

    pixel_rate: float  # p of the pixels
    unit_rate: float  # p of the hidden units
    state: int  # of the generator, for the first image of the epoch
    increment: int  # what tells this generator from others of its kind
    place: int = 0  # in the epoch, of the image whose masks come first

    @classmethod
    def chosen_by(
        cls, hyperparameters: Hyperparameters, generator: Mapping[str, Any], place: int = 0
    ) -> Dropout | None:
        """Return the masks of an epoch; None if nothing is to be left out.

        Args:
            hyperparameters: The rates are read from here.
            generator: State of the run's generator before it draws the epoch's order.
            place: Of the first image that masks are needed for, from 0.
        """
        rates = dropout_rates(hyperparameters)
        if not any(rates):
            return None
        state, increment = generator["state"]["state"], generator["state"]["inc"]
        return cls(*rates, far_ahead(state, increment), increment, place)

    def after(self, images: int) -> Dropout:
        """Return the masks that follow those of so many images."""
        return replace(self, place=self.place + images)

    def masks(
        self, sizes: Sequence[int], m: int, dtype: DTypeLike = np.float32
    ) -> list[Array | None]:
        """Return M of the pixels and of each hidden layer: sizes[l] × m.

        None: nothing is left out of this layer.

        Args:
            sizes: Widths of the network.
            m: Number of images.
            dtype: Of the network.
        """
        drawn = self.draw(sizes, m)
        return [drawn.mask(layer, dtype) for layer in range(len(drawn.rates))]

    def draw(self, sizes: Sequence[int], m: int) -> DrawnMasks:
        """Draw the masks of m images.

        Args:
            sizes: Widths of the network.
            m: Number of images.
        """
        rates = [self.pixel_rate, *[self.unit_rate] * (len(sizes) - 2)]
        numbers = [
            -(-width // BYTES_PER_NUMBER) if rate else 0
            for width, rate in zip(sizes[:-1], rates, strict=True)
        ]
        bits = generator_at(self.state, self.increment)
        bits.advance(self.place * sum(numbers))
        drawn = bits.random_raw(m * sum(numbers)).view(np.uint8).reshape(m, -1)
        layers: list[NDArray[np.uint8]] = []
        for width, count in zip(sizes, numbers, strict=False):
            layers.append(drawn[:, : min(width, BYTES_PER_NUMBER * count)].T)
            drawn = drawn[:, BYTES_PER_NUMBER * count :]
        return DrawnMasks(rates, layers)


@dataclass(frozen=True, slots=True)
class DrawnMasks:
    """The random bytes that decide what is left out of some images."""

    rates: list[float]  # p of the pixels and of each hidden layer
    drawn: list[NDArray[np.uint8]]  # n × m for each of these, unless its rate is 0

    def mask(self, layer: int, dtype: DTypeLike, units: slice = slice(None)) -> Array | None:
        """Return M of a layer's units, n × m; None: nothing is left out.

        Args:
            layer: 0: the pixels.
            dtype: Of the network.
            units: Which.
        """
        rate = self.rates[layer]
        if not rate:
            return None
        drawn = self.drawn[layer][units]
        if layer:  # X has one image after the other in memory, A one unit after the other
            drawn = np.ascontiguousarray(drawn)
        return np.multiply(is_kept(drawn, rate), kept_factor(rate), dtype=dtype)

    def blank(self, images: NDArray[np.uint8]) -> None:
        """Blank the pixels that are left out, in m × 784 bytes.

        As floats, times `pixel_factor`, these are X ⊙ M[0], at a quarter of its cost.
        """
        if self.rates[0]:
            images *= is_kept(self.drawn[0], self.rates[0]).T

    @property
    def pixel_factor(self) -> float:
        """What M is where a pixel is not left out."""
        return kept_factor(self.rates[0])


def generator_at(state: int, increment: int) -> np.random.PCG64:
    """Return a generator in this state."""
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": increment},
        "has_uint32": 0,
        "uinteger": 0,
    }
    return bits


@lru_cache(maxsize=16)  # the same for all batches of an epoch
def far_ahead(state: int, increment: int) -> int:
    """Return the generator's state 2^128/φ numbers later, where nothing else is drawn."""
    return generator_at(state, increment).jumped().state["state"]["state"]


def dropout_rates(hyperparameters: Hyperparameters) -> tuple[float, float]:
    """Return the rates of pixels and of hidden units."""
    return hyperparameters.input_dropout, hyperparameters.dropout


def left_out(rate: float) -> int:
    """Return the bytes of 256 that leave something out: 256·p, rounded."""
    return round(256 * rate)


def is_kept(drawn: NDArray[np.uint8], rate: float) -> NDArray[np.bool_]:
    """Return which random bytes leave nothing out: those from 256·p on."""
    return drawn >= left_out(rate)


def kept_factor(rate: float) -> float:
    """Return 1/(1 - p), for p as it is rounded."""
    return 256 / (256 - left_out(rate))
