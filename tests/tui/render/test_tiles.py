"""Small pictures: what they show is what they are of, at any size, and the page they fill."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.tui.render.tiles import dots, halves, page, resized, signs, sizes, steps
from mnist_tui.tui.rooms.confusion.grid import grid, level
from rich.color import Color
from rich.style import Style

INKS = [Color.from_rgb(level, level, level) for level in range(9)]


@pytest.mark.parametrize(("side", "columns"), [(28, 14), (28, 21), (28, 56), (5, 3), (64, 16)])
def test_another_size_keeps_the_mean_and_what_is_even(side: int, columns: int) -> None:
    picture = np.random.default_rng(0).normal(size=(2, side, side))
    small = resized(picture, columns)
    assert small.shape == (2, columns, columns)
    assert small.mean(axis=(1, 2)) == pytest.approx(picture.mean(axis=(1, 2)))
    assert resized(np.ones((1, side, side)), columns) == pytest.approx(1)


def test_half_the_size_is_the_mean_of_four_pixels() -> None:
    picture = np.arange(16.0).reshape(1, 4, 4)
    assert resized(picture, 2)[0] == pytest.approx(np.array([[2.5, 4.5], [10.5, 12.5]]))


def test_steps_keep_the_sign_and_survive_what_is_no_number() -> None:
    values = np.array([-2.0, -0.1, 0.0, 0.1, 2.0, np.nan, np.inf, -np.inf])
    assert steps(values, 2.0, 4).tolist() == [-4, 0, 0, 0, 4, 0, 4, -4]
    assert not steps(values, 0.0, 4).any()
    assert not steps(values, float("nan"), 4).any()


def test_a_half_block_shows_two_pixels_and_paper_stays_blank() -> None:
    tile = halves(np.array([[0, 1, 0, 2, 3], [0, 0, 1, 2, -1], [4, 0, 0, 0, 0]]), INKS)
    assert [row.text for row in tile] == [" ▀▄█▀", "▀    "]
    last = list(tile[0])[-1].style
    assert last is not None
    assert last.color == INKS[3]
    assert last.bgcolor == INKS[-1]


def test_signs_can_be_read_without_colours() -> None:
    tile = signs(np.array([[0, 1, 2, 3, -1, -2], [0, 0, 0, -1, -3, 0]]), Style(), Style())
    assert [row.text for row in tile] == [" +*#=~"]


def test_dots_are_the_inked_pixels() -> None:
    image = np.zeros((4, 4), np.uint8)
    image[0, 0] = image[3, 3] = 255
    assert [row.text for row in dots(image, 2, Style())] == [chr(0x2801) + chr(0x2880)]


@pytest.mark.parametrize("side", [5, 8, 16, 28, 64])
@pytest.mark.parametrize("size", [(60, 16), (80, 20), (200, 56)])
@pytest.mark.parametrize("count", [1, 10, 800])
def test_a_page_fits_and_shows_all_if_it_can(side: int, size: tuple[int, int], count: int) -> None:
    width, height = size
    here = page(width, height, side, count, caption=12)
    assert here.across * here.wide <= width
    assert here.down * (here.rows + 1) <= height
    assert here.columns in sizes(side)
    if here.columns > sizes(side)[-1]:
        assert here.count >= count


@pytest.mark.parametrize("classes", [2, 10, 26, 62])
@pytest.mark.parametrize("size", [(60, 17), (80, 21), (120, 37), (200, 57)])
def test_a_grid_fits_and_holds_the_chosen_cell(classes: int, size: tuple[int, int]) -> None:
    width, height = size
    for chosen in ((0, 0), (classes - 1, classes - 1), (classes // 2, 0)):
        here = grid(width, height, classes, 1135, chosen, below=9)
        assert here.rows <= height
        assert here.wide * len(here.answers) <= width
        assert chosen[0] in here.labels
        assert chosen[1] in here.answers
        row = 1 + here.labels.index(chosen[0]) * here.high
        column = here.left + 4 + here.answers.index(chosen[1]) * here.wide
        assert here.cell(column, row) == chosen
        assert here.cell(here.left, row) is None


def test_shades_grow_with_the_share() -> None:
    assert [level(share) for share in (0, 0.009, 0.01, 0.05, 0.1, 0.9)] == [0, 0, 1, 2, 3, 4]
    assert level(float("nan")) == 0
