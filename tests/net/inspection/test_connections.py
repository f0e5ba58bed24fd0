"""Connections: the strongest are found, and the path runs along the largest terms."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.connections import (
    activations_at,
    connection,
    leading_path,
    strongest_connections,
)
from mnist_tui.net.inspection.single_step import trace_step
from mnist_tui.net.inspection.terms import terms_of_Z

from tests.helpers.networks import SIZES, SMALL, digit, drawn


@pytest.mark.parametrize("sizes", SMALL)
def test_the_strongest_are_those_that_sorting_all_of_them_finds(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes)
    activations = activations_at(parameters, digit(parameters))
    for layer in range(1, len(sizes)):
        targets, sources = range(sizes[layer]), range(sizes[layer - 1])
        everyone = [
            connection(parameters, activations, layer, j, i) for j in targets for i in sources
        ]
        everyone.sort(key=lambda one: -abs(one.product))
        expected = [one for one in everyone if one.product]
        for count in (1, 7, len(everyone) + 1):
            found = strongest_connections(parameters, activations, layer, targets, None, count)
            assert found == expected[:count]


def test_only_the_units_asked_for_are_connected() -> None:
    parameters = drawn((16, 5, 4, 3, 10))
    activations = activations_at(parameters, digit(parameters))
    found = strongest_connections(parameters, activations, 2, [3, 0], [1, 4, 2], 99)
    active = [i for i in (1, 4, 2) if activations.A[1][i, 0] > 0]
    assert {one.ends for one in found} == {(j, i) for j in (3, 0) for i in active}
    assert all(one.weight == parameters.W[1][one.ends] for one in found)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_products_into_a_unit_and_its_bias_make_its_sum(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes)
    activations = activations_at(parameters, digit(parameters))
    for layer in range(1, len(sizes)):
        found = strongest_connections(parameters, activations, layer, [0], None, sizes[layer - 1])
        total = sum(one.product for one in found) + float(parameters.b[layer - 1][0, 0])
        assert total == pytest.approx(float(activations.Z[layer - 1][0, 0]), abs=1e-4)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_path_goes_back_from_the_answer_by_the_largest_term(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes)
    image = digit(parameters)
    path = leading_path(parameters, activations_at(parameters, image), {})
    lens = trace_step(parameters, image, 0, 0.1)
    assert path[-1] == int(lens.A[-1].argmax())
    for layer in range(1, len(sizes)):
        terms = terms_of_Z(lens, layer, path[layer])
        assert abs(terms.products[0]) == pytest.approx(
            abs(terms.weights * terms.values)[terms.indices.tolist().index(path[layer - 1])]
        )


def test_the_path_runs_through_what_was_chosen_and_on_to_the_largest_product() -> None:
    parameters = drawn((16, 5, 4, 3, 10))
    activations = activations_at(parameters, digit(parameters))
    for layer, width in enumerate(parameters.sizes):
        for unit in range(width):
            path = leading_path(parameters, activations, {layer: unit})
            assert path[layer] == unit
            for after in range(layer + 1, len(path)):
                value = activations.A[after - 1][path[after - 1], 0]
                onward = abs(parameters.W[after - 1][:, path[after - 1]] * (value or 1))
                assert onward[path[after]] == onward.max()
    assert leading_path(parameters, activations, {1: 4, 2: 0})[1:3] == (4, 0)


def test_a_network_that_diverged_has_a_path_and_connections_all_the_same() -> None:
    parameters = drawn((16, 5, 10))
    parameters.vector[:] = np.nan
    activations = activations_at(parameters, digit(parameters))
    assert len(leading_path(parameters, activations, {})) == 3
    assert len(strongest_connections(parameters, activations, 2, range(10), None, 20)) == 20


def test_a_network_of_zeros_has_no_connections() -> None:
    parameters = drawn((16, 5, 10))
    parameters.vector[:] = 0
    activations = activations_at(parameters, digit(parameters))
    assert strongest_connections(parameters, activations, 1, range(5), None, 20) == []


def test_units_that_are_not_there_are_refused() -> None:
    parameters = drawn((16, 5, 10))
    activations = activations_at(parameters, digit(parameters))
    with pytest.raises(NetError, match="no unit 5"):
        connection(parameters, activations, 1, 5, 0)
    with pytest.raises(NetError, match="no unit 10"):
        leading_path(parameters, activations, {2: 10})
