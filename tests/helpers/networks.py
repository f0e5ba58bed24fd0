"""Networks with numbers in them, and digits for them, for tests of what looks inside."""

from __future__ import annotations

import numpy as np
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Images, Parameters, forward
from mnist_tui.net.run.checkpoint import SavedModel
from mnist_tui.net.run.provenance import Provenance
from mnist_tui.net.trainer import Trainer
from numpy.typing import DTypeLike

from tests.helpers.support import Samples

# From one unit to eight hundred, from one hidden layer to three.
SIZES = [(16, 10, 10), (16, 1, 10), (49, 800, 10), (16, 5, 4, 3, 10), (9, 7, 6, 4)]
SMALL = [sizes for sizes in SIZES if max(sizes) < 100]


def drawn(sizes: tuple[int, ...], seed: int = 0, dtype: DTypeLike = np.float32) -> Parameters:
    """A network with weights and biases of every sign."""
    generator = np.random.default_rng(seed)
    parameters = initial_parameters(sizes, "he", generator, dtype)
    for b in parameters.b:
        b[:] = generator.normal(0, 0.3, b.shape)
    return parameters


def digit(parameters: Parameters, seed: int = 0) -> Images:
    """One image: half paper, half ink of any strength."""
    generator = np.random.default_rng(seed)
    ink = generator.integers(0, 256, parameters.sizes[0], np.uint8)
    return ink * generator.integers(0, 2, ink.shape, np.uint8)


def digit_off_the_kinks(parameters: Parameters, margin: float) -> Images:
    """An image at which no hidden sum is within `margin` of 0, and some unit of each layer speaks.

    There the network is as smooth as any function, and differences have to agree with slopes.
    """
    for seed in range(1000):
        image = digit(parameters, seed)
        hidden = forward(parameters, image[:, np.newaxis] / 255).Z[:-1]
        if all(np.abs(Z).min() > margin and Z.max() > 0 for Z in hidden):
            return image
    raise AssertionError("there is no such image")


def saved_network(sizes: tuple[int, ...]) -> SavedModel:
    """A run of three updates on noise, with biases of every sign."""
    generator = np.random.default_rng(sum(sizes))
    images = generator.integers(0, 256, (60, sizes[0]), np.uint8)
    labels = generator.integers(0, sizes[-1], 60, np.uint8)
    chosen = Hyperparameters(hidden=sizes[1:-1], alpha=0.05, iterations=3)
    trainer = Trainer(Samples(images, labels), Samples(images, labels), chosen, classes=sizes[-1])
    list(trainer.steps())
    for b in trainer.parameters.b:
        b[:] = generator.normal(0, 0.3, b.shape)
    names = tuple(f"class {k}" for k in range(sizes[-1]))
    made = Provenance("noise", sha256="0" * 64, names=names, program="mnist-tui 1", date="today")
    return SavedModel(trainer.state(), made)
