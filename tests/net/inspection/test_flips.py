"""Flips: a pixel turned over and back, and a slope's promise kept where the network is straight."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.inspection.flips import first_order_estimate, flip_pixels
from mnist_tui.net.inspection.saliency import saliency
from mnist_tui.net.network import Parameters, forward

from tests.helpers.networks import SIZES, digit, drawn


def test_ink_becomes_paper_and_paper_ink() -> None:
    image = np.array([0, 1, 127, 128, 255], np.uint8)
    assert flip_pixels(image, range(5)).tolist() == [255, 255, 255, 0, 0]
    assert flip_pixels(image, {1, 3}).tolist() == [0, 255, 127, 0, 255]
    assert flip_pixels(image, ()).tolist() == image.tolist()
    assert image.tolist() == [0, 1, 127, 128, 255]


def logits(parameters: Parameters, image: np.ndarray) -> np.ndarray:
    return forward(parameters, image[:, np.newaxis] / 255).Z[-1][:, 0]


@pytest.mark.parametrize("sizes", SIZES)
def test_a_promise_is_kept_exactly_while_no_unit_changes_sides(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1, np.float64)
    for W, b in zip(parameters.W[:-1], parameters.b[:-1], strict=True):
        b[:] = 1 + np.abs(W).sum()  # every hidden unit speaks, whatever the pixels are
    image = digit(parameters, 2)
    for k in (0, sizes[-1] - 1):
        expected = first_order_estimate(saliency(parameters, image, k), image)
        for i in range(0, sizes[0], 5):
            moved = logits(parameters, flip_pixels(image, [i])) - logits(parameters, image)
            np.testing.assert_allclose(moved[k], expected[i], rtol=1e-9, atol=1e-9)
