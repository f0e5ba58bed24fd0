"""Sets as their makers distribute them, each in a small copy: whole, upright, named, or refused.

Where test_field_forms.py has one writer for each form, a case here is a layout that is met as such:
which files lie beside each other, what they are called, and what is right for it.
"""

from __future__ import annotations

import gzip
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.readers.arrays.idx_format import write_idx
from mnist_tui.tui.datasets.findings import all_notes
from numpy.typing import NDArray

from tests.data.readers import test_field_forms as forms
from tests.data.readers.test_foreign import record
from tests.helpers.datasets.source_files import (
    csv_text,
    in_order,
    refusal,
    same,
    together,
    write_album,
    write_npz,
)
from tests.helpers.support import part_of, write_folder

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
TEN = tuple("0123456789")
KANA = tuple("おきすつなはまやれを")


@dataclass(frozen=True)
class Case:
    """One layout: how it is written, what may be named of it, and what must come of it."""

    write: Callable[[Path, Dataset], object]
    named: tuple[str, ...] = ("",)  # the sources in the folder; "": the folder itself
    parts: int = 2  # 1: the set has no test part of its own
    names: tuple[str, ...] = TEN
    said: str = ""  # is among what is said of it
    scale: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None  # ink as it comes back
    refused: str = ""  # the refusal holds this


def both(whole: Dataset) -> tuple[tuple[str, Digits], ...]:
    return ("train", whole.train), ("test", whole.test)


def sideways(d: Digits) -> NDArray[np.uint8]:
    return np.ascontiguousarray(d.images.reshape(-1, 28, 28).swapaxes(1, 2))


def emnist_letters(folder: Path, whole: Dataset) -> None:
    forms.emnist(folder, whole, "letters", 1)
    rows = [f"{i + 1} {65 + i} {97 + i}" for i in range(26)]
    (folder / "emnist-letters-mapping.txt").write_text("\n".join(rows))


def emnist_digits(folder: Path, whole: Dataset) -> None:
    forms.emnist(folder, whole, "digits", 0)
    rows = [f"{i} {48 + i}" for i in range(10)]
    (folder / "emnist-digits-mapping.txt").write_text("\n".join(rows))


def qmnist(folder: Path, whole: Dataset) -> None:
    forms.extended_labels(folder, whole.train)
    (folder / "test").mkdir()
    forms.extended_labels(folder / "test", whole.test)
    for path in (folder / "test").iterdir():
        path.rename(folder / path.name.replace("train", "test"))
    (folder / "test").rmdir()


def torchvision_root(folder: Path, whole: Dataset) -> None:
    (folder / "MNIST").mkdir()
    raw = write_folder(folder / "MNIST" / "raw", whole)
    for path in list(raw.iterdir()):
        raw.joinpath(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 1))


def dotted_beside_folders(folder: Path, whole: Dataset) -> None:
    write_folder(folder / "files", whole)
    for path in list((folder / "files").iterdir()):
        content = path.read_bytes()
        (folder / path.name.replace("-idx", ".idx")).write_bytes(content)
        (folder / path.name).mkdir()
        (folder / path.name / path.name).write_bytes(content)
        path.unlink()
    (folder / "files").rmdir()


def kuzushiji(folder: Path, whole: Dataset) -> None:
    for part, d in both(whole):
        np.savez_compressed(folder / f"kmnist-{part}-imgs.npz", d.images.reshape(-1, 28, 28))
        np.savez_compressed(folder / f"kmnist-{part}-labels.npz", d.labels)
    rows = [f"{i},U+{ord(kana):04X},{kana}" for i, kana in enumerate(KANA)]
    (folder / "kmnist_classmap.csv").write_text("\n".join(["index,codepoint,char", *rows]))


def keras_in_fortran_order(folder: Path, whole: Dataset) -> None:
    arrays = {f"x_{part}": np.asfortranarray(d.images) for part, d in both(whole)}
    labels = {f"y_{part}": d.labels for part, d in both(whole)}
    write_npz(folder / "keras.npz", **arrays, **labels)


def medmnist(folder: Path, whole: Dataset, *, in_color: bool = False) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    for part, d in (*both(whole), ("val", whole.test)):
        images = d.images.reshape(-1, 28, 28)
        arrays[f"{part}_images"] = np.stack([images] * 3, axis=-1) if in_color else images
        arrays[f"{part}_labels"] = d.labels[:, np.newaxis]
    write_npz(folder / "medmnist.npz", **arrays)


def medmnist_in_color(folder: Path, whole: Dataset) -> None:
    medmnist(folder, whole, in_color=True)


