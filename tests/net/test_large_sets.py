"""Sets too large to be copied: read again for every gradient, with the same bits."""

from __future__ import annotations

import mmap
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine import input_blocks
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Images, Parameters
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import Samples, fingerprint


def mapped(images: Images, path: Path) -> Images:
    """The same images in a file mapped into memory."""
    path.write_bytes(images.tobytes())
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(pages, np.uint8).reshape(images.shape)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_set_that_is_not_copied_gives_the_same_run_bit_for_bit(
    digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    many = np.tile(digits.images, (12, 1))  # several groups
    labels = np.tile(digits.labels, 12)
    file = mapped(many, tmp_path / "images")
    assert len(input_blocks.group_by_blank_pixels(many, labels)) > 3
    runs: list[tuple[bytes, bytes]] = []
    for images, most in ((many, 1 << 29), (file, 1 << 29), (file, 1000), (many, 1000)):
        monkeypatch.setattr(input_blocks, "MAX_COPIED_BYTES", most)
        samples = Samples(images, labels)
        engine = Engine(samples, threads)
        trainer = Trainer(samples, samples, Hyperparameters(hidden=(16,)), engine=engine)
        assert len(list(islice(trainer.steps(), 4))) == 4
        runs.append(fingerprint(trainer))
    assert runs[0] == runs[1] == runs[2] == runs[3]


def test_groups_of_a_large_set_hold_no_pixels(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_blocks, "MAX_COPIED_BYTES", 1000)
    groups = input_blocks.group_by_blank_pixels(digits.images, digits.labels)
    assert all(group.images is digits.images for group in groups)
    rows: list[int] = []
    for group in groups:
        assert group.rows is not None
        rows += group.rows.tolist()
    assert sorted(rows) == list(range(300))


def test_many_blank_images_are_not_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((100_000, 64), np.uint8)
    images[:9] = 255
    taken: list[int] = []
    real = input_blocks.ImageGroup.pixels

    def pixels(group: input_blocks.ImageGroup, span: slice) -> Images:
        block = real(group, span)
        taken.append(len(block))
        return block

    monkeypatch.setattr(input_blocks.ImageGroup, "pixels", pixels)
    labels = (np.arange(100_000) % 2).astype(np.uint8)
    parameters = Parameters.zeros((64, 4, 2))
    engine = Engine(Samples(images, labels), 1)
    score = engine.gradient(parameters, parameters.copy())
    assert score.accuracy == 0.5
    assert sum(taken) == 100_000
    assert max(taken) <= input_blocks.CHUNK_PIXELS // 16
