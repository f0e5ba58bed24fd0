"""Whatever draws without a screen takes any width and height, and stays within them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.inspection.prediction_history import PredictionHistory
from mnist_tui.net.inspection.single_step import trace_step
from mnist_tui.tui.render.axes import Axis
from mnist_tui.tui.render.glyphs import ascii_rows, bar, block_rows
from mnist_tui.tui.render.plot import Curve, draw, frame
from mnist_tui.tui.render.resample import enlarged, fitted
from mnist_tui.tui.render.tiles import (
    TILE_GAP,
    characters,
    dots,
    halves,
    page,
    resized,
    signs,
    sizes,
    steps,
)
from mnist_tui.tui.rooms.confusion.grid import FRAME, grid
from mnist_tui.tui.rooms.digit_history.heatmap import Span, answers, heat, rows_of, ruler
from mnist_tui.tui.rooms.draw.frame import EDGE, bottom, columns_for, pixel_row, scaled, top
from mnist_tui.tui.rooms.draw.legend import KEY_HINTS, flowed
from mnist_tui.tui.rooms.draw.room import widths
from mnist_tui.tui.rooms.layout import side_by_side, visible_range, words
from mnist_tui.tui.rooms.maths.page import explanation, strip
from mnist_tui.tui.rooms.maths.scenes.layer import scene
from mnist_tui.tui.rooms.maths.scenes.signed_picture import signed_rows
from mnist_tui.tui.rooms.maths.walk.path import leading
from mnist_tui.tui.rooms.maths.walk.stages import stages
from mnist_tui.tui.rooms.maths.walk.state import MathsState
from mnist_tui.tui.rooms.saliency.overlay import cells, following
from mnist_tui.tui.screens.minimum_size import MIN_SIZE, notice
from mnist_tui.tui.widgets.footer import KeyHint
from mnist_tui.tui.widgets.footer import hints_that_fit as keys_that_fit
from mnist_tui.tui.widgets.probabilities import arranged
from rich.color import Color
from rich.style import Style
from rich.text import Text

from tests.helpers.networks import digit, drawn

WIDTHS, HEIGHTS = st.integers(0, 210), st.integers(0, 70)
SIDES = st.sampled_from((4, 9, 28, 64, 128))
CLASSES = st.integers(2, 62)
SHADES = [Color.from_rgb(20 * i, 20 * i, 20 * i) for i in range(12)]
NETWORKS = [drawn(sizes) for sizes in ((784, 10, 10), (784, 800, 10), (16, 1, 2), (784, 7, 9, 62))]
LOOKED = [
    MathsState(lens, 0, 1, stage, leading(lens), inner=inner, picture=picture)
    for parameters in NETWORKS
    for lens in [trace_step(parameters, digit(parameters), 1, 0.1)]
    for stage in stages(lens.sizes)
    for inner in (False, stage.sources)
    for picture in (False, True)
]


def plain(_role: str) -> Style:
    return Style()


def picture(side: int) -> np.ndarray:
    return np.random.default_rng(side).integers(0, 256, (side, side), np.uint8)


@pytest.mark.slow
@given(SIDES, WIDTHS, HEIGHTS)
def test_pictures_of_characters(side: int, width: int, height: int) -> None:
    image = picture(side)
    for rows in (height, height // 2):
        assert len(ascii_rows(image, rows)) <= rows
        assert len(block_rows(image, rows, SHADES)) <= rows
        assert len(signed_rows(image - 128.0, rows, plain)) <= rows
    smaller, rows = fitted(image, height, width)
    lines = ascii_rows(smaller, rows)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    assert len(block_rows(smaller, rows, SHADES)) == len(lines)
    if width > 1 and height > 0:
        larger, rows = enlarged(image, height, width)
        assert len(larger) == 2 * rows <= width
        assert rows <= height
        assert len(larger) >= min(width, 2 * height) * 0.9 - 2  # it fills the room
        assert len(ascii_rows(larger, rows)) == len(block_rows(larger, rows, SHADES)) == rows


@given(st.floats(), WIDTHS)
def test_bars(share: float, width: int) -> None:
    assert len(bar(share, width)) <= width


@given(SIDES | st.just(0), WIDTHS, HEIGHTS, st.integers(0, 900), st.integers(0, 30))
def test_pages_of_tiles(side: int, width: int, height: int, count: int, caption: int) -> None:
    here = page(width, height, side, count, caption)
    assert here.count >= 1
    assert here.wide >= 1
    assert here.high >= 1
    if width >= caption + TILE_GAP and height >= 1:
        assert here.across * here.wide <= width
        assert here.down * here.high <= height
        assert here.rows + 1 <= height


@given(SIDES, st.integers(1, 60))
def test_tiles(side: int, columns: int) -> None:
    image, ink = picture(side), Style()
    levels = steps(resized(image[None], columns)[0], 255, 3)
    tiles = [halves(levels, SHADES), signs(levels, ink, ink), dots(image, columns, ink)]
    for tile in (*tiles, characters(image, columns, ink)):
        assert len(tile) == -(-columns // 2)
        assert all(row.cell_length == columns for row in tile)
    assert all(1 <= columns <= 60 for columns in sizes(side))


@given(CLASSES, WIDTHS, HEIGHTS, st.integers(1, 10_000), st.data())
def test_confusion_grids(
    classes: int, width: int, height: int, most: int, data: st.DataObject
) -> None:
    cell = data.draw(st.integers(0, classes - 1)), data.draw(st.integers(0, classes - 1))
    here = grid(width, height, classes, most, cell, 9)
    assert cell[0] in here.labels
    assert cell[1] in here.answers
    assert here.rows <= max(height, 1 + FRAME)
    assert here.cell(width, height) is None or width > 0


@given(SIDES, WIDTHS, HEIGHTS, st.data())
def test_overlays(side: int, width: int, height: int, data: st.DataObject) -> None:
    shown = cells(side, width, height)
    assert shown.wide * shown.columns <= width
    assert shown.high * shown.rows <= height
    cursor = data.draw(st.integers(0, side - 1))
    start = following(data.draw(st.none() | st.integers(0, side)), cursor, shown.rows, side)
    assert 0 <= start <= side - shown.rows
    assert not shown.rows or cursor in range(start, start + shown.rows)


@given(CLASSES, st.integers(1, 40), st.integers(0, 50_000), WIDTHS, HEIGHTS)
def test_strips(classes: int, moments: int, done: int, width: int, room: int) -> None:
    found = np.random.default_rng(0).dirichlet(np.ones(classes), moments)
    trace = PredictionHistory(0, np.linspace(0, done, moments).astype(int), found)
    span = Span(0, max(1, done), done, width)
    for blocks in (False, True):
        assert heat(trace, span, 1, plain, blocks=blocks).cell_len == width
    assert answers(trace, span, plain).cell_len == width
    for mark in (None, 0, done):
        assert [line.cell_len for line in ruler(span, mark, plain)] == [width, width]
    assert 1 <= len(rows_of(trace, room)) <= max(1, room)
    assert 0 <= span.iteration(span.column(done)) <= 2 * max(1, done)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30),
    WIDTHS,
    HEIGHTS,
    st.floats(1, 1e6),
    st.sampled_from((1.0, 1.5, 3e-4)),
)
def test_curves(ys: list[float], width: int, height: int, end: float, top: float) -> None:
    curve = Curve(np.linspace(0, end, len(ys)), np.array(ys, float), Style())
    plot = frame(Axis(0, end), Axis(0, top), width, height, Style())
    if plot is not None:
        draw(plot, [curve])
        assert len(plot.lines) <= height
        assert all(line.cell_len <= width for line in plot.lines)
        assert plot.columns > 0
        assert plot.rows > 0


@given(st.lists(st.tuples(WIDTHS, st.integers(0, 9)), max_size=3), WIDTHS, HEIGHTS)
def test_blocks(parts: list[tuple[int, int]], width: int, room: int) -> None:
    blocks = [(columns, [Text("five words in a row")] * rows) for columns, rows in parts]
    lines = side_by_side(*blocks, gap=2)
    assert len(lines) == max((rows for _, rows in parts), default=0)
    wide = sum(columns for columns, _ in parts) + 2 * max(0, len(parts) - 1)
    assert all(line.cell_len == wide for line in lines)
    assert all(
        line.cell_len <= max(8, width) for line in words("a text of many words", width, Style())
    )
    assert len(visible_range(9, 8, room)) <= max(0, room)


@given(st.sampled_from(LOOKED), WIDTHS, HEIGHTS)
def test_stages_of_the_maths_room(state: MathsState, width: int, height: int) -> None:
    assert explanation(state, plain, width, height)
    assert scene(state, plain, width, height) or not height
    walk = stages(state.lens.sizes)
    line = strip(state.stage, walk, plain, width)
    assert state.stage.symbol in line.plain
    assert line.cell_len <= max(width, len(state.stage.symbol) + 7)


@pytest.mark.slow
@given(SIDES, WIDTHS, HEIGHTS)
def test_frames(side: int, width: int, height: int) -> None:
    for columns in (*widths(width, height, side), columns_for(side, width)):
        assert 0 <= columns <= width
        if columns:
            pixels = scaled(picture(side), columns)
            lines = [
                pixel_row(pixels[y : y + 2], SHADES, blocks=blocks)
                for y in range(0, len(pixels), 2)
                for blocks in (False, True)
            ]
            assert all(line.cell_len == columns for line in lines)
            for line in (top(columns, "a title", Style(), Style()), bottom(columns, Style(), {})):
                assert line.cell_len == columns + EDGE


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=12), WIDTHS)
def test_key_lines(keys: list[tuple[int, bool]], width: int) -> None:
    explanation = [KeyHint((("x", "x"),), "w" * letters, needed) for letters, needed in keys]
    assert sum(each.width for each in keys_that_fit(explanation, width)) <= width + 1


@given(CLASSES, st.integers(-3, 70), st.integers(1, 6), st.data())
def test_predictions(classes: int, rows: int, columns: int, data: st.DataObject) -> None:
    label = data.draw(st.integers(0, classes - 1))
    shown, others = arranged([1 / classes] * classes, label, rows, columns)
    assert label in shown
    assert sorted(shown + others) == list(range(classes))
    assert len(shown) + bool(others) <= max(2, rows * columns)


@given(WIDTHS)
def test_hints_of_the_canvas(width: int) -> None:
    lines = flowed(KEY_HINTS, width)
    assert all(len(line) <= max(width, *map(len, KEY_HINTS)) for line in lines)


@given(st.integers(0, 40), st.integers(0, 12))
def test_the_notice_of_a_terminal_that_is_too_small(width: int, height: int) -> None:
    lines = notice((width, height), MIN_SIZE)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    assert bool(lines) == bool(width and height)
    said = "".join(lines).replace(" ", "")
    needed = f"{MIN_SIZE.width}×{MIN_SIZE.height}"
    if width * height >= 16 and width >= 6:
        assert needed in said
        assert "q" in said
    assert said[: len(needed)] == needed[: len(said)] or needed in said
