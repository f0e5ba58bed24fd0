"""Initial weights: the state of a network before training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import DTypeLike

from .network import Parameters


def he(parameters: Parameters, generator: np.random.Generator) -> None:
    """Draw W from a normal distribution of variance 2 / n_in; set b to zero.

    ReLU zeroes half of its inputs, so twice 1 / n_in keeps the variance of the signal from layer
    to layer: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, equation 10.
    """
    for W in parameters.W:
        n_in = W.shape[1]
        W[:] = generator.normal(0.0, np.sqrt(2 / n_in), W.shape)
    for b in parameters.b:
        b[:] = 0


def uniform(parameters: Parameters, generator: np.random.Generator) -> None:
    """Draw W and b uniformly from ±0.5, as the original script did.

    With 784 inputs this is far too wide: the sums Z1 are so large that softmax starts out almost
    certain, and almost always wrong. Worth comparing with `he` once.
    """
    for array in (*parameters.W, *parameters.b):
        array[:] = generator.uniform(-0.5, 0.5, array.shape)


def zero(parameters: Parameters, generator: np.random.Generator) -> None:  # noqa: ARG001  (same signature as the others)
    """Set every W and b to zero: ReLU passes nothing on, and all units of a layer stay identical.

    Such a network never learns more than the frequency of each digit. Worth seeing once.
    """
    parameters.vector[:] = 0


INITIALIZERS: dict[str, Callable[[Parameters, np.random.Generator], None]] = {
    "he": he,
    "uniform": uniform,
    "zero": zero,
}


def initial_parameters(
    sizes: Sequence[int], init: str, generator: np.random.Generator, dtype: DTypeLike = np.float32
) -> Parameters:
    """Return new parameters, drawn from the generator.

    Args:
        sizes: Layer widths from input to output, such as (784, 10, 10).
        init: A key of INITIALIZERS.
        generator: Source of the random numbers; advanced in place.
        dtype: float32 or float64.
    """
    parameters = Parameters.zeros(sizes, dtype)
    INITIALIZERS[init](parameters, generator)
    return parameters
