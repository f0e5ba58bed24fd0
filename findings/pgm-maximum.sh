#!/bin/bash
# PGM: the same digits are three pictures, by the reader and by how their numbers are written.
#
# Guess:  a gray picture whose maximum is 16, as in the 8 x 8 digits of UCI, is read as 0 to 16,
#         whether its numbers are bytes (P5) or text (P2).
# With:   Pillow 13.0.0, opencv-python-headless 5.0.0.93.
# Really: Pillow stretches both to 255 and rounds. OpenCV, asked for the picture unchanged,
#         stretches the text and cuts off the fraction, but leaves the bytes as they are.
# Seen 2026-11-28 (the numbers 0, 1, 8, 15, 16):
#   Pillow P5: 0 16 128 239 255
#   Pillow P2: 0 16 128 239 255
#   OpenCV P5: 0 1 8 15 16
#   OpenCV P2: 0 15 127 239 255
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
venv/bin/python - <<'END'
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

NUMBERS = [0, 1, 8, 15, 16]
Path("P5.pgm").write_bytes(b"P5\n5 1\n16\n" + bytes(NUMBERS))
Path("P2.pgm").write_text("P2\n5 1\n16\n" + " ".join(map(str, NUMBERS)) + "\n")


def opencv(name):
    return cv2.imread(name, cv2.IMREAD_UNCHANGED)


def pillow(name):
    return np.asarray(Image.open(name))


for reader, read, form, expected in (
    ("Pillow", pillow, "P5", [0, 16, 128, 239, 255]),
    ("Pillow", pillow, "P2", [0, 16, 128, 239, 255]),
    ("OpenCV", opencv, "P5", [0, 1, 8, 15, 16]),
    ("OpenCV", opencv, "P2", [0, 15, 127, 239, 255]),
):
    seen = read(f"{form}.pgm").ravel().tolist()
    print(f"{reader} {form}:", *seen)
    if seen != expected:
        sys.exit(f"changed: expected {expected} from {reader} for {form}, got {seen}")
END
