#!/bin/bash
# plotext: a confusion matrix has places, upside down, at its axes instead of its classes.
#
# Guess:  cmatrix of the digits 3, 5 and 8 writes 3, 5 and 8 beside its rows and below its columns.
# With:   plotext 6.1.0.
# Really: the classes stand nowhere, not even when given as labels; the axes count places from
#         -0.5 to 2.5. The first class is the top row, whose place on the axis is 2, so that a
#         reader who takes the numbers for classes reads the matrix upside down.
# Seen 2026-11-28 (without the fill; of five 3s, one is taken for a 5):
#    2.5┤
#       │      4            1           0
#    1.8┤
#    1.0┤      0            2           0
#    0.2┤
#       │      0            0           1
#   -0.5┤
#       └┬─────┬─────┬──────┬─────┬─────┬─────┬┘
#        -0.5 0.0   0.5    1.0   1.5   2.0  2.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check plotext==6.1.0
venv/bin/python - <<'END'
import re
import sys

import plotext

TRUE = [3, 3, 3, 3, 3, 5, 5, 8]
GUESSED = [3, 3, 3, 3, 5, 5, 5, 8]

plotext.terminal.limit(False, False)
figure = plotext.figure
figure.clear()
figure.theme("colorless").canvas("default")
figure.plot_size(44, 14)
figure.legend(False)
figure.draw(figure.cmatrix(TRUE, GUESSED, labels=[3, 5, 8]))
drawing = plotext.uncolorize(figure.build().string()).replace("█", " ")
print(drawing)

lines = drawing.splitlines()
counts = [re.findall(r"\d", line[5:]) for line in lines[1:-2]]
beside = [line[:4].strip() for line in lines[1:-2]]
for name, seen, expected in (
    ("rows, from the top", [row for row in counts if row], [list("410"), list("020"), list("001")]),
    ("numbers beside", [mark for mark in beside if mark], ["2.5", "1.8", "1.0", "0.2", "-0.5"]),
    ("numbers below", lines[-1].split(), ["-0.5", "0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]),
):
    if seen != expected:
        sys.exit(f"changed: expected {expected} as {name}, got {seen}")
END
