"""Hidden units: their weights are the network's, and their favourite digits really are."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.engine.input_blocks import CHUNK_PIXELS
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.units import activation_stats, unit_weights
from mnist_tui.net.network import Parameters, forward

from tests.helpers.networks import SIZES, drawn
from tests.helpers.support import Samples, noise


def test_a_units_weights_are_its_row_and_its_column() -> None:
    parameters = drawn((16, 5, 4, 3, 10))
    for layer, width in enumerate((5, 4, 3), 1):
        for j in range(width):
            unit = unit_weights(parameters, layer, j)
            assert np.array_equal(unit.incoming, parameters.W[layer - 1][j])
            assert unit.bias == parameters.b[layer - 1][j, 0]
            assert np.array_equal(unit.outgoing, parameters.W[layer][:, j])


def test_a_units_weights_stay_while_training_goes_on() -> None:
    parameters = drawn((16, 5, 10))
    unit = unit_weights(parameters, 1, 2)
    before = unit.incoming.copy(), unit.outgoing.copy()
    parameters.vector[:] = 0
    assert np.array_equal(unit.incoming, before[0])
    assert np.array_equal(unit.outgoing, before[1])


@pytest.mark.parametrize("top", [1, 10, 500])
@pytest.mark.parametrize("sizes", SIZES)
def test_the_digits_that_excite_a_unit_most_are_those_of_the_largest_sums(
    sizes: tuple[int, ...], top: int
) -> None:
    parameters, samples = drawn(sizes), noise(400, sizes[0])
    Z = forward(parameters, samples.images.T / np.float32(255)).Z
    for layer in range(1, len(sizes) - 1):
        found = activation_stats(parameters, samples, layer, top)
        here = Z[layer - 1]
        shown = min(top, 400)
        assert found.top_samples.shape == found.Z.shape == (sizes[layer], shown)
        largest = -np.sort(-here, axis=1)[:, :shown]
        np.testing.assert_allclose(found.Z, largest, rtol=1e-4, atol=1e-5)
        theirs = np.take_along_axis(here, found.top_samples, axis=1)
        np.testing.assert_allclose(found.Z, theirs, rtol=1e-4, atol=1e-5)
        assert all(len(set(row)) == shown for row in found.top_samples.tolist())
        assert found.active_fraction == pytest.approx((here > 0).mean(axis=1))


def test_favourites_are_found_wherever_among_many_digits_they_are() -> None:
    m = 3 * CHUNK_PIXELS // 16
    samples, parameters = noise(m), Parameters.zeros((16, 2, 10))
    samples.images[:, 0] //= 2  # at most 127
    places = [0, CHUNK_PIXELS // 16, CHUNK_PIXELS // 16 + 1, m - 1]
    samples.images[places, 0] = [200, 255, 230, 220]
    parameters.W[0][:, 0] = [1, -1]
    found = activation_stats(parameters, samples, 1, top=4)
    assert found.top_samples[0].tolist() == [places[i] for i in (1, 2, 3, 0)]
    assert found.Z[0] == pytest.approx(np.array([255, 230, 220, 200]) / 255)
    assert (samples.images[found.top_samples[1], 0] == 0).all()
    assert found.active_fraction[0] == np.count_nonzero(samples.images[:, 0]) / m


def test_a_unit_silent_at_every_digit_is_dead_and_one_that_speaks_once_is_not() -> None:
    parameters = Parameters.zeros((2, 3, 10))
    images = np.array([[10, 0], [0, 20], [255, 0]], np.uint8)
    samples = Samples(images, np.zeros(3, np.uint8))
    parameters.W[0][:] = [[1, 0], [-1, -1], [1, 1]]
    parameters.b[0][:] = [[-0.9], [0], [0]]
    found = activation_stats(parameters, samples, 1, top=3)
    assert found.dead.tolist() == [False, True, False]
    assert found.active_fraction == pytest.approx([1 / 3, 0, 1])
    # A dead unit's digits are those at which it is nearest to speaking.
    assert found.top_samples[1].tolist() == [0, 1, 2]


@pytest.mark.parametrize("layer", [0, 2, -1])
def test_a_layer_that_is_not_hidden_is_refused(layer: int) -> None:
    with pytest.raises(NetError, match="layer"):
        unit_weights(drawn((16, 5, 10)), layer, 0)
    with pytest.raises(NetError, match="layer"):
        activation_stats(drawn((16, 5, 10)), noise(5), layer)


def test_a_unit_beyond_the_last_is_refused() -> None:
    with pytest.raises(NetError, match="layer 1 has no unit 5: choose from 0 to 4"):
        unit_weights(drawn((16, 5, 10)), 1, 5)


def test_no_digit_excites_nobody() -> None:
    none = Samples(np.empty((0, 16), np.uint8), np.empty(0, np.uint8))
    with pytest.raises(NetError, match="at least one digit"):
        activation_stats(drawn((16, 5, 10)), none, 1)
    with pytest.raises(NetError, match="rows of 16 pixels"):
        activation_stats(drawn((16, 5, 10)), noise(5, 9), 1)
