"""Sets whose parts, images and labels are told apart by the names of files, folders and arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.readers.part_names import part_of

from tests.data.readers.test_field_forms import libsvm, png, square
from tests.helpers.datasets.source_files import csv_text, npy, refusal, same, write_album, write_npz

Write = Callable[[Path, Dataset], object]


def named_folders(folder: Path, whole: Dataset) -> None:
    """As a data set of JPEG files on Kaggle has them."""
    write_album(folder / "MNIST - training", whole.train, 28)
    write_album(folder / "MNIST - testing", whole.test, 28)


def parts_in_folders_too_many(folder: Path, whole: Dataset) -> None:
    write_album(folder / "trainingSet" / "trainingSet", whole.train, 28)
    write_album(folder / "testSet" / "testSet", whole.test, 28)


def libsvm_pair(folder: Path, whole: Dataset) -> None:
    for name, d in (("mnist.scale", whole.train), ("mnist.scale.t", whole.test)):
        libsvm(folder, d).rename(folder / f"{name}~")
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.rstrip("~")))


def tables_of_images_and_labels(folder: Path, whole: Dataset) -> None:
    for part, d in (("train", whole.train), ("test", whole.test)):
        (folder / f"X_{part}.csv").write_text(csv_text(d.images, None))
        rows = "".join(f"{i},{y}\n" for i, y in enumerate(d.labels))
        (folder / f"y_{part}.csv").write_text(f",label\n{rows}")


def tables_of_one_hot_labels(folder: Path, whole: Dataset) -> None:
    """As ARDIS has them."""
    for part, d in (("train", whole.train), ("test", whole.test)):
        images = csv_text(d.images, None, header=False, separator=" ")
        (folder / f"ARDIS_{part}_2828.csv").write_text(images)
        labels = csv_text(np.eye(10)[d.labels], None, header=False, separator=" ")
        (folder / f"ARDIS_{part}_labels.csv").write_text(labels)


def tables_of_text_labels(folder: Path, whole: Dataset) -> None:
    for part, d in (("Train", whole.train), ("Test", whole.test)):
        (folder / f"csv{part}Images 9x784.csv").write_text(csv_text(d.images, None, header=False))
        labels = "".join(f"the {y}\n".replace(" ", "-") for y in d.labels)
        (folder / f"csv{part}Label 9x1.csv").write_text(labels)


def picture_tables(folder: Path, whole: Dataset) -> None:
    for part, d in (("train", whole.train), ("test", whole.test)):
        (folder / "pictures" / part).mkdir(parents=True)
        rows = ["filename,label"]
        for i, image in enumerate(square(d)):
            (folder / "pictures" / part / f"{i}.png").write_bytes(png(image))
            rows.append(f"{part}/{i}.png,{d.labels[i]}")
        (folder / "pictures" / f"{part}.csv").write_text("\n".join(rows))
    (folder / "pictures" / "sample_submission.csv").write_text("filename,label\ntest/0.png,0\n")


def arrays_in_folders(folder: Path, whole: Dataset) -> None:
    for part, d in (("train", whole.train), ("val", whole.test)):
        (folder / part).mkdir()
        (folder / part / "images.npy").write_bytes(npy(square(d)))
        (folder / part / "labels.npy").write_bytes(npy(d.labels))


def joined_words(folder: Path, whole: Dataset) -> None:
    train, test = whole.train, whole.test
    write_npz(
        folder / "a.npz",
        trainX=train.images, trainY=train.labels, testX=test.images, testY=test.labels,
    )  # fmt: skip


def short_words(folder: Path, whole: Dataset) -> None:
    train, test = whole.train, whole.test
    write_npz(
        folder / "a.npz", Xtr=train.images, ytr=train.labels, Xte=test.images, yte=test.labels
    )


def arrays_without_names(folder: Path, whole: Dataset) -> None:
    train, test = whole.train, whole.test
    np.savez(folder / "a.npz", train.images, train.labels, test.images, test.labels)


WRITERS: dict[str, Write] = {
    write.__name__: write
    for write in (
        named_folders, parts_in_folders_too_many, libsvm_pair, tables_of_images_and_labels,
        tables_of_one_hot_labels, tables_of_text_labels, picture_tables, arrays_in_folders,
        joined_words, short_words, arrays_without_names,
    )
}  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
def test_parts_are_told_by_their_names(tmp_path: Path, tiny: Dataset, form: str) -> None:
    WRITERS[form](tmp_path, tiny)
    found = load(str(tmp_path))
    for part, whole in ((found.train, tiny.train), (found.test, tiny.test)):
        assert len(part) == len(whole)
        assert same(by_image(part), by_image(whole))


@pytest.fixture(scope="module")
def tiny(mnist: Dataset) -> Dataset:
    """The first digits, each class in both parts."""
    train, test = (Digits(d.images[:60], d.labels[:60]) for d in (mnist.train, mnist.test))
    keep = test.labels != 8  # of which the first sixty have none
    return Dataset("tiny", train, Digits(test.images[keep], test.labels[keep]), 28)


def by_image(d: Digits) -> Digits:
    """In one order, as folders of classes have another."""
    order = np.lexsort(d.images.T)
    return Digits(d.images[order], d.labels[order])


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("x_train", "train"), ("trainX", "train"), ("Xtest", "test"), ("X_te", "test"),
        ("MNIST - JPG - testing", "test"), ("trainingSet", "train"), ("t10k-images", "test"),
        ("optdigits.tra", "train"), ("valid", "val"), ("train_and_test", ""), ("trains", ""),
        ("Extra", ""), ("1", ""),
    ],
)  # fmt: skip
def test_a_name_says_its_part(name: str, part: str) -> None:
    assert part_of(name) == part


def test_folders_of_parts_are_never_classes(tmp_path: Path, tiny: Dataset) -> None:
    """Pictures in train/ and test/ without labels were once learnt as two classes."""
    for part, d in (("train", tiny.train), ("test", tiny.test)):
        (tmp_path / part).mkdir()
        for i, image in enumerate(square(d)):
            (tmp_path / part / f"{i}.png").write_bytes(png(image))
    assert "holds pictures, but nothing says what they show" in refusal(tmp_path)


def test_what_is_left_out_is_said(tmp_path: Path, tiny: Dataset) -> None:
    write_album(tmp_path / "a" / "train", tiny.train, 28)
    (tmp_path / "a" / "test").mkdir()
    (tmp_path / "a" / "test" / "0.png").write_bytes(png(square(tiny.test)[0]))
    assert "test left out: its pictures have no labels" in load(str(tmp_path / "a")).notes
    (tmp_path / "b").mkdir()
    for name in ("train.csv", "Dig-MNIST.csv"):
        (tmp_path / "b" / name).write_text(csv_text(tiny.train.images, tiny.train.labels.tolist()))
    assert "Dig-MNIST.csv left out" in load(str(tmp_path / "b")).notes


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("5\n0\n", "has 2 labels for 60 images"),
        ("label\n" + "5\n" * 59 + "70\n", "line 61: is 70; expected a whole number from 0 to 61"),
        ("1 0\n" * 59 + "1 1\n", "line 60: is 1; expected one 1 in each row"),
        ("5\n" * 59 + "5,6\n", "line 60: has 2 cells; expected 1"),
        ("", "has no rows"),
        ("\n".join(f"word{i % 63}" for i in range(60 * 2)), "has 63 different labels"),
    ],
)
def test_a_faulty_table_of_labels_is_refused_in_its_place(
    tmp_path: Path, tiny: Dataset, labels: str, said: str
) -> None:
    (tmp_path / "images.csv").write_text(csv_text(tiny.train.images, None))
    (tmp_path / "labels.csv").write_text(labels)
    message = refusal(tmp_path)
    assert "labels.csv: " in message
    assert said in message
