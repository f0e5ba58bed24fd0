"""What networks answer: the mean of their probabilities, of each image and of deformed copies.

The mean over N networks and over K deformations T of an image x is

    p(c | x) = 1/(N·K) · Σ_n Σ_k softmax_c(f_n(T_k(x)))

A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet Classification with Deep Convolutional Neural
Networks" (2012), section 4.1, average over altered copies of a test image; D. Cireşan, U. Meier
and J. Schmidhuber, "Multi-column Deep Neural Networks for Image Classification" (2012), over
networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.augment import Deformation, deformed_alike, weaker
from ...net.engine.inference import forward_in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ...net.network import Array, Images, Parameters
    from ...net.run.checkpoint import SavedModel
    from ..datasets.loading import PredictionInput

SEED = 0  # of the deformations: the same for every image, network and run
STRENGTH = weaker(Deformation(), 0.6)  # of what is learnt from; see docs/presets.md


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network makes of many images."""

    shares: NDArray[np.floating[Any]]  # m × classes, the probabilities
    names: tuple[str, ...]  # of the classes
    labels: NDArray[np.uint8] | None = None  # m; None where nobody knows

    @property
    def classes(self) -> NDArray[np.intp]:
        """The most probable class of each."""
        return self.shares.argmax(axis=1)


def answers(saved: SavedModel, questions: PredictionInput, deformations: int = 0) -> Predictions:
    """Predict the images with a saved network; see `mean_probabilities`."""
    shares = mean_probabilities([saved.state.parameters], questions.images, deformations)
    return Predictions(shares, questions.names, questions.labels)


def mean_probabilities(
    networks: Sequence[Parameters],
    images: Images,
    deformations: int = 0,
    strength: Deformation = STRENGTH,
) -> Array:
    """Return the mean of the networks' probabilities: m × classes, each row sums to 1.

    Args:
        networks: One or more, with the same pixels and classes.
        images: m × pixels; square ones, if they are to be deformed.
        deformations: How many deformed copies of each image take its place; 0: the image itself.
        strength: Of the deformations.

    Raises:
        NetError: A network reads another number of pixels.
    """
    copies: Iterable[Images] = [images]
    if deformations:
        generator = np.random.default_rng(SEED)
        endless = deformed_alike(images, strength, generator)
        copies = islice(endless, deformations)
    total: Array | None = None
    for copy in copies:
        for network in networks:
            shares = _probabilities(network, copy)
            total = shares if total is None else total + shares
    assert total is not None, "a mean of nothing"
    return total / (len(networks) * max(1, deformations))


def _probabilities(network: Parameters, images: Images) -> Array:
    parts = [seen.A[-1].T.copy() for _, seen in forward_in_chunks(network, images)]
    return np.concatenate(parts)
