"""The ten digits as a person draws them, as points to draw straight strokes between, on 28 × 28."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

Point = tuple[int, int]  # x, y

DIGITS: dict[int, list[list[Point]]] = {
    0: [[(14, 5), (9, 8), (7, 14), (9, 20), (14, 23), (19, 20), (21, 14), (19, 8), (14, 5)]],
    1: [[(15, 5), (14, 14), (13, 23)]],
    2: [[(8, 9), (11, 5), (16, 5), (19, 9), (17, 13), (8, 22), (14, 22), (21, 22)]],
    3: [[(8, 6), (13, 5), (18, 7), (18, 11), (12, 13), (18, 15), (19, 19), (15, 23), (8, 22)]],
    4: [[(9, 5), (8, 14), (19, 14)], [(18, 6), (17, 14), (17, 23)]],
    5: [[(19, 5), (10, 5), (9, 13), (15, 12), (19, 16), (17, 21), (13, 23), (8, 21)]],
    6: [[(15, 5), (10, 11), (8, 17), (10, 22), (15, 23), (18, 19), (16, 15), (10, 16)]],
    7: [[(7, 6), (20, 6), (16, 14), (12, 23)]],
    8: [
        [(18, 8), (14, 5), (10, 7), (11, 11), (16, 15), (18, 19), (14, 23), (10, 20), (12, 15)],
        [(12, 15), (17, 11), (18, 8)],
    ],
    9: [[(18, 9), (14, 6), (10, 8), (10, 12), (14, 14), (18, 11), (18, 9), (17, 16), (15, 23)]],
}
ARROWS = {
    (-1, 0): b"\x1b[D",
    (1, 0): b"\x1b[C",
    (0, -1): b"\x1b[A",
    (0, 1): b"\x1b[B",
    (-1, -1): b"\x1b[H",
    (1, -1): b"\x1b[5~",
    (-1, 1): b"\x1b[F",
    (1, 1): b"\x1b[6~",
}
ENTER = b"\r"
NO_KEY = b"y"  # does nothing in the drawing room


def steps(start: Point, end: Point) -> Iterator[Point]:
    """Single steps, each way, from one point to another, as near to straight as keys allow."""
    x, y = start
    while (x, y) != end:
        across, down = end[0] - x, end[1] - y
        dx, dy = (across > 0) - (across < 0), (down > 0) - (down < 0)
        if abs(across) > 2 * abs(down):
            dy = 0
        elif abs(down) > 2 * abs(across):
            dx = 0
        x, y = x + dx, y + dy
        yield dx, dy


def keys_for(digit: int, pen: Point) -> tuple[bytes, Point]:
    """What to press, as a terminal sends it, with the pen up at a place; and where it is then."""
    keys: list[bytes] = []
    for stroke in DIGITS[digit]:
        keys += [*(ARROWS[step] for step in steps(pen, stroke[0])), ENTER]
        for start, end in pairwise(stroke):
            keys += [ARROWS[step] for step in steps(start, end)]
        keys.append(ENTER)
        pen = stroke[-1]
    # The same key again at once counts as a held one, whose late repeats a slow machine drops.
    apart = [NO_KEY + key if key == before else key for before, key in pairwise([b"", *keys])]
    return b"".join(apart), pen
