"""Draws charts of any floats at any size; a process of its own, since plotext can abort it."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mnist_tui.tui.render.axes import Axis, nice_end
from mnist_tui.tui.render.plot import Curve, draw, frame
from rich.style import Style

NASTY = [
    float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 5e-324, -0.0, 1e30, 1.0000001, -1e-9,
]  # fmt: skip
NUMBERS = st.floats(0, 1) | st.sampled_from(NASTY) | st.floats()
LINEAR = ("linear", "linear")
STYLE, QUIET = Style(color="#4cc9c0"), Style(color="#8fa3b5")


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    points=st.lists(st.tuples(NUMBERS | st.integers(0, 2000).map(float), NUMBERS), max_size=60),
    size=st.tuples(st.integers(-2, 220), st.integers(-2, 60)),
    last=st.integers(1, 10**9),
    reached=st.integers(0, 10**9),
    dots=st.booleans(),
    low=st.sampled_from([(0.0, 1.0), (0.0, 1e-3), (-5.0, 5.0), (0.9, 0.91), (1e-7, 20.0)]),
    scales=st.tuples(
        st.sampled_from(["linear", "log"]), st.sampled_from(["linear", "log", "error"])
    ),
    written=st.tuples(st.integers(0, 60), st.integers(0, 250)),
)
@example([(0.0, value) for value in NASTY], (80, 24), 1500, 9, False, (0.0, 1.0), LINEAR, (0, 0))
@example([(value, 0.5) for value in NASTY], (80, 24), 1500, 9, False, (0.0, 1.0), LINEAR, (0, 0))
@example([(0.0, 1e308)], (16, 4), 1, 0, False, (0.0, 1e-3), LINEAR, (0, 0))
@example(
    [(float(i), 1e308 * (-1) ** i) for i in range(50)],
    (52, 8),
    1500,
    49,
    False,
    (0.0, 1.0),
    LINEAR,
    (0, 0),
)
def any_chart(  # noqa: PLR0917  (as many as a chart has)
    points: list[tuple[float, float]],
    size: tuple[int, int],
    last: int,
    reached: int,
    dots: bool,
    low: tuple[float, float],
    scales: tuple[str, str],
    written: tuple[int, int],
) -> None:
    """Whatever is drawn, it fits its place."""
    x, y = (np.array([point[i] for point in points], np.float64) for i in range(2))
    start = 1.0 if scales[0] == "log" else 0.0
    end = max(start + 1, nice_end(min(reached, last), last))
    kind = "linear" if scales[1] == "error" and low[1] > 1 else scales[1]
    axes = Axis(start, end, scales[0]), Axis(*low, kind, percent=low[1] == 1)
    width, height = size
    plot = frame(*axes, width, height, QUIET)
    if plot:
        draw(plot, [Curve(np.sort(x), y, STYLE, dots), Curve(x[:1], y[:1], QUIET)])
    if plot and written[0] < plot.rows and written[1] < plot.columns:
        plot.write(*written, "▲ α 0.15→0.5", STYLE)
        plot.write(*written, "┊", STYLE, over=False)
        assert 0 <= plot.row(low[1]) <= plot.row(low[0]) < plot.rows
        assert plot.column(end) == plot.columns - 1
        assert abs(plot.x_at(plot.columns - 1) / end - 1) < 1e-9
    lines = plot.lines if plot else []
    assert len(lines) <= max(0, height)
    assert all(line.cell_len <= width for line in lines)
    assert bool(lines) == (width >= 16 and height >= 4)
    assert not any(set(line.plain) & {"\x1b", "\n", "\r"} for line in lines)


if __name__ == "__main__":
    any_chart()
