"""Saliency: what moving a pixel really does to the logit."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.saliency import first_order_estimate, flip_pixels, saliency
from mnist_tui.net.inspection.single_step import trace_step
from mnist_tui.net.network import Parameters, forward

from tests.helpers.networks import SIZES, SMALL, digit, digit_off_the_kinks, drawn

H = 1e-4


@pytest.mark.parametrize("sizes", SMALL)
def test_it_is_the_slope_that_central_differences_find(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1, np.float64)
    image = digit_off_the_kinks(parameters, 100 * H)
    x = image[:, np.newaxis] / 255
    n, classes = sizes[0], sizes[-1]
    # Column i is x with pixel i a little up, or a little down.
    above = forward(parameters, x + H * np.eye(n)).Z[-1]
    below = forward(parameters, x - H * np.eye(n)).Z[-1]
    numeric = (above - below) / (2 * H)  # classes × n
    assert numeric.any()
    for k in range(classes):
        # Between two kinks the network is straight: there is nothing to round but the floats.
        np.testing.assert_allclose(
            saliency(parameters, image, k), numeric[k], rtol=1e-9, atol=1e-10
        )


@pytest.mark.parametrize("sizes", SIZES)
def test_without_biases_the_pixels_make_up_the_whole_logit(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1, np.float64)
    for b in parameters.b:
        b[:] = 0
    image = digit(parameters, 2)
    logits = forward(parameters, image[:, np.newaxis] / 255).Z[-1][:, 0]
    assert logits.any()
    for k, logit in enumerate(logits.tolist()):
        share = saliency(parameters, image, k) @ (image / 255)
        assert share == pytest.approx(logit, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_losss_slope_is_the_classes_slopes_weighed_by_their_errors(
    sizes: tuple[int, ...],
) -> None:
    # dA0 = Σ dZ_L[k] · ∂Z_L[k]/∂x: the two walks back, the lens's and this one, are one.
    parameters = drawn(sizes, 1, np.float64)
    image = digit(parameters, 2)
    lens = trace_step(parameters, image, 3, 0.1)
    slopes = np.array([saliency(parameters, image, k) for k in range(sizes[-1])])
    np.testing.assert_allclose(lens.dZ[-1][:, 0] @ slopes, lens.dA[0][:, 0], rtol=1e-9, atol=1e-13)


def test_it_is_in_the_networks_own_floats_one_number_a_pixel() -> None:
    parameters = drawn((49, 800, 10))
    found = saliency(parameters, digit(parameters), 3)
    assert found.shape == (49,)
    assert found.dtype == np.float32
    exact = Parameters(parameters.sizes, parameters.vector.astype(np.float64))
    np.testing.assert_allclose(found, saliency(exact, digit(parameters), 3), rtol=1e-4, atol=1e-5)


def test_it_refuses_a_class_or_a_digit_the_network_has_not() -> None:
    parameters = drawn((16, 5, 10))
    for k in (-1, 10):
        with pytest.raises(NetError, match=f"label {k}"):
            saliency(parameters, digit(parameters), k)
    with pytest.raises(NetError, match="rows of 16 pixels"):
        saliency(parameters, np.zeros(15, np.uint8), 3)


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
