#!/bin/bash
# safetensors: a transposed NumPy array is saved as other numbers, without a word.
#
# Guess:  save() of a transposed view stores its values, or refuses it, as the writer for PyTorch
#         refuses a tensor that is not contiguous.
# With:   safetensors 0.8.0, numpy 2.4.6.
# Really: it stores the memory as it lies under the shape as it reads. A kernel of Keras (inputs
#         x outputs) handed over as a weight of PyTorch (outputs x inputs) by .T is scrambled;
#         so is an array in Fortran order, as pandas and scipy.io.loadmat make them.
#         numpy.ascontiguousarray before saving mends it.
# Seen 2026-11-28 (kernel [[0, 1, 2], [3, 4, 5]]):
#   transposed: saved [[0, 3], [1, 4], [2, 5]], loaded [[0, 1], [2, 3], [4, 5]]
#   Fortran order: saved [[0, 1, 2], [3, 4, 5]], loaded [[0, 3, 1], [4, 2, 5]]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import numpy as np
from safetensors.numpy import load, save

kernel = np.arange(6, dtype=np.int32).reshape(2, 3)
for name, array, expected in (
    ("transposed", kernel.T, [[0, 1], [2, 3], [4, 5]]),
    ("Fortran order", np.asfortranarray(kernel), [[0, 3, 1], [4, 2, 5]]),
):
    seen = load(save({"weight": array}))["weight"].tolist()
    print(f"{name}: saved {array.tolist()}, loaded {seen}")
    copied = load(save({"weight": np.ascontiguousarray(array)}))["weight"]
    if not np.array_equal(copied, array):
        sys.exit(f"changed: expected a contiguous copy ({name}) to be saved as it is")
    if seen != expected:
        sys.exit(f"changed: expected {expected} from the array ({name}), got {seen}")
END
