#!/bin/bash
# OpenBLAS: an image scored alone has other bits than the same image within a batch.
#
# Guess:  784 products summed in float32 are the same sum, whether numpy multiplies one image with
#         the weights or a batch of them; one thread, so that no sum is split.
# With:   numpy 2.4.6 (OpenBLAS 0.3.31), threadpoolctl 3.8.0.
# Really: one image goes another way through the library (gemv, or a kernel for small products),
#         which adds in another order: most scores differ in their last bits. It holds for the
#         machine's own kernel and, on x86-64, for two of the oldest, so it is not the quirk of one
#         processor. A test that compares a single answer with a batch's needs a tolerance.
# Seen 2026-11-28 (scores of 256 images that differ, of 2560):
#   own kernel (SkylakeX): more than half
#   Prescott (Katmai): more than half
#   Nehalem (Nehalem): more than half
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check numpy==2.4.6 threadpoolctl==3.8.0
cat >look.py <<'END'
import sys

import numpy as np
import threadpoolctl

rng = np.random.default_rng(0)
images = rng.integers(0, 256, (256, 784)).astype(np.float32) / 255
weights = rng.standard_normal((784, 10)).astype(np.float32)
with threadpoolctl.threadpool_limits(1):
    together = images @ weights
    alone = np.stack([image @ weights for image in images])
(library,) = (i for i in threadpoolctl.threadpool_info() if i["internal_api"] == "openblas")
different = int((together != alone).sum())
name = f"{sys.argv[1]} ({library['architecture']})"
print(f"{name}: {'more' if different > 1280 else 'less'} than half")
if not np.allclose(together, alone, rtol=1e-4, atol=1e-4):
    sys.exit(f"changed: expected {name} to differ in the last bits only")
if different <= 1280:
    sys.exit(f"changed: expected more than half of 2560 scores to differ, got {different}, {name}")
END
venv/bin/python look.py "own kernel"
if [ "$(uname -m)" = x86_64 ]; then
    for kernel in Prescott Nehalem; do
        OPENBLAS_CORETYPE=$kernel venv/bin/python look.py $kernel
    done
fi
