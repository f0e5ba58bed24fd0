"""Mean probabilities over networks and over deformed copies, worked by hand."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from mnist_tui.data.augment import Deformation, deformed_alike
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import forward_in_chunks
from mnist_tui.net.network import Parameters
from mnist_tui.tui.export.predictions import SEED, mean_probabilities

from tests.helpers.support import trainer_of

BLANK = np.zeros((3, 4), np.uint8)  # three images of 2 × 2


def network(*biases: float, per_ink: float = 0.0) -> Parameters:
    """Add up the ink in one hidden unit, and hand it to the first class."""
    parameters = Parameters.zeros((4, 1, 2))
    parameters.W[0][:] = 1
    parameters.W[1][:] = [[per_ink], [0]]
    parameters.b[1][:, 0] = biases
    return parameters


def test_two_networks_answer_by_their_mean() -> None:
    # Odds of 3 to 1 are 3/4 and 1/4; even ones 1/2 and 1/2; the mean is 5/8 and 3/8.
    networks = [network(np.log(3), 0), network(0, 0)]
    assert mean_probabilities(networks, BLANK) == pytest.approx(np.full((3, 2), [5 / 8, 3 / 8]))


def test_probabilities_are_averaged_and_not_what_goes_into_softmax() -> None:
    # Odds of 9 to 1 and of 1 to 3 as probabilities: (9/10 + 1/4) / 2. Their logs would give
    # sqrt(9 · 1/3) to 1, which is 0.634.
    networks = [network(np.log(9), 0), network(0, np.log(3))]
    assert mean_probabilities(networks, BLANK)[:, 0] == pytest.approx([0.575] * 3)


def test_deformed_copies_take_the_place_of_an_image() -> None:
    # A 2 × 2 image of ink 1 that is moved by whole or part pixels keeps a share s of its ink: the
    # odds of the first class are e^(4s) to 1.
    full = np.full((1, 4), 255, np.uint8)
    shift = Deformation(rotation=0, scale=0, shear=0, shift=1, alpha=0)
    copies = islice(deformed_alike(full, shift, np.random.default_rng(SEED)), 5)
    ink = np.array([copy.sum() / 255 for copy in copies])
    assert len(set(ink.round(2))) > 1
    expected = np.mean(np.exp(ink) / (np.exp(ink) + 1))
    found = mean_probabilities([network(0, 0, per_ink=1)], full, 5, shift)
    assert found[0] == pytest.approx([expected, 1 - expected], abs=1e-6)
    assert abs(found[0, 0] - np.exp(4) / (np.exp(4) + 1)) > 0.01


def test_without_copies_they_are_the_networks_own_bits(small: Dataset) -> None:
    parameters = trainer_of(small.train, iterations=1).parameters
    own = [seen.A[-1].T.copy() for _, seen in forward_in_chunks(parameters, small.test.images)]
    found = mean_probabilities([parameters], small.test.images)
    assert found.tobytes() == np.concatenate(own).tobytes()
    assert found.dtype == parameters.vector.dtype
