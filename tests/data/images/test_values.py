"""Scales of ink: of 16 bits, standardized, with fractions; a value that fits none is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load, load_images
from numpy.typing import NDArray

from tests.helpers.datasets.source_files import csv_text, refusal, write_npz

Scale = Callable[[NDArray[np.uint8]], NDArray[Any]]


def standardized(images: NDArray[np.uint8]) -> NDArray[Any]:
    """As torchvision's users have them."""
    return ((images / 255 - 0.1307) / 0.3081).astype(np.float32)


def by_own_mean(images: NDArray[np.uint8]) -> NDArray[Any]:
    """Mean 0 and standard deviation 1, of MNIST's training images."""
    return (images - 33.3184) / 78.5675


SCALES: dict[str, tuple[Scale, str]] = {
    "16 bits": (lambda x: x.astype(np.uint16) * np.uint16(257), "0 to 65,535, made 0 to 255"),
    "16 bits, as int64": (lambda x: x.astype(np.int64) * 257, "0 to 65,535, made 0 to 255"),
    "12 bits": (lambda x: x.astype(np.int32) * 16, "0 to 4,080, made 0 to 255"),
    "standardized": (standardized, "−0.424 to 2.82, made 0 to 255"),
    "mean 0, deviation 1": (by_own_mean, "−0.424 to 2.82, made 0 to 255"),
    "0 to 1": (lambda x: (x / 255).astype(np.float32), "0 to 1, made 0 to 255"),
    "−1 to 1": (lambda x: (x / 127.5 - 1).astype(np.float32), "−1 to 1, made 0 to 255"),
    "0 to 255 as floats": (lambda x: x.astype(np.float32), "values 0 to 255"),
    "0 to 255 with fractions": (lambda x: x * np.float32(0.9999), "with fractions, rounded"),
}  # fmt: skip
TEXT = ("16 bits", "standardized", "0 to 255 with fractions")


@pytest.mark.parametrize("scale", SCALES)
def test_the_scale_of_an_archive_is_found_for_train_and_test_alike(
    tmp_path: Path, small: Dataset, scale: str
) -> None:
    change, said = SCALES[scale]
    path = write_npz(
        tmp_path / "a.npz",
        x_train=change(small.train.images),
        y_train=small.train.labels,
        x_test=change(small.test.images),
        y_test=small.test.labels,
    )
    found = load(str(path))
    assert np.array_equal(found.train.images, small.train.images)
    assert np.array_equal(found.test.images, small.test.images)
    assert any(note.endswith(said) for note in found.notes)
    assert np.array_equal(load_images(str(path)).images, small.test.images)


@pytest.mark.parametrize("scale", TEXT)
def test_the_scale_of_a_table_is_found_and_kept_in_the_cache(
    tmp_path: Path, digits: Digits, scale: str
) -> None:
    change, said = SCALES[scale]
    images = digits.images[:60]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(change(images), None))
    for _ in range(2):
        found = load_images(str(path), cache=tmp_path / "cache")
        assert np.array_equal(found.images, images)
        assert any(note.endswith(said) for note in found.notes)


@pytest.mark.parametrize("scale", ["16 bits", "standardized"])
def test_a_pair_is_brought_to_one_scale_though_its_strongest_inks_differ(
    tmp_path: Path, small: Dataset, scale: str
) -> None:
    change, _ = SCALES[scale]
    weak = (small.test.images * 0.8).astype(np.uint8)
    for name, images, labels in (
        ("train.csv", small.train.images[:100], small.train.labels[:100]),
        ("test.csv", weak[:50], small.test.labels[:50]),
    ):
        (tmp_path / name).write_text(csv_text(change(images), labels.tolist()))
    for read in (0, 1):  # parsed, and out of the cache
        found = load(str(tmp_path), cache=tmp_path / "cache")
        assert np.array_equal(found.train.images, small.train.images[:100]), read
        assert np.abs(found.test.images.astype(int) - weak[:50]).max() <= 1, read


def test_color_may_be_standardized_too(tmp_path: Path, digits: Digits) -> None:
    images = standardized(digits.images).reshape(-1, 28, 28)
    path = write_npz(
        tmp_path / "a.npz", images=np.stack([images] * 3, axis=-1), labels=digits.labels
    )
    found = load_images(str(path))
    assert np.abs(found.images.astype(int) - digits.images).max() <= 1


def test_one_value_out_of_range_is_a_mistake_and_no_other_scale(
    tmp_path: Path, digits: Digits
) -> None:
    images = digits.images.astype(np.int32)
    images[200, 300] = 300
    path = write_npz(tmp_path / "a.npz", images=images, labels=digits.labels)
    assert "images[200] has 300 as its pixel 300; expected a whole number from 0" in refusal(path)


def test_an_outlier_does_not_make_all_else_faint(tmp_path: Path, digits: Digits) -> None:
    for name, images in (
        ("a.npz", standardized(np.tile(digits.images, (3, 1)))),
        ("b.npz", np.tile(digits.images, (3, 1)).astype(np.uint16)),
    ):
        images = images * (100 if name == "b.npz" else 1)  # noqa: PLW2901
        images[-1, 400] = 60_000
        path = write_npz(tmp_path / name, images=images, labels=np.tile(digits.labels, 3))
        assert "as the values before it" in refusal(path)


def test_pixels_standardized_one_by_one_cannot_be_brought_back(
    tmp_path: Path, digits: Digits
) -> None:
    images = digits.images.astype(np.float64)
    images = (images - images.mean(axis=0)) / (images.std(axis=0) + 1e-9)
    path = write_npz(tmp_path / "a.npz", images=images, labels=digits.labels)
    assert "save the images before that" in refusal(path)
