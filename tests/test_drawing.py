"""A chart of runs that have nothing, or next to nothing, in the stretch looked at."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.history import COLUMNS, History
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.drawing import Line, draw_runs
from mnist_tui.tui.view import View
from rich.style import Style


def a_line(number: int, updates: int, *, leaps: bool = True) -> Line:
    rows = np.full((updates + 1, len(COLUMNS)), 0.5)
    rows[:, 0] = np.arange(updates + 1)
    return Line(
        number, f"run {number}", History(rows), ((0, Hyperparameters()),), 1500, leaps=leaps,
        role="moving",
    )  # fmt: skip


@pytest.mark.parametrize("smooth", [True, False, None])
@pytest.mark.parametrize("loss", [True, False])
def test_a_run_that_ended_before_the_stretch_looked_at_is_drawn_as_nothing(
    *, smooth: bool | None, loss: bool
) -> None:
    view = View(loss=loss, smooth=smooth, span=20.0, end=400.0)
    lines = [a_line(1, 3), a_line(2, 0), a_line(3, 400)]
    plot = draw_runs(lines, view, None, (50, 10), lambda _: Style())
    assert plot is not None
    alone = draw_runs(lines[:1], view, None, (50, 10), lambda _: Style())
    assert alone is not None
