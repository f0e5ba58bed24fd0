#!/bin/bash
# pyte: what a modern program asks of its terminal turns up as text, as styles, or stays on screen.
#
# Guess:  a terminal emulator leaves out what it does not know, and every one knows the alternate
#         screen of full-screen programs.
# With:   pyte 0.8.2.
# Really: it has no alternate screen: after an editor ends, its picture lies where the shell's was.
#         xterm's request for modified keys, CSI > 4 ; 1 m, is obeyed as bold and underlined.
#         A color with colons, as ISO 8613-6 has it, and the contents of DCS and APC strings
#         (requests for settings, kitty's pictures) are printed. A test that reads a program's
#         screen by pyte must drop these before feeding it.
# Seen 2026-11-28:
#   back from the alternate screen: 'program'
#   CSI > 4 ; 1 m: 'X', bold True, underlined True
#   color with colons: '2::255:0:0mX'
#   DCS: '$qmX'
#   APC: 'Gi=1;AAAAX'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check pyte==0.8.2
venv/bin/python - <<'END'
import sys

import pyte


def screen(text):
    screen = pyte.Screen(40, 3)
    pyte.Stream(screen).feed(text)
    return screen


def line(text):
    return repr(screen(text).display[0].rstrip())


modified = "\x1b[>4;1mX"
cell = screen(modified).buffer[0][0]
alternate = "shell\x1b[?1049h\x1b[2J\x1b[Hprogram\x1b[?1049l"
seen = [
    f"back from the alternate screen: {line(alternate)}",
    f"CSI > 4 ; 1 m: {line(modified)}, bold {cell.bold}, underlined {cell.underscore}",
    f"color with colons: {line(chr(27) + '[38:2::255:0:0mX')}",
    f"DCS: {line(chr(27) + 'P$qm' + chr(27) + chr(92) + 'X')}",
    f"APC: {line(chr(27) + '_Gi=1;AAAA' + chr(27) + chr(92) + 'X')}",
]
expected = [
    "back from the alternate screen: 'program'",
    "CSI > 4 ; 1 m: 'X', bold True, underlined True",
    "color with colons: '2::255:0:0mX'",
    "DCS: '$qmX'",
    "APC: 'Gi=1;AAAAX'",
]
print(*seen, sep="\n")
for got, wanted in zip(seen, expected, strict=True):
    if got != wanted:
        sys.exit(f"changed: expected {wanted}, got {got}")
END
