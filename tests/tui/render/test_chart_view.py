"""Zoom, pan and windows: what a person wants to see is shown, and nothing beyond the run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.render.chart_view import MIN_SPAN, ChartView

DONE = st.integers(1, 10**6)
FACTOR = st.sampled_from([0.5, 0.8, 1.25, 2.0])


def test_all_is_shown_at_first_on_an_axis_that_does_not_creep() -> None:
    assert [ChartView().x_axis(done, 1500).high for done in (0, 9, 60, 700, 1500)] == [
        10, 10, 100, 1000, 1500,
    ]  # fmt: skip
    assert ChartView().x_axis(300, 1500).low == 0
    assert ChartView(log_x=True).x_axis(300, 1500).low == 1
    assert ChartView(log_x=True).x_axis(0, 1).high == 2


@given(DONE, st.lists(FACTOR, max_size=30), st.none() | st.floats(0, 1))
def test_whatever_is_zoomed_the_window_lies_within_the_run(
    done: int, factors: list[float], where: float | None
) -> None:
    view = ChartView()
    for factor in factors:
        x = view.x_axis(done, 2 * done)
        around = None if where is None else x.low + where * (x.high - x.low)
        view = view.zoomed(factor, x, done, around)
        after = view.x_axis(done, 2 * done)
        assert 0 <= after.low < after.high
        assert after.low <= done
        assert after.high - after.low >= min(MIN_SPAN, done)
        if view.span is not None and around is not None and view.end is not None and x.low > 0:
            assert after.low - 1e-6 * done <= around <= after.high + 1e-6 * done


def test_zooming_in_halves_what_is_seen_and_keeps_the_place_under_the_line() -> None:
    x = ChartView().x_axis(1000, 1000)
    view = ChartView().zoomed(0.5, x, 1000, 400.0)
    after = view.x_axis(1000, 1000)
    assert after.high - after.low == 500
    assert (400 - after.low) / 500 == pytest.approx(0.4)
    assert view.zoomed(2.0, after, 1000, 400.0) == ChartView()


def test_without_a_line_the_newest_is_zoomed_in_on_and_followed() -> None:
    view = ChartView().zoomed(0.5, ChartView().x_axis(1000, 5000), 1000, None)
    view = view.zoomed(0.5, view.x_axis(1000, 5000), 1000, None)
    assert view.end is None
    for done in (1000, 1010, 2345):
        x = view.x_axis(done, 5000)
        assert x.low < done <= x.high
    span = view.span
    assert span is not None
    moves = {view.x_axis(done, 5000).high for done in range(1000, 1000 + int(span))}
    assert len(moves) <= 6, "the window stands still between its quarters"


def test_panning_goes_back_and_on_and_follows_again_at_the_newest() -> None:
    view = replace(ChartView(), span=100.0)
    x = view.x_axis(1000, 1000)
    back = view.panned(-25, x, 1000)
    assert back.x_axis(1000, 1000).high == x.high - 25
    assert back.x_axis(2000, 2000) == back.x_axis(1000, 1000), "it does not follow"
    assert back.panned(50, back.x_axis(1000, 1000), 1000).end is None
    far = view.panned(-1e9, x, 1000).x_axis(1000, 1000)
    assert (far.low, far.high) == (0, 100)
    assert ChartView().panned(-25, ChartView().x_axis(1000, 1000), 1000) == ChartView(), (
        "all is shown"
    )


def test_the_latest_and_all() -> None:
    latest = ChartView().latest_or_all(1000)
    x = latest.x_axis(1000, 1500)
    assert x.low >= 700
    assert x.high >= 1000
    assert latest.latest_or_all(1000) == ChartView()
    assert ChartView().latest_or_all(5) == ChartView(), "nothing to leave out yet"
