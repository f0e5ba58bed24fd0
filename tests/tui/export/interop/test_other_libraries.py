"""The real libraries read what was exported, by the examples in docs/export.md, and agree with us.

They come with the extra interop-test. Each runs in a process of its own, as a user's would.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import forward_in_chunks
from mnist_tui.net.run.checkpoint import SavedModel
from mnist_tui.tui.export.interop.keras import keras_bytes
from mnist_tui.tui.export.interop.onnx import onnx_bytes
from mnist_tui.tui.export.interop.safetensors import safetensors_bytes
from numpy.typing import NDArray

from tests.helpers.networks import saved_network
from tests.helpers.python_blocks import python_blocks
from tests.helpers.support import ROOT
from tests.tui.export.interop.test_written_files import SIZES

TOLERANCE = 1e-5  # of a probability
WRITERS = {"safetensors": safetensors_bytes, "onnx": onnx_bytes, "keras": keras_bytes}
# Run an example in each folder named, and leave there what it found.
RUN = """
import os, sys
import numpy
example = sys.stdin.read()
for folder in sys.argv[1:]:
    os.chdir(folder)
    found = {}
    exec(example, found)
    numpy.save("found.npy", found["probabilities"])
"""


def missing(*libraries: str) -> str:
    """Which of these is not installed, as a reason to skip; empty: none."""
    name = next((library for library in libraries if find_spec(library) is None), "")
    return name and f"needs {name}: pip install -e '.[interop-test]'"


def needs(*libraries: str) -> pytest.MarkDecorator:
    """Skip without these libraries, and say so."""
    return pytest.mark.skipif(bool(missing(*libraries)), reason=missing(*libraries))


@pytest.fixture(scope="module")
def networks(
    mnist: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Path, SavedModel]]:
    """A folder with the test digits and the exported files for each network."""
    made: list[tuple[Path, SavedModel]] = []
    for sizes in SIZES:
        folder, saved = tmp_path_factory.mktemp("network"), saved_network(sizes)
        margin = (int(sizes[0] ** 0.5) - 28) // 2
        digits = mnist.test.images.reshape(-1, 28, 28)
        np.save(folder / "digits.npy", np.pad(digits, [(0, 0), *[(margin, margin)] * 2]))
        for ending, write in WRITERS.items():
            (folder / f"model.{ending}").write_bytes(write(saved))
        made.append((folder, saved))
    return made


def our_answers(saved: SavedModel, folder: Path) -> NDArray[np.float32]:
    """Our own probabilities for the digits of a folder, n × classes."""
    images = np.load(folder / "digits.npy")
    chunks = forward_in_chunks(saved.state.parameters, images.reshape(len(images), -1))
    return np.concatenate([seen.A[-1].T.copy() for _, seen in chunks])


@pytest.mark.parametrize(
    "library",
    [
        pytest.param("torch", marks=needs("torch", "safetensors")),
        pytest.param("onnxruntime", marks=needs("onnxruntime")),
        pytest.param("keras", marks=needs("keras", "torch")),
    ],
)
def test_a_library_answers_every_test_digit_as_we_do(
    networks: list[tuple[Path, SavedModel]], library: str
) -> None:
    (example,) = (
        block
        for block in python_blocks(ROOT / "docs" / "export.md")
        if f"import {library}" in block
    )
    folders = [str(folder) for folder, _ in networks]
    # Keras needs another library beneath it, and writes its settings somewhere.
    settings = {"KERAS_BACKEND": "torch", "KERAS_HOME": folders[0]}
    # One thread: these products are small, and other tests want the cores.
    settings |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", RUN, *folders],
        input=example,
        capture_output=True,
        text=True,
        env={**os.environ, **settings},
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    for folder, saved in networks:
        theirs, ours = np.load(folder / "found.npy"), our_answers(saved, folder)
        assert theirs.shape == (10_000, saved.state.sizes[-1])
        assert np.abs(theirs - ours).max() <= TOLERANCE
        second, first = np.sort(ours, axis=1)[:, -2:].T
        is_clear = first - second > TOLERANCE
        assert is_clear.mean() > 0.99
        assert np.array_equal(theirs.argmax(axis=1)[is_clear], ours.argmax(axis=1)[is_clear])
