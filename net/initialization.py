"""First weights: what a network knows before it has learnt anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import DTypeLike

from .network import Parameters


def he(parameters: Parameters, generator: np.random.Generator) -> None:
    """W from a normal distribution of variance 2 / n_in, b zero.

    ReLU silences half of what passes, so twice 1 / n_in keeps the signal's size from layer to
    layer: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, equation 10.
    """
    for W in parameters.W:
        n_in = W.shape[1]
        W[:] = generator.normal(0.0, np.sqrt(2 / n_in), W.shape)
    for b in parameters.b:
        b[:] = 0


def uniform(parameters: Parameters, generator: np.random.Generator) -> None:
    """W and b uniform in ±0.5, as the original script had them.

    With 784 inputs that is far too much: the sums Z1 are so large that softmax begins almost
    certain, and almost always wrong. Worth seeing once beside `he`.
    """
    for array in (*parameters.W, *parameters.b):
        array[:] = generator.uniform(-0.5, 0.5, array.shape)


def zero(parameters: Parameters, generator: np.random.Generator) -> None:  # noqa: ARG001  (others draw)
    """Every W and b zero: nothing that ReLU could pass on, and nothing tells two units apart.

    Such a network never learns more than how frequent each digit is. Worth seeing once.
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
    """Parameters of these widths as the named initialiser draws them from the generator."""
    parameters = Parameters.zeros(sizes, dtype)
    INITIALIZERS[init](parameters, generator)
    return parameters
