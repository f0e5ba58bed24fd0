"""The chart of saved runs as a picture (SVG): the app's own lines of text, drawn by Rich."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from ...net.run.checkpoint import SavedModel
from ...net.run.history import History
from ..render.chart import RunCurve, draw_runs
from ..render.chart_view import ChartView
from ..render.subcells import mark
from ..text import printable

SIZE = (100, 24)  # columns and rows of the chart
# Dark on light, to be put on a page; hues that differ in lightness, too. Runs have numbers besides.
HUES = ("#0b62a8", "#b8430a", "#2a7a3b", "#8a2f9e", "#7a5c00", "#b0175c")
INK = {
    "quiet": "#6b6b6b",
    "title": "#1c1c1c",
    "test": "#1c1c1c",
    "chosen": "#9a5b00",
    "moving": HUES[0],
}
THEME = TerminalTheme((255, 255, 255), (28, 28, 28), [(28, 28, 28)] * 8)


def ink(role: str) -> Style:
    """Return the style of a role; runs cycle through the hues, test dots have a background."""
    if role == "test":
        return Style(color="#1c1c1c", bgcolor="#d6d6d6", bold=True)
    if role.startswith("hue"):
        return Style(color=HUES[int(role[3:]) % len(HUES)])
    return Style(color=INK[role])


def chart_svg(runs: Sequence[tuple[str, SavedModel]], view: ChartView | None = None) -> str:
    """Named runs on one chart, accuracy unless the view says otherwise; the last one in full.

    The font is named in the file and fetched by the viewer, or replaced by its own.
    """
    lines = [
        RunCurve(
            number=i + 1,
            name=printable(name, 40),
            history=History(saved.state.history),
            hyperparameter_log=saved.state.hyperparameter_log,
            iterations=saved.state.hyperparameters.iterations,
            leaps=saved.state.hyperparameters.batch_size is not None,
            role=f"hue{i}",
        )
        for i, (name, saved) in enumerate(runs)
    ]
    view = view or ChartView()
    plot = draw_runs(lines, view, None, SIZE, ink)
    assert plot is not None, "there is room in SIZE"
    console = Console(
        file=io.StringIO(),
        record=True,
        width=SIZE[0],
        color_system="truecolor",
        legacy_windows=False,
    )
    for line in plot.lines:
        console.print(line, soft_wrap=True)
    what = "loss" if view.loss else "accuracy"
    legend = Text.assemble("   ", (mark(ascii_only=False), ink("test")), f" test {what}")
    for line in lines:
        name = f" {line.number} {line.name}" if len(lines) > 1 else f" {line.name}"
        words = Text(f"{name}  ⠒⠒ train {what}", ink(line.role))
        console.print(words.append_text(legend) if line is lines[-1] else words)
    title = f"{what} over updates: {', '.join(line.name for line in lines)}"
    return console.export_svg(title=printable(title, 90), theme=THEME)
