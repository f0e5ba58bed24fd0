#!/bin/bash
# Keras: a .keras file forgets the names you gave the layers, and lists the eleventh third.
#
# Guess:  model.weights.h5 inside the archive holds each layer's weights under its name, in the
#         model's order.
# With:   keras 3.15.1 on jax 0.10.2, h5py 3.16.0.
# Really: it holds them under the class's name and a number: the layers "hidden" and "output" are
#         dense and dense_1. The older .h5 form keeps the names given. HDF5 lists a group's members
#         alphabetically, so in a model of twelve layers dense_10 and dense_11 come before
#         dense_2, and a reader that goes through the file in its order joins the wrong layers.
# Seen 2026-11-28:
#   .keras: layers/dense/vars/0, layers/dense/vars/1, layers/dense_1/vars/0, layers/dense_1/vars/1
#   .h5: hidden, output
#   twelve layers: dense, dense_1, dense_10, dense_11, dense_2, dense_3, … dense_9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 h5py==3.16.0 numpy==2.4.6
export KERAS_BACKEND=jax KERAS_HOME="$folder"
venv/bin/python - 2>warnings.txt <<'END' || { tail -n 1 warnings.txt >&2; exit 1; }
import io
import sys
import zipfile

import h5py
import keras


def save(path, *names):
    layers = [keras.layers.Dense(3, name=name) for name in names]
    keras.Sequential([keras.layers.Input((4,)), *layers]).save(path)


def archived(*names):
    save("model.keras", *names)
    weights = zipfile.ZipFile("model.keras").read("model.weights.h5")
    return h5py.File(io.BytesIO(weights))


def arrays(group):
    found = []
    group.visititems(lambda name, item: found.append(name) if hasattr(item, "shape") else None)
    return found


save("model.h5", "hidden", "output")
older = [name for name in h5py.File("model.h5")["model_weights"] if "top_level" not in name]
newer = arrays(archived("hidden", "output"))
twelve = list(archived(*[f"layer_{i}" for i in range(12)])["layers"])
numbered = [f"layers/{layer}/vars/{i}" for layer in ("dense", "dense_1") for i in (0, 1)]
alphabetical = ["dense", "dense_1", "dense_10", "dense_11", *[f"dense_{i}" for i in range(2, 10)]]
for name, seen, expected in (
    (".keras", newer, numbered),
    (".h5", older, ["hidden", "output"]),
    ("twelve layers", twelve, alphabetical),
):
    print(f"{name}:", ", ".join(seen))
    if seen != expected:
        sys.exit(f"changed: expected {expected} in {name}, got {seen}")
END
