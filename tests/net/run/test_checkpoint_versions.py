"""Saved runs say what made them, and files of older versions still load."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.images.layout import MNIST
from mnist_tui.net.errors import NetError
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.provenance import Provenance, digest
from mnist_tui.tui.datasets.loading import MNIST_SHA256, layout_of

from tests.helpers.support import ROOT, fingerprint, noise
from tests.net.run.test_checkpoint import a_run

MODELS = ROOT / "tests" / "models"
OLD = MODELS / "version-1.npz"  # momentum; alpha changed after 3 updates
OLDER_BY_ONE = MODELS / "version-2.npz"
MADE = Provenance(
    *("α.csv", "/a/α.csv", "CSV", 0.2, "ab" * 32, ("no", "yes"), "0.1", "2026-01-31 12:00"),
    layout={"extent": 0.5, "centering": "box", "has_paper": True},
)


def rewritten(path: Path, content: bytes, change: Callable[[dict[str, Any]], object]) -> Path:
    """A model file whose JSON part is another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    run = json.loads(np.load(io.BytesIO(members["run.npy"])).tobytes())
    change(run)
    file = io.BytesIO()
    np.save(file, np.frombuffer(json.dumps(run).encode(), np.uint8))
    members["run.npy"] = file.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return path


def test_what_made_a_run_is_kept_with_it(tmp_path: Path) -> None:
    state = a_run()
    checkpoint.save(state, tmp_path / "m.npz", MADE)
    saved = checkpoint.read(tmp_path / "m.npz")
    assert saved.provenance == MADE
    assert fingerprint(saved.state) == fingerprint(state)
    checkpoint.save(state, tmp_path / "m.npz")
    assert checkpoint.read(tmp_path / "m.npz").provenance == Provenance()


def test_a_file_of_version_1_still_loads() -> None:
    saved = checkpoint.read(OLD)
    assert saved.provenance == Provenance()
    weights = hashlib.sha256(saved.state.vector.tobytes()).hexdigest()
    assert (saved.state.sizes, weights[:16]) == ((16, 2, 10), "dd6bc3dffb9b3263")
    assert [(since, chosen.alpha) for since, chosen in saved.state.hyperparameter_log] == [
        (0, 0.15),
        (3, 0.05),
    ]
    assert (saved.state.iteration, len(saved.state.history)) == (6, 7)


def test_a_file_of_version_2_still_loads() -> None:
    saved = checkpoint.read(OLDER_BY_ONE)
    weights = hashlib.sha256(saved.state.vector.tobytes()).hexdigest()
    assert (saved.state.sizes, weights[:16]) == ((16, 4, 10), "7b37274ba290cd44")
    assert saved.state.iteration == 5
    assert saved.provenance.data == "cloths.npz"
    assert saved.provenance.names == tuple(f"c{i}" for i in range(10))
    assert saved.provenance.layout == {}


@pytest.mark.parametrize(
    ("made", "is_assumed"),
    [
        (Provenance(), True),
        (Provenance(data="cloths.npz"), True),
        (Provenance(data="mnist", source="mnist"), False),
        (Provenance(data="train.csv", sha256=MNIST_SHA256), False),
        (Provenance(data="mnist", layout={"extent": 7.0}), True),
    ],
)
def test_what_does_not_say_how_its_images_lay_is_taken_for_mnist(
    made: Provenance, *, is_assumed: bool
) -> None:
    layout, words = layout_of(checkpoint.SavedModel(a_run(), made))
    assert layout == MNIST
    assert bool(words) == is_assumed


def test_mnist_is_known_by_its_bytes(mnist: Dataset) -> None:
    assert digest(mnist.train) == MNIST_SHA256


def test_a_file_from_before_courses_were_kept_loads_with_what_it_ended_with(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "m.npz", OLD.read_bytes(), lambda run: run.pop("course"))
    state = checkpoint.load(path)
    assert state.hyperparameter_log == ((0, state.hyperparameters),)
    assert state.hyperparameters.alpha == 0.05


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", 7),
        ("sha256", None),
        ("share", 1),
        ("share", "half"),
        ("names", "0123"),
        ("names", [1, 2]),
        ("names", ["x" * 6000]),
        ("source", "x" * 6000),
        ("layout", None),
        ("layout", [["extent", 1.0]]),
        ("layout", {"extent": [1.0]}),
        ("layout", {"extent": float("nan")}),
        ("layout", {"x" * 6000: 1.0}),
        ("layout", {str(i): 0.5 for i in range(21)}),
    ],
)
def test_what_no_program_wrote_about_a_run_is_refused(
    tmp_path: Path, name: str, value: object
) -> None:
    path = tmp_path / "m.npz"
    checkpoint.save(a_run(), path, MADE)
    rewritten(path, path.read_bytes(), lambda run: run["made"].update({name: value}))
    with pytest.raises(NetError, match="made") as raised:
        checkpoint.load(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("missing", ["made", "course"])
def test_a_file_of_this_version_must_have_all_of_it(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "m.npz"
    checkpoint.save(a_run(), path, MADE)
    rewritten(path, path.read_bytes(), lambda run: run.pop(missing))
    with pytest.raises(NetError, match=missing):
        checkpoint.load(path)


def test_the_digest_is_of_images_then_labels() -> None:
    samples = noise(30)
    expected = hashlib.sha256(samples.images.tobytes() + samples.labels.tobytes()).hexdigest()
    assert digest(samples) == expected
    # Where the bytes lie in memory must not matter.
    assert digest(replace(samples, images=np.asfortranarray(samples.images))) == expected
    assert digest(replace(samples, images=samples.images[::-1])) != expected
