"""The chart of several runs, and what is written beside their curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.history import COLUMNS, History
from mnist_tui.tui.config.fields import format_value
from mnist_tui.tui.render.chart import RunCurve, draw_runs, note_rows, readings
from mnist_tui.tui.render.chart_view import ChartView
from mnist_tui.tui.render.plot import Plot
from rich.style import Style


def a_line(number: int, updates: int, *, leaps: bool = True) -> RunCurve:
    rows = np.full((updates + 1, len(COLUMNS)), 0.5)
    rows[:, 0] = np.arange(updates + 1)
    return RunCurve(
        number, f"run {number}", History(rows), ((0, Hyperparameters()),), 1500, leaps=leaps,
        role="moving",
    )  # fmt: skip


@pytest.mark.parametrize("smooth", [True, False, None])
@pytest.mark.parametrize("loss", [True, False])
def test_a_run_that_ended_before_the_stretch_looked_at_is_drawn_as_nothing(
    *, smooth: bool | None, loss: bool
) -> None:
    view = ChartView(loss=loss, smooth=smooth, span=20.0, end=400.0)
    lines = [a_line(1, 3), a_line(2, 0), a_line(3, 400)]
    plot = draw_runs(lines, view, None, (50, 10), lambda _: Style())
    assert plot is not None
    alone = draw_runs(lines[:1], view, None, (50, 10), lambda _: Style())
    assert alone is not None


def ink(_: str) -> Style:
    return Style()


def plain(plot: Plot | None) -> list[str]:
    assert plot is not None
    return [line.plain for line in plot.lines]


def changed(*changes: tuple[int, float]) -> RunCurve:
    """A run of 400 updates whose alpha was changed on the way."""
    log = ((0, Hyperparameters(alpha=0.1)),)
    log += tuple((since, Hyperparameters(alpha=alpha)) for since, alpha in changes)
    return replace(a_line(1, 400, leaps=False), hyperparameter_log=log, iterations=400)


ALPHAS = st.lists(st.sampled_from([0.1, 0.125, 0.2, 1e-05, 12.5]), min_size=1, max_size=9)


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=9, unique=True).map(sorted),
    ALPHAS,
    st.integers(20, 120),
)
def test_marks_of_changes_are_whole_and_apart_whatever_changes_when(
    times: list[int], alphas: list[float], width: int
) -> None:
    line = changed(*zip(times, alphas, strict=False))
    plot = draw_runs([line], ChartView(), None, (width, 10), ink)
    axis = plain(plot)[-2]
    assert plot is not None
    assert len(axis) == width
    columns = {plot.column(since) for since, _ in line.hyperparameter_log if since > 0}
    assert {at - plot.left for at, sign in enumerate(axis) if sign == "▲"} == columns
    values = {format_value(alpha) for alpha in (0.1, *alphas)}
    for words in axis[plot.left :].replace("▲", "─").replace("┬", "─").split("─"):
        if words.strip():
            before, after = words.strip().removeprefix("α ").split("→")
            assert {before, after} <= values, axis


def test_the_newest_change_has_its_words_on_the_side_where_there_is_room() -> None:
    def axis(*changes: tuple[int, float]) -> str:
        return plain(draw_runs([changed(*changes)], ChartView(), None, (60, 10), ink))[-2]

    assert "▲ α 0.1→0.2─" in axis((100, 0.2))
    assert "─α 0.1→0.2 ▲" in axis((398, 0.2))
    both = axis((100, 0.2), (110, 0.5))
    assert "▲▲ α 0.2→0.5" in both or "▲─▲ α 0.2→0.5" in both
    assert "▲ α 0.1→0.5" in axis((103, 0.2), (104, 0.5)), "two changes in one column"
    assert "α" not in axis((100, 0.1)), "something else was changed"


@given(st.integers(1, 12), st.integers(1, 120), st.integers(0, 40), st.integers(0, 500))
def test_readings_fit_their_place_and_leave_room_for_the_drawing(
    count: int, width: int, height: int, at: int
) -> None:
    lines = [a_line(number + 1, 400) for number in range(count)]
    rows = readings(lines, ChartView(), at, (width, height), ink)
    assert len(rows) <= max(0, height - 6)
    assert len(rows) <= count + 1
    text = [row.plain for row in rows]
    if width >= 50 and rows:
        assert all(len(row) <= width for row in text)
        assert text[0].startswith(f" at {at} ")
        current = text[0] if count == 1 else "".join(text[1:][-1:])
        if count == 1 or len(rows) > 1:
            assert ("50.00%" if at <= 400 else "ends at 400") in current
        if count > 1 and len(rows) < count + 1:
            assert f"{count - max(1, height - 7)} more" in text[0] or len(rows) == 1


def test_a_test_that_was_made_earlier_is_read_with_its_iteration() -> None:
    rows = np.full((401, len(COLUMNS)), 0.25)
    rows[:, 0] = np.arange(401)
    rows[301:, 5:] = np.nan
    line = replace(a_line(1, 400), history=History(rows))
    at = {
        wide: readings([line], ChartView(), 350, (wide, 20), ink)[0].plain for wide in (80, 45, 32)
    }
    assert at[80] == " at 350  train 25.00% (one batch)  test 25.00% (at 300)"
    assert at[45] == " at 350  train 25.00%  test 25.00% (at 300)"
    assert at[32] == " at 350  train 25.00% (batch)"
    assert readings([line], ChartView(), 300, (80, 20), ink)[0].plain.endswith("test 25.00%")
    full = replace(line, leaps=False)
    assert readings([full], ChartView(), 350, (80, 20), ink)[0].plain == at[45]


@given(st.text("ab ", max_size=300), st.integers(1, 120), st.integers(0, 30))
def test_a_notice_has_rows_of_its_own(words: str, width: int, height: int) -> None:
    rows = note_rows(words, (width, height), Style())
    assert len(rows) <= max(0, height - 6)
    assert all(len(row.plain) <= max(width, 3) for row in rows)


@given(st.integers(2, 9), st.integers(20, 90), st.integers(8, 30))
def test_each_run_has_its_number_beside_its_end_and_no_number_is_on_another(
    count: int, width: int, height: int
) -> None:
    lines = [a_line(number + 1, 400) for number in range(count)]
    plot = draw_runs(lines, replace(ChartView(), span=100.0), None, (width, height), ink)
    if plot is None:
        return
    inside = [line[plot.left :] for line in plain(plot)[: plot.rows]]
    numbers = [sign for line in inside for sign in line if sign.isdigit()]
    assert sorted(numbers) == [str(n + 1) for n in range(count)][: len(numbers)]
    assert len(numbers) == min(count, plot.rows)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=9), st.integers(14, 30))
def test_numbers_at_the_ends_stand_one_above_another_as_the_curves_do(
    accuracies: list[float], height: int
) -> None:
    lines = [_at(number + 1, accuracy) for number, accuracy in enumerate(accuracies)]
    plot = draw_runs(lines, ChartView(), None, (60, height), ink)
    assert plot is not None
    rows = {
        int(sign): row
        for row, line in enumerate(plain(plot)[: plot.rows])
        for sign in line[plot.left :]
        if sign.isdigit()
    }
    written = sorted(rows, key=lambda number: rows[number])
    assert len(written) == min(len(lines), plot.rows)
    best_first = [accuracies[number - 1] for number in written]
    assert best_first == sorted(best_first, reverse=True)


def _at(number: int, accuracy: float) -> RunCurve:
    rows = np.full((401, len(COLUMNS)), accuracy)
    rows[:, 0] = np.arange(401)
    return replace(a_line(number, 400, leaps=False), history=History(rows))
