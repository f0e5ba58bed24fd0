"""The loss landscape: the plane holds what it says, and its loss is the networks' own."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.inspection.loss_landscape import (
    COARSEST,
    SAMPLE_SIZE,
    LossGrid,
    LossOnSample,
    Plane,
    PlaneLoss,
    Region,
    is_on_the_map,
    principal_plane,
    refinements,
    region_around,
)
from mnist_tui.net.network import Array, Parameters
from numpy.typing import DTypeLike, NDArray

from tests.helpers.networks import SIZES, drawn
from tests.helpers.support import Samples


def images(sizes: tuple[int, ...], count: int = 90) -> Samples:
    """Random images and labels for a network."""
    generator = np.random.default_rng(3)
    pixels = generator.integers(0, 256, (count, sizes[0]), np.uint8)
    return Samples(pixels, generator.integers(0, sizes[-1], count).astype(np.uint8))


def path(k: int, n: int, seed: int = 0) -> list[Array]:
    """A random walk with a drift."""
    steps = np.random.default_rng(seed).normal(0.1, 1, (k, n))
    return list(steps.cumsum(axis=0).astype(np.float32))


def plane_of(vectors: list[Array], like: Plane | None = None) -> Plane:
    """The plane through the last of them, which there is."""
    plane = principal_plane(vectors, vectors[-1], like)
    assert plane is not None
    return plane


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_plane_holds_three_moments_and_their_own_losses(
    sizes: tuple[int, ...], dtype: DTypeLike
) -> None:
    networks = [drawn(sizes, seed, dtype) for seed in range(3)]
    vectors = [network.vector for network in networks]
    plane = plane_of(vectors)
    places, squares = plane.project(vectors)
    assert np.allclose((places**2).sum(axis=1), squares, rtol=1e-5)
    sample = LossOnSample(images(sizes), sizes, vectors[0].dtype)
    loss = PlaneLoss(plane, sizes, sample)
    rounding = 1e-4 if dtype is np.float32 else 1e-9
    for network, (x, y) in zip(networks, places.tolist(), strict=True):
        assert np.allclose(plane.at(x, y), network.vector, atol=rounding)
        assert loss.at(x, y) == pytest.approx(sample.of_network(network), rel=rounding)


def test_between_moments_the_loss_is_that_of_the_weights_there() -> None:
    sizes = (16, 5, 4, 3, 10)
    vectors = [drawn(sizes, seed, np.float64).vector for seed in range(5)]
    plane = plane_of(vectors)
    sample = LossOnSample(images(sizes), sizes, vectors[0].dtype)
    loss = PlaneLoss(plane, sizes, sample)
    for x, y in ((0.0, 0.0), (1.5, -2.0), (-30.0, 7.0)):
        there = Parameters(sizes, plane.at(x, y))
        assert loss.at(x, y) == pytest.approx(sample.of_network(there), rel=1e-9)


def test_the_directions_are_the_principal_ones() -> None:
    vectors = path(12, 300)
    plane = plane_of(vectors)
    differences = np.array(vectors, float) - vectors[-1]
    _, lengths, directions = np.linalg.svd(differences, full_matrices=False)
    found = plane.directions.astype(float)
    assert np.allclose(found @ found.T, np.eye(2), atol=1e-6)
    assert np.allclose(abs((found * directions[:2]).sum(axis=1)), 1, atol=1e-6)
    places, squares = plane.project(vectors)
    share = (lengths[:2] ** 2).sum() / (lengths**2).sum()
    assert (places**2).sum() / squares.sum() == pytest.approx(share, rel=1e-6)
    assert 0.5 < share < 0.99


def test_more_coordinates_than_one_block_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = path(7, 500)
    whole = plane_of(vectors)
    monkeypatch.setattr("mnist_tui.net.inspection.loss_landscape.COORDINATES_PER_CHUNK", 7 * 33)
    parts = plane_of(vectors)
    assert np.allclose(whole.directions, parts.directions, atol=1e-6)
    assert np.allclose(whole.project(vectors)[0], parts.project(vectors)[0], atol=1e-4)


def test_the_path_begins_to_the_left_and_a_later_plane_is_not_mirrored() -> None:
    for seed in range(8):
        vectors = path(9, 40, seed)
        plane = plane_of(vectors)
        places, _ = plane.project(vectors)
        assert places[0, 0] <= 0
        assert places[:, 1].sum() >= 0
        mirrored = Plane(plane.origin, -plane.directions)
        assert np.allclose(plane_of(vectors, mirrored).directions, -plane.directions)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_straight_path_spans_no_plane(count: int) -> None:
    begin, way = path(2, 50)
    vectors = [(begin + t * way).astype(np.float32) for t in np.linspace(0, 3, count)]
    assert principal_plane(vectors, vectors[-1]) is None


def test_a_small_set_is_its_own_sample_and_a_large_one_is_drawn_alike_each_time(
    digits: Digits,
) -> None:
    network = drawn((784, 10, 10))
    sample = LossOnSample(digits, network.sizes, network.vector.dtype)
    engine = Engine(digits, threads=1)
    assert sample.size == sample.of == len(digits.labels)
    assert sample.of_network(network) == pytest.approx(engine.score(network).loss, rel=1e-5)
    engine.close()
    many = images((9, 7, 4), SAMPLE_SIZE + 500)
    once, again = (LossOnSample(many, (9, 7, 4), np.dtype(np.float32)) for _ in range(2))
    assert (once.size, once.of) == (SAMPLE_SIZE, SAMPLE_SIZE + 500)
    assert np.array_equal(once.X, again.X)
    assert len(np.unique(once.X, axis=1).T) == SAMPLE_SIZE


def test_what_is_not_finite_or_far_too_long_is_off_the_map() -> None:
    first = path(1, 30)[0]
    assert is_on_the_map(20 * first, first)
    for factor in (np.nan, np.inf, 1e30):
        with np.errstate(all="ignore"):
            assert not is_on_the_map((first * factor).astype(np.float32), first)
    assert is_on_the_map(first, np.zeros_like(first))


def test_a_loss_that_is_not_finite_is_infinite() -> None:
    network = drawn((16, 10, 10))
    sample = LossOnSample(images(network.sizes), network.sizes, network.vector.dtype)
    network.vector[:] = np.float32(3e38)
    assert sample.of_network(network) == np.inf


def test_a_region_holds_all_and_has_one_scale() -> None:
    places: NDArray[np.float64] = np.array([[-4.0, 1.0], [0.0, 0.0], [-2.0, 2.0]])
    for shape in ((70, 30), (30, 70), (1, 1)):
        region = region_around(places, shape, 0.1)
        assert region.holds(places)
        assert not region.holds(places + 100)
        across, up = (
            (region.right - region.left) / shape[0],
            (region.top - region.bottom) / shape[1],
        )
        assert across == pytest.approx(up)


def test_each_grid_is_twice_as_fine_and_holds_the_plane_s_own_losses() -> None:
    sizes = (16, 10, 10)
    plane = plane_of([drawn(sizes, seed).vector for seed in range(3)])
    loss = PlaneLoss(plane, sizes, LossOnSample(images(sizes), sizes, np.dtype(np.float32)))
    region = Region(-3, 5, -2, 2)
    steps = list(refinements(region, loss, (20, 3)))
    grids = [step for step in steps if isinstance(step, LossGrid)]
    assert [grid.losses.shape for grid in grids] == [
        (COARSEST[1] * times + 1, COARSEST[0] * times + 1) for times in (1, 2, 4)
    ]
    assert len(steps) - len(grids) == grids[-1].losses.size  # every point is computed once
    for grid in grids:
        rows, columns = grid.losses.shape
        for row, column in ((0, 0), (rows - 1, 0), (1, columns - 2)):
            x = region.left + 8 * column / (columns - 1)
            y = region.bottom + 4 * row / (rows - 1)
            assert grid.losses[row, column] == pytest.approx(loss.at(x, y))
