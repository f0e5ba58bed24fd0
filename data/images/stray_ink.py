"""Stray ink in a picture: ruled lines, and specks far from the digit.

A speck of four pixels in a corner would shrink the digit to a third, since what is scaled is the
box around all ink. But a 5 may have its bar apart, an i its dot, and a faint scan is in pieces:
a piece is left out only if it has next to no ink and lies where it would enlarge that box.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..source_content import Bytes

GRID = 192  # cells a side that pieces are found on; nearer pieces than a cell are one
OF_ITS_OWN = 0.08  # of the largest piece's ink: a stroke, wherever it lies
DOT = 0.02  # of that: a dot, if it lies near
NEAR = 0.3  # of the longer side of the box around what is kept
MIN_RULED_SIDE = 64  # pixels a side of a picture that may have ruled lines
THIN = 0.025  # of the side: as thick as a ruled line may be
CROSSING = 0.9  # of a row have to be inked: a ruled line goes from edge to edge
AS_DARK = 1.3  # times as dark as the line itself: the line, and no ink on it


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A picture's ink without stray ink, and the amount removed."""

    ink: Bytes  # h × w, without what was removed
    specks: int  # removed pieces
    rulings: int  # removed lines


@dataclass(frozen=True, slots=True)
class _Piece:
    ink: float
    left: int
    right: int
    top: int
    bottom: int
    cells: tuple[tuple[int, int], ...]


def cleaned(ink: Bytes) -> Cleaned:
    """Separate the digit from stray ink in a picture, h × w on paper 0."""
    found, rulings = _without_rulings(ink)
    found, specks = _without_specks(found)
    return Cleaned(found, specks, rulings)


def _without_rulings(ink: Bytes) -> tuple[Bytes, int]:
    """Without thin straight lines from edge to edge, level or upright, and how many there were."""
    kept, count = ink.copy(), 0
    for lines in (kept, kept.T):  # views of the same memory
        if min(lines.shape) < MIN_RULED_SIDE:
            break
        inked = np.count_nonzero(lines, axis=1) >= CROSSING * lines.shape[1]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]])))
        for start, end in edges.reshape(-1, 2).tolist():
            if end - start > max(2, THIN * len(lines)):
                continue  # thicker: a stroke, on a picture that is cut off close to it
            part = lines[start:end]
            part[part <= AS_DARK * np.median(part, axis=1, keepdims=True)] = 0
            count += 1
    return kept, count


def _without_specks(ink: Bytes) -> tuple[Bytes, int]:
    cell = max(1, -(-max(ink.shape) // GRID))
    pieces = sorted(_pieces(_summed(ink, cell)), key=lambda piece: -piece.ink)
    if len(pieces) < 2:
        return ink, 0
    left, right, top, bottom = (
        getattr(pieces[0], name) for name in ("left", "right", "top", "bottom")
    )
    strays: list[_Piece] = []
    for piece in pieces[1:]:
        share = piece.ink / pieces[0].ink
        near = NEAR * max(right - left, bottom - top) if share >= DOT else 0
        within = (
            piece.left >= left - near
            and piece.right <= right + near
            and piece.top >= top - near
            and piece.bottom <= bottom + near
        )
        if share < OF_ITS_OWN and not within:
            strays.append(piece)
            continue
        left, right = min(left, piece.left), max(right, piece.right)
        top, bottom = min(top, piece.top), max(bottom, piece.bottom)
    if not strays:
        return ink, 0
    kept = ink.copy()
    for y, x in (place for piece in strays for place in piece.cells):
        kept[y * cell : (y + 1) * cell, x * cell : (x + 1) * cell] = 0
    return kept, len(strays)


def _summed(ink: Bytes, cell: int) -> NDArray[np.int64]:
    """Sum the ink in each square of `cell` × `cell` pixels."""
    rows = np.add.reduceat(ink, range(0, ink.shape[0], cell), axis=0, dtype=np.int64)
    return np.add.reduceat(rows, range(0, ink.shape[1], cell), axis=1)


def _pieces(ink: NDArray[np.int64]) -> list[_Piece]:
    """Label the connected components, with diagonal neighbors."""
    left_over = {(int(y), int(x)) for y, x in np.argwhere(ink)}
    found: list[_Piece] = []
    while left_over:
        reached = [left_over.pop()]
        waiting = deque(reached)
        while waiting:
            y, x = waiting.popleft()
            for place in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                if place in left_over:
                    left_over.remove(place)
                    reached.append(place)
                    waiting.append(place)
        ys, xs = zip(*reached, strict=True)
        mass = float(sum(int(ink[place]) for place in reached))
        bounds = min(xs), max(xs) + 1, min(ys), max(ys) + 1
        found.append(_Piece(mass, *bounds, tuple(reached)))
    return found
