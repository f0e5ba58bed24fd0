"""What other libraries write today answers here as it does there.

They come with the extra interop-test; without them, these tests are skipped.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.interop.model_file import read_model

from tests.helpers.foreign_files import SHAPES, images

# Each program defines `write`, which writes a network of these widths into a file and returns its
# probabilities for images x, m × pixels from 0 to 1.
START = """
import os, sys, warnings
import numpy as np
os.environ.update(KERAS_BACKEND="torch", KERAS_HOME=".")
warnings.simplefilter("ignore")
"""
EACH = """
for i, text in enumerate(sys.argv[2:]):
    x = (np.load(f"images-{i}.npy") / 255).astype("float32")
    sizes = [int(size) for size in text.split("-")]
    np.save(f"answers-{i}.npy", write(f"{i}-{sys.argv[1]}", sizes, x))
"""
TORCH = """
import torch
from torch import nn
def trained(sizes, x):
    torch.manual_seed(0)
    layers = [nn.Flatten()]
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out, bias=n_out != sizes[1]), nn.ReLU(), nn.Dropout(0.5)]
    model = nn.Sequential(*layers[:-2]).eval()
    side = int(sizes[0] ** 0.5)
    x = torch.tensor(x).reshape(-1, 1, side, side)
    return model, x, model(x).softmax(1).detach().numpy()
"""
SAFETENSORS = """
from safetensors.torch import save_file
def write(file, sizes, x):
    model, _, answers = trained(sizes, x)
    save_file(model.state_dict(), file)
    return answers
"""
EXPORTER = """
def write(file, sizes, x):
    model, x, answers = trained(sizes, x)
    torch.onnx.export(model, (x[:1],), file, dynamo={dynamo})
    return answers
"""
KERAS = """
import keras
from keras import layers
def write(file, sizes, x):
    side = int(sizes[0] ** 0.5)
    stack = [layers.Rescaling(2.0, -1), layers.Flatten()]
    for number, size in enumerate(sizes[1:-1]):
        stack.append(layers.Dense(size, activation="relu", name=f"called_{number}_{size}"))
        stack.append(layers.Dropout(0.5))
    stack += [layers.Dense(sizes[-1]), layers.Softmax()]
    value = inputs = keras.Input((side, side, 1))
    if len(sizes) > 3:
        for layer in stack:
            value = layer(value)
        model = keras.Model(inputs, value)
    else:
        model = keras.Sequential([inputs, *stack])
    model.compile("adam", "sparse_categorical_crossentropy")
    x = x.reshape(-1, side, side, 1)
    model.fit(x, np.arange(len(x)) % sizes[-1], verbose=0)  # so that Adam's moments are saved, too
    model.save(file)
    return model.predict(x, verbose=0)
"""
SKLEARN = """
from skl2onnx import to_onnx
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
def write(file, sizes, x):
    model = MLPClassifier(sizes[1:-1], max_iter=2, random_state=0)
    if len(sizes) > 3:
        model = make_pipeline(StandardScaler(), model)
    model.fit(x, np.arange(len(x)) % sizes[-1])
    with open(file, "wb") as out:
        out.write(to_onnx(model, x[:1]).SerializeToString())
    return model.predict_proba(x)
"""
LIBRARIES = {
    "PyTorch, safetensors": (TORCH + SAFETENSORS, "torch safetensors", "m.safetensors"),
    "PyTorch, ONNX": (TORCH + EXPORTER.format(dynamo=True), "torch onnxscript", "m.onnx"),
    "PyTorch, ONNX before": (TORCH + EXPORTER.format(dynamo=False), "torch onnx", "m.onnx"),
    "Keras": (KERAS, "keras torch", "m.keras"),
    "scikit-learn": (SKLEARN, "sklearn skl2onnx", "m.onnx"),
}


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_library_writes_today_answers_as_it_does_there(library: str, tmp_path: Path) -> None:
    program, needed, file = LIBRARIES[library]
    if missing := [name for name in needed.split() if find_spec(name) is None]:
        pytest.skip(f"{' and '.join(missing)}: pip install 'mnist-tui[interop-test]' brings it")
    for i, sizes in enumerate(SHAPES):
        np.save(tmp_path / f"images-{i}.npy", images(sizes[0], 70))
    texts = ["-".join(map(str, sizes)) for sizes in SHAPES]
    ended = subprocess.run(
        [sys.executable, "-c", START + program + EACH, file, *texts],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    for i, sizes in enumerate(SHAPES):
        model = read_model(tmp_path / f"{i}-{file}")
        assert model.saved.state.sizes == sizes
        theirs = np.load(tmp_path / f"answers-{i}.npy")
        pixels = np.load(tmp_path / f"images-{i}.npy")
        ours = probabilities(model.saved.state.parameters, pixels).T
        assert np.allclose(ours, theirs, atol=1e-5)
        # Where the two likeliest classes are as good as equal, rounding may decide.
        first, second = np.sort(theirs, axis=1)[:, -1:-3:-1].T
        clear = first - second > 1e-5
        assert np.array_equal(ours.argmax(axis=1)[clear], theirs.argmax(axis=1)[clear])
