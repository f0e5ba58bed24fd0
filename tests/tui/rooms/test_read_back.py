"""Strips and small pictures, read back: each cell shows the iterations or pixels it stands for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mnist_tui.net.inspection.prediction_history import PredictionHistory
from mnist_tui.tui.render.tiles import dots, halves, resized, steps
from mnist_tui.tui.rooms.digit_history.heatmap import BLOCKS, Span, answers, heat
from mnist_tui.tui.rooms.maths.scenes.input_and_loss import MIN_NUMBERS, frame
from rich.color import Color
from rich.style import Style

INKS = [Color.from_rgb(level, 0, 0) for level in range(8)]


def ink(role: str) -> Style:
    return Style(color="red" if role == "warning" else "blue")


@given(
    start=st.integers(0, 50),
    length=st.integers(1, 3000),
    done=st.floats(0, 1),
    width=st.integers(1, 180),
    seed=st.integers(0, 99),
)
@example(start=0, length=100, done=0.5, width=10, seed=0)
@example(start=0, length=10, done=0.3, width=100, seed=1)
def test_each_cell_of_a_strip_stands_for_its_iterations(
    start: int, length: int, done: float, width: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    last = start + int(done * length)
    kept = np.unique([start, last, *generator.integers(start, last + 1, 12)])
    shares = generator.dirichlet(np.full(4, 0.3), len(kept))
    trace = PredictionHistory(1, kept, shares)
    span = Span(start, start + length, last, width)
    drawn = [heat(trace, span, k, ink, blocks=True).plain for k in range(4)]
    named = answers(trace, span, ink).plain
    for column in range(width):
        # Each column stands for what comes after its edge, up to the next; the first for both.
        begin = start + Fraction(column * length, width)
        end = start + Fraction((column + 1) * length, width)
        if begin >= last and column:
            assert {row[column] for row in (*drawn, named)} == {" "}
            continue
        newest = max(i for i, iteration in enumerate(kept.tolist()) if iteration <= end)
        for k in range(4):
            assert drawn[k][column] == BLOCKS[round(float(shares[newest, k]) * 4)]
        assert named[column] == str(shares[newest].argmax())
    for iteration in range(start, start + length + 1, max(1, length // 40)):
        column = span.column(iteration)
        assert start + Fraction((column + 1) * length, width) >= iteration
        assert start + Fraction(column * length, width) < iteration or column == 0


def area_means(image: np.ndarray, columns: int) -> np.ndarray:
    """Means of the areas that pixels of another size cover, on a grid that both divide."""
    side = len(image)
    fine = image.astype(float).repeat(columns, axis=0).repeat(columns, axis=1)
    return fine.reshape(columns, side, columns, side).mean(axis=(1, 3))


@settings(max_examples=60)
@given(side=st.integers(2, 40), columns=st.integers(2, 60), seed=st.integers(0, 99))
def test_each_half_block_of_a_tile_is_the_pixels_it_covers(
    side: int, columns: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)
    tile = halves(steps(resized(image[None], columns)[0], 255, 7), INKS)
    seen = np.zeros((2 * len(tile), columns), int)
    for y, strip in enumerate(tile):
        x = 0
        for text, style, _ in strip:
            ground = INKS.index(style.bgcolor) if style and style.bgcolor else 0
            level = INKS.index(style.color) if style and style.color else 0
            for character in text:
                both = {" ": (0, 0), "█": (level, level), "▀": (level, ground)}
                seen[2 * y : 2 * y + 2, x] = both.get(character, (ground, level))
                x += 1
        assert x == columns
    exact = area_means(image, columns) / 255 * 7
    assert np.abs(seen[:columns] - exact).max() <= 0.5 + 1e-9
    assert not seen[columns:].any(), "below an odd number of rows is paper"


@settings(max_examples=60)
@given(side=st.integers(2, 40), columns=st.integers(1, 30), seed=st.integers(0, 99))
def test_each_dot_of_a_tile_is_the_pixels_it_covers(side: int, columns: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)
    inked = area_means(image, 2 * columns)
    for y, strip in enumerate(dots(image, columns, Style())):
        for x, character in enumerate(strip.text):
            bits = ord(character) - 0x2800
            for i, (across, down) in enumerate(
                [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
            ):
                row, column = 4 * y + down, 2 * x + across
                is_there = row < 2 * columns and inked[row, column] > 127
                if row >= 2 * columns or abs(inked[row, column] - 127) > 1e-6:
                    assert bool(bits >> i & 1) == is_there


@given(
    side=st.integers(2, 64), width=st.integers(1, 240), height=st.integers(1, 70),
    seed=st.integers(0, 99), row=st.floats(0, 0.999),
)  # fmt: skip
def test_the_maths_digit_is_as_large_as_fits_and_holds_its_ink_and_the_pixel(
    side: int, width: int, height: int, seed: int, row: float
) -> None:
    generator = np.random.default_rng(seed)
    image = np.zeros((side, side), np.uint8)
    top, bottom = sorted(generator.integers(0, side, 2).tolist())
    image[top : bottom + 1, side // 2] = 255
    chosen = int(row * side)
    shown = frame(image, chosen, width, height)
    assert shown.rows * (shown.zoom or 0.5) <= height
    assert 0 <= shown.start <= side - shown.rows
    if shown.zoom:
        assert shown.wide * side + MIN_NUMBERS <= width
        assert chosen in range(shown.start, shown.start + shown.rows)
        bigger = shown.zoom + 1
        fits = 2 * bigger * side + MIN_NUMBERS <= width and bigger * (bottom - top + 1) <= height
        assert not fits
