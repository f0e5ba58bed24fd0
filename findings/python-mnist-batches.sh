#!/bin/bash
# python-mnist: reading in batches ends with an empty batch, or gives images that do not exist.
#
# Guess:  load_training_in_batches(n) gives ceil(count / n) batches, as many images as labels in
#         each; a batch longer than the set is the whole set.
# With:   python-mnist 0.7.
# Really: if n divides the count, one more batch follows with nothing in it (so 60000 by 100 makes
#         601 batches, and a mean over the last one divides by 0). If n is more than the count,
#         the batch has n images, the missing ones of no pixels, beside the true number of labels.
# Seen 2026-11-28 (60 images of 2 x 2; images/labels/pixels of each batch):
#   by 25: 25/25/100 25/25/100 10/10/40
#   by 30: 30/30/120 30/30/120 0/0/0
#   by 100: 100/60/240 0/0/0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check python-mnist==0.7
venv/bin/python -W ignore - <<'END'
import struct
import sys
from pathlib import Path

from mnist import MNIST

images = struct.pack(">4I", 2051, 60, 2, 2) + bytes(range(240))
labels = struct.pack(">2I", 2049, 60) + bytes(i % 10 for i in range(60))
Path("train-images-idx3-ubyte").write_bytes(images)
Path("train-labels-idx1-ubyte").write_bytes(labels)

for size, expected in (
    (25, "25/25/100 25/25/100 10/10/40"),
    (30, "30/30/120 30/30/120 0/0/0"),
    (100, "100/60/240 0/0/0"),
):
    seen = " ".join(
        f"{len(images)}/{len(labels)}/{sum(map(len, images))}"
        for images, labels in MNIST(".").load_training_in_batches(size)
    )
    print(f"by {size}: {seen}")
    if seen != expected:
        sys.exit(f"changed: expected {expected} by {size}, got {seen}")
END
