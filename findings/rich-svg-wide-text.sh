#!/bin/bash
# Rich: in an exported SVG, text of wide characters is squeezed into half its room.
#
# Guess:  export_svg gives each run of text the length of the cells it takes in the terminal.
# With:   rich 15.0.0.
# Really: it gives textLength by the number of characters. A run of four Chinese characters, eight
#         cells, is given the length of four, and a viewer squeezes it. What follows still
#         starts at the right cell, so a gap opens: a confusion matrix with Chinese class names
#         falls apart in the picture only.
# Seen 2026-11-28 (a cell is 12.2 wide):
#   'shoe' of 4 cells: textLength 48.8, next run at 48.8
#   '运动鞋子' of 8 cells: textLength 48.8, next run at 97.6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check rich==15.0.0
PYTHONIOENCODING=utf-8 venv/bin/python - <<'END'
import io
import re
import sys

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

for name, expected in (
    ("shoe", "'shoe' of 4 cells: textLength 48.8, next run at 48.8"),
    ("运动鞋子", "'运动鞋子' of 8 cells: textLength 48.8, next run at 97.6"),
):
    console = Console(
        record=True, width=20, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.assemble((name, "red"), ("12", "green")))
    svg = console.export_svg()
    length = re.search(rf'textLength="([\d.]+)"[^>]*>{name}<', svg).group(1)
    start = re.search(r'x="([\d.]+)"[^>]*>12<', svg).group(1)
    seen = f"{name!r} of {cell_len(name)} cells: textLength {length}, next run at {start}"
    print(seen)
    if seen != expected:
        sys.exit(f"changed: expected {expected}, got {seen}")
END