def in_sixteenths(folder: Path, d: Digits, name: str) -> None:
    forms.lines(folder / name, forms.text_rows(Digits(d.images // 16, d.labels)))


def scikit_learn(folder: Path, whole: Dataset) -> None:
    in_sixteenths(folder, whole.train, "digits.csv")
    packed = gzip.compress((folder / "digits.csv").read_bytes())
    (folder / "digits.csv").unlink()
    (folder / "digits.csv.gz").write_bytes(packed)


def optical_digits(folder: Path, whole: Dataset) -> None:
    in_sixteenths(folder, whole.train, "optdigits.tra")
    in_sixteenths(folder, whole.test, "optdigits.tes")


def semeion(folder: Path, whole: Dataset) -> None:
    ink = Digits((whole.train.images > 0).astype(np.uint8), whole.train.labels)
    forms.one_hot_tail(folder, ink)


def train_and_test_tables(folder: Path, whole: Dataset) -> None:
    for part, d in both(whole):
        (folder / f"{part}.csv").write_text(csv_text(d.images, d.labels.tolist()))


def parquet_of_the_hub(folder: Path, whole: Dataset) -> None:
    for part, d in both(whole):
        forms.parquet(folder, d).rename(folder / f"{part}-00000-of-00001.parquet")


def not_mnist(folder: Path, whole: Dataset) -> None:
    album = write_album(folder / "notMNIST_small", whole.train, 28, list(LETTERS[:10]))
    (album / "A" / "RGVtb2NyYXRpY2E=.png").touch()


def train_and_val(folder: Path, whole: Dataset) -> None:
    write_album(folder / "train", whole.train, 28)
    write_album(folder / "val", whole.test, 28)


def zipped_pair(folder: Path, whole: Dataset) -> None:
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part, d in both(whole):
            archive.writestr(f"mnist_{part}.csv", csv_text(d.images, d.labels.tolist()))


def zipped_idx(folder: Path, whole: Dataset) -> None:
    files = write_folder(folder / "files", whole)
    with zipfile.ZipFile(folder / "mnist.zip", "w") as archive:
        for path in list(files.iterdir()):
            archive.write(path, path.name)
            path.unlink()
    files.rmdir()


def tarred_idx(folder: Path, whole: Dataset) -> None:
    files = write_folder(folder / "mnist", whole)
    with tarfile.open(folder / "mnist.tar.gz", "w:gz") as archive:
        archive.add(files, "mnist")
    for path in list(files.iterdir()):
        path.unlink()
    files.rmdir()


def matlab_of_emnist(folder: Path, whole: Dataset) -> None:
    from scipy import io as scipy_io

    parts = {
        part: {"images": sideways(d).reshape(len(d), -1), "labels": d.labels[:, np.newaxis] + 1}
        for part, d in both(whole)
    }
    mapping = np.array([[i + 1, 65 + i, 97 + i] for i in range(26)])
    scipy: Any = scipy_io
    scipy.savemat(folder / "emnist-letters.mat", {"dataset": {**parts, "mapping": mapping}})


def usps(folder: Path, whole: Dataset) -> None:
    import h5py

    library: Any = h5py
    with library.File(folder / "usps.h5", "w") as file:
        for part, d in both(whole):
            file.create_dataset(f"{part}/data", data=(d.images / 255).astype(np.float32))
            file.create_dataset(f"{part}/target", data=d.labels.astype(np.int32))


def web_page(folder: Path, whole: Dataset) -> None:
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"<!DOCTYPE html>\n<html></html>\n")
    labels = write_idx(whole.train.labels)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    (folder / "train.csv").write_bytes(b"<html><body>404</body></html>\n")


def pickles(folder: Path, _: Dataset) -> None:
    content = pickle.dumps(([], []), 2)
    (folder / "mnist.pkl.gz").write_bytes(gzip.compress(content))
    (folder / "data.pkl").write_bytes(pickle.dumps({}, 4))


def pytorch(folder: Path, _: Dataset) -> None:
    (folder / "training.pt").write_bytes(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M.")
    with zipfile.ZipFile(folder / "test.pt", "w") as archive:
        archive.writestr("test/data.pkl", b"\x80\x02N.")


def tfrecord(folder: Path, _: Dataset) -> None:
    (folder / "mnist-train.tfrecord-00000-of-00001").write_bytes(record(b"example"))


def one(form: Callable[[Path, Digits], object]) -> Callable[[Path, Dataset], object]:
    """A form of a single part, as test_field_forms.py writes it."""
    return lambda folder, whole: form(folder, whole.train)


def unchanged(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return images


def of_16(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.rint(images // 16 * (255 / 15)).astype(np.uint8)


def inked(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (images > 0).astype(np.uint8) * np.uint8(255)


CASES = {
    "emnist-letters-idx": Case(emnist_letters, names=LETTERS, said="set upright"),
    "emnist-digits-idx": Case(emnist_digits, said="set upright"),
    "qmnist-idx2-int": Case(qmnist, said="the first is taken"),
    "torchvision-root": Case(torchvision_root, ("", "MNIST", "MNIST/raw")),
    "kaggle-mnist-dotted": Case(
        dotted_beside_folders, ("", "train-images.idx3-ubyte", "t10k-labels-idx1-ubyte")
    ),
    "html-as-gz": Case(web_page, ("", "train.csv"), refused="is a web page (HTML)"),
    "kmnist-npz": Case(
        kuzushiji, ("", "kmnist-train-imgs.npz", "kmnist-test-labels.npz"), names=KANA
    ),
    "npz-fortran": Case(one(forms.fortran_order), parts=1),
    "npz-fortran, Keras's names": Case(keras_in_fortran_order, ("", "keras.npz")),
    "medmnist-npz": Case(medmnist, said="val_images left out"),
    "medmnist-npz, in color": Case(medmnist_in_color, said="color made grey"),
    "npz-X-y": Case(one(forms.capital_names), parts=1),
    "npy-pair": Case(one(forms.npy_pair), ("", "images.npy", "labels.npy"), parts=1),
    "sklearn-digits": Case(scikit_learn, parts=1, scale=of_16, said="0 to 15, made 0 to 255"),
    "optdigits": Case(optical_digits, scale=of_16, said="optdigits.tes to test on"),
    "semeion": Case(semeion, parts=1, scale=inked, said="the column of 1"),
    "csv-index": Case(one(forms.index_column), parts=1, said="column '' left out"),
    "csv-trailing-comma": Case(one(forms.trailing_comma), parts=1),
    "csv-comment": Case(one(forms.comment_lines), parts=1),
    "az-resaved": Case(one(forms.resaved), parts=1, said="the first image had become the header"),
    "csv-text-label": Case(
        one(forms.text_label), parts=1, names=tuple(f"class {i}" for i in range(10))
    ),
    "csv-label-last": Case(one(forms.label_last), parts=1, said="labels in column 785"),
    "train-and-test-csv": Case(train_and_test_tables, said="test.csv to test on"),
    "openml-arff": Case(one(forms.arff), parts=1, said="ARFF"),
    "parquet-pictures": Case(parquet_of_the_hub, said="Parquet"),
    "notmnist": Case(
        not_mnist, ("", "notMNIST_small"), 1, LETTERS[:10], said="1 wrong picture left out"
    ),
    "train-and-val": Case(train_and_val, said="val to test on"),
    "one-folder-of-classes": Case(
        one(lambda folder, d: write_album(folder / "digits", d, 28)), ("", "digits"), 1
    ),
    "png-16-bit": Case(one(forms.deep_pictures), parts=1, said="taken as bytes"),
    "png-0-to-1": Case(
        one(forms.pictures_of_0_and_1), parts=1, scale=inked, said="0 to 1, made 0 to 255"
    ),
    "zip-csv": Case(zipped_pair, ("", "archive.zip")),
    "zip-idx": Case(zipped_idx, ("", "mnist.zip")),
    "zip-png-mac": Case(one(forms.zipped_pictures), ("archive.zip",), 1),
    "tar-gz-idx": Case(tarred_idx, ("", "mnist.tar.gz")),
    "pickle": Case(pickles, ("", "mnist.pkl.gz", "data.pkl"), refused="is a Python pickle"),
    "matlab": Case(matlab_of_emnist, names=LETTERS, said="set upright"),
    "hdf5": Case(usps, said="0 to 1, made 0 to 255"),
    "torch-pt": Case(pytorch, ("", "training.pt", "test.pt"), refused="torch.load"),
    "tfrecord": Case(tfrecord, refused="is a TFRecord file"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_set_as_it_is_distributed(tmp_path: Path, mnist: Dataset, case: str) -> None:
    expected, whole = CASES[case], part_of(mnist, 160, 80)
    folder = tmp_path / "set"
    folder.mkdir()
    expected.write(folder, whole)
    for named in expected.named:
        source = folder / named if named else folder
        if expected.refused:
            assert expected.refused in refusal_of(source)
            continue
        found = load(str(source))
        assert found.names == expected.names
        assert expected.said in "\n".join(all_notes(found.notes, found.findings))
        scale = expected.scale or unchanged
        train, test = (Digits(scale(d.images), d.labels) for _, d in both(whole))
        if expected.parts == 2:
            assert same(in_order(found.train), in_order(train))
            assert same(in_order(found.test), in_order(test))
        else:
            # The share that is kept apart is drawn by label, so parts are compared as one.
            assert same(in_order(together(found.train, found.test)), in_order(train))
            assert len(found.train) > len(found.test) > 0


def refusal_of(source: Path) -> str:
    """One line that begins with the source, or with a file in it."""
    message = refusal(source)
    assert str(source) in message
    return message
