"""Classes: which there are, whatever their labels, and which only look like some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.errors import ClassesError
from mnist_tui.data.findings import Empty, FromOne, TenIsZero

from tests.helpers.datasets.source_files import csv_text, refusal, same, write_npz


def archive(path: Path, d: Digits, shift: int = 0, *, ten: bool = False) -> Path:
    labels = np.where(d.labels == 0, 10, d.labels) if ten else d.labels + shift
    return write_npz(path, x_train=d.images, y_train=labels, x_test=d.images, y_test=labels)


def test_labels_from_one_on_have_no_class_of_0(tmp_path: Path, digits: Digits) -> None:
    few = Digits(digits.images[digits.labels < 7], digits.labels[digits.labels < 7])
    found = load(str(archive(tmp_path / "a.npz", few, 1)))
    assert found.names == tuple("1234567")
    assert same(found.train, few)
    assert FromOne(7) in found.findings


def test_a_class_that_never_occurs_is_told(tmp_path: Path, digits: Digits) -> None:
    labels = np.where(digits.labels == 4, 5, digits.labels)
    path = write_npz(tmp_path / "a.npz", images=digits.images, labels=labels)
    found = load(str(path))
    assert found.classes == 10
    assert Empty((4,), 10) in found.findings


def test_ten_means_0_where_the_set_is_known_for_it(tmp_path: Path, digits: Digits) -> None:
    sideways = digits.images.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(digits), -1)
    found = load(str(archive(tmp_path / "ex3data1.npz", Digits(sideways, digits.labels), ten=True)))
    assert TenIsZero() in found.findings
    assert same(found.train, digits)
    other = load(str(archive(tmp_path / "other.npz", digits, ten=True)))
    assert other.names == tuple(map(str, range(1, 11)))
    expected = [(label - 1) % 10 for label in digits.labels.tolist()]
    assert other.train.labels.tolist() == expected


def test_ten_is_never_taken_for_a_networks_class_in_silence(tmp_path: Path, digits: Digits) -> None:
    path = archive(tmp_path / "other.npz", digits, ten=True)
    with pytest.raises(ClassesError, match="say what each means with --names"):
        load(str(path), classes=10, names=tuple("0123456789"))


def test_a_label_means_the_networks_class_of_its_name(tmp_path: Path, digits: Digits) -> None:
    few = Digits(digits.images[digits.labels > 5], digits.labels[digits.labels > 5])
    path = archive(tmp_path / "a.npz", few)
    found = load(str(path), classes=9, names=tuple("123456789"))
    assert found.train.labels.tolist() == (few.labels - 1).tolist()
    assert found.names == tuple("123456789")


@pytest.mark.parametrize("header", [True, False])
def test_numbers_that_only_look_like_classes_are_refused(tmp_path: Path, header: bool) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (400, 16))
    labels = generator.integers(0, 61, 400)
    path = tmp_path / "probe.csv"
    path.write_text(csv_text(images, labels.tolist(), header=header))
    assert "so they are no classes" in refusal(path)


def test_many_classes_that_show_in_the_images_are_believed(tmp_path: Path, mnist: Dataset) -> None:
    d = Digits(mnist.train.images[:600], mnist.train.labels[:600])
    parity = np.arange(600) % 2 * np.arange(600) // 300
    labels = d.labels * 2 + np.minimum(parity, 1)
    images = d.images // 2 + (np.minimum(parity, 1) * 60).astype(np.uint8)[:, np.newaxis]
    path = write_npz(tmp_path / "a.npz", images=images, labels=labels)
    assert load(str(path)).classes > 15


def test_a_table_whose_label_could_be_at_either_end_asks(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows: list[list[int]] = generator.integers(0, 10, (60, 17)).tolist()
    path = tmp_path / "either.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    assert "--label first or --label last" in refusal(path)
    first, last = (load(f"{path} --label {end}") for end in ("first", "last"))
    for found, place in ((first, 0), (last, -1)):
        labels: list[int] = [*found.train.labels.tolist(), *found.test.labels.tolist()]
        assert sorted(labels) == sorted(row[place] for row in rows)
    assert "has no column 'nobody'" in str(refusal_of(f"{path} --label nobody", path))


def refusal_of(spec: str, path: Path) -> str:
    with pytest.raises(Exception, match="either") as raised:
        load(spec)
    assert str(raised.value).startswith(str(path))
    return str(raised.value)


def test_text_with_unlike_rows_names_its_columns(tmp_path: Path, digits: Digits) -> None:
    path = tmp_path / "a.csv"
    text = csv_text(digits.images, digits.labels.tolist()).replace("label", "kind", 1)
    path.write_text(text)
    assert load(f"{path} --label kind").classes == 10
    assert load(f"{path} --label 1").classes == 10
    assert load(str(path)).classes == 10  # the one column that is not called as the pixels are
