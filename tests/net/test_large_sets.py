"""Large sets: not copied but read again for every gradient, and taken in windows."""

from __future__ import annotations

import mmap
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine import batches, input_blocks
from mnist_tui.net.engine.batches import BLOCK, WINDOW, Batches, random_order
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.system_memory import read_ahead
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Images, Parameters
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import Samples, fingerprint, trainer_of


def mapped(images: Images, path: Path) -> Images:
    """The same images in a file mapped into memory."""
    path.write_bytes(images.tobytes())
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(pages, np.uint8).reshape(images.shape)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_set_that_is_not_copied_gives_the_same_bits_wherever_it_lies(
    digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    many, labels = np.tile(digits.images, (12, 1)), np.tile(digits.labels, 12)
    file = mapped(many, tmp_path / "images")
    for most in (1 << 29, 1000):  # copied, and not
        monkeypatch.setattr(input_blocks, "MAX_COPIED_BYTES", most)
        runs: list[tuple[bytes, bytes]] = []
        for images in (many, file):
            samples = Samples(images, labels)
            engine = Engine(samples, threads)
            trainer = Trainer(samples, samples, Hyperparameters(hidden=(16,)), engine=engine)
            assert len(list(islice(trainer.steps(), 4))) == 4
            runs.append(fingerprint(trainer))
        assert runs[0] == runs[1]


def test_the_gradient_is_the_same_but_for_rounding_whether_it_is_copied_or_not(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = Trainer(digits, digits, Hyperparameters(), dtype=np.float64).parameters
    found: list[Parameters] = []
    for most in (1 << 29, 1000):
        monkeypatch.setattr(input_blocks, "MAX_COPIED_BYTES", most)
        found.append(parameters.copy())
        Engine(digits, 2).gradient(parameters, found[-1])
    assert np.allclose(found[0].vector, found[1].vector, rtol=1e-10, atol=1e-13)


def test_groups_of_a_large_set_are_its_own_images_in_order(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_blocks, "MAX_COPIED_BYTES", 1000)
    groups = input_blocks.group_by_blank_pixels(digits.images, digits.labels)
    assert all(np.shares_memory(group.images, digits.images) for group in groups)
    assert np.array_equal(np.concatenate([group.images for group in groups]), digits.images)
    assert np.array_equal(np.concatenate([group.labels for group in groups]), digits.labels)


def test_memory_that_is_read_ahead_may_begin_and_end_anywhere(
    digits: Digits, tmp_path: Path
) -> None:
    file = mapped(np.tile(digits.images, (12, 1)), tmp_path / "images")
    for array in (file, file[7:], file[1000:1003], file[3599:], file[3600:], digits.images[3:9]):
        before = array.copy()
        read_ahead(array)
        assert np.array_equal(array, before)


@pytest.mark.parametrize("m", [1, 64, 5000, 40_001])
def test_a_large_set_is_taken_in_windows_each_image_once_an_epoch(m: int) -> None:
    generator = np.random.default_rng(0)
    orders = [random_order(m, generator, in_windows=True) for _ in range(2)]
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(m))
    if m < 5000:
        return
    assert not np.array_equal(orders[0], orders[1])
    first = orders[0][:WINDOW]
    # Few pieces of the file, but from everywhere in it and in no order.
    assert len(np.unique(first // BLOCK)) <= WINDOW // BLOCK + 1
    assert first.min() < m / 20
    assert first.max() > m * 19 / 20
    assert abs(np.corrcoef(first, np.arange(len(first)))[0, 1]) < 0.2
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.2


def test_windows_are_resumed_where_they_were_left() -> None:
    whole = Batches(40_000, np.random.default_rng(3), in_windows=True)
    taken = [whole.take(4096) for _ in range(23)]  # into a third epoch
    for left in (0, 4, 10, 20):
        one = Batches(40_000, np.random.default_rng(3), in_windows=True)
        for _ in range(left):
            one.take(4096)
        other = Batches(40_000, np.random.default_rng(3), in_windows=True)
        other.seek(one.cursor)
        assert np.array_equal(other.take(4096), taken[left])
        assert np.array_equal(other.take(4096), taken[left + 1])


def test_only_a_large_set_is_taken_in_windows(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, large = (Samples(digits.images, digits.labels) for _ in range(2))
    runs: list[tuple[bytes, bytes]] = []
    for samples, most in ((plain, 1 << 28), (large, 1000)):
        monkeypatch.setattr(batches, "MAX_SCATTERED_BYTES", most)
        trainer = trainer_of(samples, batch_size=32)
        assert len(list(islice(trainer.steps(), 20))) == 20
        runs.append(fingerprint(trainer))
    assert runs[0] != runs[1]
