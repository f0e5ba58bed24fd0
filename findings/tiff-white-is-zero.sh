#!/bin/bash
# TIFF: whether a scanned digit is black on white depends on the reader, and on its depth.
#
# Guess:  a file that says "white is zero", as scanners write, is the same picture to every
#         reader, and in 8 bits and 16 bits alike.
# With:   tifffile 2026.3.3, Pillow 13.0.0, opencv-python-headless 5.0.0.93.
# Really: tifffile hands out the stored numbers. Pillow and OpenCV turn an 8-bit picture around,
#         but not a 16-bit one, which comes out as a negative. Of the same scan in both depths, a
#         network sees dark ink on white paper once, and white ink on dark paper once.
# Seen 2026-11-28 (0 is stored for white paper, the greatest number for ink):
#   8 bits: tifffile 0 255, Pillow 255 0, OpenCV 255 0
#   16 bits: tifffile 0 65535, Pillow 0 65535, OpenCV 0 65535
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tifffile==2026.3.3 pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import cv2
import numpy as np
import tifffile
from PIL import Image

expected = [
    "8 bits: tifffile 0 255, Pillow 255 0, OpenCV 255 0",
    "16 bits: tifffile 0 65535, Pillow 0 65535, OpenCV 0 65535",
]
for wanted, depth in zip(expected, (np.uint8, np.uint16), strict=True):
    stored = np.tile(np.array([0, np.iinfo(depth).max], depth), (4, 1))
    tifffile.imwrite("scan.tif", stored, photometric="miniswhite")
    pictures = {
        "tifffile": tifffile.imread("scan.tif"),
        "Pillow": np.asarray(Image.open("scan.tif")),
        "OpenCV": cv2.imread("scan.tif", cv2.IMREAD_UNCHANGED),
    }
    readings = ", ".join(f"{name} {row[0][0]} {row[0][1]}" for name, row in pictures.items())
    seen = f"{np.iinfo(depth).bits} bits: {readings}"
    print(seen)
    if seen != wanted:
        sys.exit(f"changed: expected {wanted}, got {seen}")
END
