#!/bin/bash
# plotext: your own ticks on a logarithmic axis put every point into one row.
#
# Guess:  scale("log") with ticks at 1, 10, 100 and 1000 shows the points 1, 10, 100 and 1000 on a
#         straight line, each beside its tick.
# With:   plotext 6.1.0.
# Really: without ticks it does. With them the axis seems to span the ticks' plain values while the
#         points are placed by their logarithms: all four lie in the lowest row, beside the label
#         1000, even when lim(1, 1000) says what the axis spans. Take the logarithms yourself, and
#         label a linear axis.
# Seen 2026-11-28 (rows from the top that hold a point, of 11):
#   own ticks: none    rows 0 3 7 10
#   own ticks: four    rows 10
#   own ticks: four, with limits    rows 10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check plotext==6.1.0
venv/bin/python - <<'END'
import sys

import plotext

plotext.terminal.limit(False, False)
figure = plotext.figure
POWERS = [1, 10, 100, 1000]


def rows(ticks, limits):
    figure.clear()
    figure.theme("colorless").canvas("default")
    figure.plot_size(40, 14)
    figure.legend(False)
    figure.draw(figure.signal([1, 2, 3, 4], POWERS, marker="o"))
    ruler = figure.ruler("y")
    ruler.scale("log")
    if limits:
        ruler.lim(1, 1000)
    if ticks:
        ruler.ticks(POWERS, [str(power) for power in POWERS])
    lines = plotext.uncolorize(figure.build().string()).splitlines()[1:-2]
    return [row for row, line in enumerate(lines) if "o" in line]


for name, ticks, limits, expected in (
    ("none", False, False, [0, 3, 7, 10]),
    ("four", True, False, [10]),
    ("four, with limits", True, True, [10]),
):
    seen = rows(ticks, limits)
    print(f"own ticks: {name}    rows", *seen)
    if seen != expected:
        sys.exit(f"changed: expected rows {expected} with own ticks: {name}, got {seen}")
END
