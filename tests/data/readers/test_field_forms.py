"""The forms that data of this field come in, each upright, on one scale, and rightly labelled.

docs/data.md has a row for each of them; tests/data/test_docs.py holds it to this list.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.findings import Finding, LightPaper, Transposed
from mnist_tui.data.readers.arrays.idx_format import write_idx
from mnist_tui.data.sets import known_sets
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.datasets.source_files import (
    csv_text,
    in_order,
    npy,
    refusal,
    same,
    together,
    write_album,
    write_npz,
    write_pair,
)  # fmt: skip
from tests.helpers.support import write_folder

Write = Callable[[Path, Digits], Path]


def text_rows(d: Digits, *, label_first: bool = False) -> list[list[str]]:
    rows = [list(map(str, image)) for image in d.images.tolist()]
    labels = map(str, d.labels.tolist())
    return [[y, *x] if label_first else [*x, y] for x, y in zip(rows, labels, strict=True)]


def lines(path: Path, rows: list[list[str]], separator: str = ",", end: str = "\n") -> Path:
    path.write_text("".join(separator.join(row) + end for row in rows), newline="")
    return path


def square(d: Digits) -> NDArray[np.uint8]:
    return d.images.reshape(-1, 28, 28)


def label_last(folder: Path, d: Digits) -> Path:
    return lines(folder / "digits.csv", text_rows(d))


def named_one_hot_tail(folder: Path, d: Digits) -> Path:
    header = [*(f"pixel{i}" for i in range(784)), *(f"class_{i}" for i in range(10))]
    images = [list(map(str, image)) for image in d.images.tolist()]
    rows = [
        x + ["01"[i == y] for i in range(10)]
        for x, y in zip(images, d.labels.tolist(), strict=True)
    ]
    return lines(folder / "digits.csv", [header, *rows])


def table_of_any_name(folder: Path, d: Digits) -> Path:
    (folder / "digits").write_text(csv_text(d.images, d.labels.tolist()))
    return folder


def decimal_commas(folder: Path, d: Digits) -> Path:
    """As spreadsheets write them where a comma stands before fractions."""
    images = [[f"{value / 255:.4g}".replace(".", ",") for value in x] for x in d.images.tolist()]
    rows = [[str(y), *x] for x, y in zip(images, d.labels.tolist(), strict=True)]
    header = ["label", *(f"pixel{i}" for i in range(784))]
    return lines(folder / "digits.csv", [header, *rows], ";")


def sorted_label_last(folder: Path, d: Digits) -> Path:
    order = np.argsort(d.labels, kind="stable")
    big = Digits(np.repeat(d.images[order], 4, axis=0), np.repeat(d.labels[order], 4))
    return lines(folder / "digits.csv", text_rows(big))


def one_hot_tail(folder: Path, d: Digits) -> Path:
    hot = np.eye(10, dtype=int)[d.labels].tolist()
    rows = [[*map(str, x), *map(str, y)] for x, y in zip(d.images.tolist(), hot, strict=True)]
    return lines(folder / "digits.data", rows, " ", " \r\n")


def index_column(folder: Path, d: Digits) -> Path:
    head = ["", "label", *(f"pixel{i}" for i in range(784))]
    rows = [[str(i), *row] for i, row in enumerate(text_rows(d, label_first=True))]
    return lines(folder / "digits.csv", [head, *rows])


def trailing_comma(folder: Path, d: Digits) -> Path:
    return lines(folder / "digits.csv", text_rows(d, label_first=True), end=",\n")


def comment_lines(folder: Path, d: Digits) -> Path:
    path = folder / "digits.csv"
    path.write_text("# made today\n" + csv_text(d.images, d.labels.tolist()))
    return path


def numbered_header(folder: Path, d: Digits) -> Path:
    head = ["label", *map(str, range(784))]
    return lines(folder / "digits.csv", [head, *text_rows(d, label_first=True)])


def numbered_header_beside_an_index(folder: Path, d: Digits) -> Path:
    head = ["", *map(str, range(785))]
    rows = [[str(i), *row] for i, row in enumerate(text_rows(d, label_first=True))]
    return lines(folder / "digits.csv", [head, *rows])


def text_label(folder: Path, d: Digits) -> Path:
    head = [*(f"pixel_{i:04}" for i in range(784)), "character"]
    rows = [[*row[:-1], f"class {row[-1]}"] for row in text_rows(d)]
    return lines(folder / "digits.csv", [head, *rows])


def resaved(folder: Path, d: Digits) -> Path:
    """As pandas saves a table whose first image it took for the header."""
    rows = text_rows(d, label_first=True)
    seen: dict[str, int] = {}
    head: list[str] = []
    for cell in rows[0]:
        head.append(cell if cell not in seen else f"{cell}.{seen[cell]}")
        seen[cell] = seen.get(cell, 0) + 1
    return lines(folder / "digits.csv", [head, *rows])  # and the image itself, not to miss one


def arff(folder: Path, d: Digits) -> Path:
    names = "".join(f"@ATTRIBUTE pixel{i + 1} real\n" for i in range(784))
    head = f"% a comment\n@RELATION digits\n{names}@ATTRIBUTE class {{0,1,2}}\n\n@DATA\n"
    path = folder / "digits.arff"
    path.write_text(head + "\n".join(map(",".join, text_rows(d))) + "\n")
    return path


def quoted_arff(folder: Path, d: Digits) -> Path:
    path = arff(folder, Digits(d.images, d.labels))
    head, _, rows = path.read_text().partition("@DATA\n")
    rows = "".join(f"{x},'{y}'\r\n" for x, _, y in (r.rpartition(",") for r in rows.split()))
    path.write_text(f"{head}@DATA\n{rows}", newline="")
    return path


def libsvm(folder: Path, d: Digits) -> Path:
    rows = [
        " ".join([str(y), *(f"{i + 1}:{v}" for i, v in enumerate(x) if v)])
        for x, y in zip(d.images.tolist(), d.labels.tolist(), strict=True)
    ]
    path = folder / "digits.scale"
    path.write_text("\n".join(rows) + "\n")
    return path


def parquet(folder: Path, d: Digits) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pictures = [{"bytes": png(image), "path": f"{i}.png"} for i, image in enumerate(square(d))]
    library: Any = pa
    table = library.table({"image": pictures, "label": d.labels.astype(np.int64)})
    writer: Any = pq
    path = folder / "digits.parquet"
    writer.write_table(table, path)
    return path


def sorted_parquet(folder: Path, d: Digits) -> Path:
    """A column for each pixel, in alphabetical order as some tools leave them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {f"pixel{i}": d.images[:, i] for i in range(784)} | {"label": d.labels}
    library: Any = pa
    writer: Any = pq
    path = folder / "digits.parquet"
    writer.write_table(library.table({name: columns[name] for name in sorted(columns)}), path)
    return path


def matlab_7_3(folder: Path, d: Digits) -> Path:
    """HDF5 with a head of MATLAB's, and each array in MATLAB's order: rows × columns × images."""
    import h5py

    library: Any = h5py
    path = folder / "digits.mat"
    with library.File(path, "w", userblock_size=512) as file:
        file.create_dataset("images", data=square(d).swapaxes(1, 2))
        file.create_dataset("labels", data=d.labels[np.newaxis])
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM"
    path.write_bytes(head + path.read_bytes()[len(head) :])
    return path


def matlab(folder: Path, d: Digits) -> Path:
    from scipy import io as scipy_io

    scipy: Any = scipy_io
    path = folder / "digits.mat"
    scipy.savemat(path, {"X": d.images, "y": d.labels[:, np.newaxis]}, do_compression=True)
    return path


def hdf5(folder: Path, d: Digits) -> Path:
    import h5py

    path = folder / "digits.h5"
    library: Any = h5py
    with library.File(path, "w") as file:
        file.create_dataset("train/data", data=(d.images / 255).astype(np.float32))
        file.create_dataset("train/target", data=d.labels.astype(np.int64), compression="gzip")
    return path


def capital_names(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", X=square(d), y=d.labels[:, np.newaxis])


def fortran_order(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", images=np.asfortranarray(square(d)), labels=d.labels)


def samples_in_columns(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", X=np.ascontiguousarray(d.images.T), y=d.labels)


def one_hot_labels(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", x_train=square(d), y_train=np.eye(10)[d.labels])


def channels_first(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", data=square(d)[:, np.newaxis], target=d.labels)


def in_color(folder: Path, d: Digits) -> Path:
    return write_npz(folder / "a.npz", images=np.stack([square(d)] * 3, axis=-1), labels=d.labels)


def signed(folder: Path, d: Digits) -> Path:
    images = (d.images / np.float32(127.5) - 1).astype(np.float32)
    return write_npz(folder / "a.npz", images=images, labels=d.labels)


def npy_pair(folder: Path, d: Digits) -> Path:
    (folder / "images.npy").write_bytes(npy(square(d)))
    (folder / "labels.npy").write_bytes(npy(d.labels.astype(np.int64)))
    return folder


def single_arrays(folder: Path, d: Digits) -> Path:
    np.savez_compressed(folder / "kana-train-imgs.npz", square(d))
    np.savez_compressed(folder / "kana-train-labels.npz", d.labels)
    return folder / "kana-train-labels.npz"


def extended_labels(folder: Path, d: Digits) -> Path:
    """QMNIST's: eight numbers of four bytes for each image."""
    (folder / "qmnist-train-images-idx3-ubyte").write_bytes(write_idx(square(d)))
    rows = np.zeros((len(d), 8), ">i4")
    rows[:, 0], rows[:, 1:] = d.labels, 1000
    content = struct.pack(">BBBB2I", 0, 0, 0x0C, 2, *rows.shape) + rows.tobytes()
    (folder / "qmnist-train-labels-idx2-int.gz").write_bytes(gzip.compress(content))
    return folder


def downloaded_twice(folder: Path, d: Digits) -> Path:
    for what, array in (("images-idx3", square(d)), ("labels-idx1", d.labels)):
        path = folder / f"train-{what}-ubyte (1).gz"
        path.write_bytes(gzip.compress(write_idx(array)))
    return folder


def folder_too_many(folder: Path, d: Digits) -> Path:
    (folder / "MNIST").mkdir()
    write_pair(folder / "MNIST" / "raw", d, 28)
    return folder


def file_in_a_folder_of_its_name(folder: Path, d: Digits) -> Path:
    for what, array in (("images-idx3", square(d)), ("labels-idx1", d.labels)):
        name = f"train-{what}-ubyte"
        (folder / name).mkdir()
        (folder / name / name).write_bytes(write_idx(array))
    return folder


def zipped_table(folder: Path, d: Digits) -> Path:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mnist_train.csv", csv_text(d.images, d.labels.tolist()))
        archive.writestr("__MACOSX/._mnist_train.csv", b"\0\5\x16\7")
    return path


def zipped_pictures(folder: Path, d: Digits) -> Path:
    album = write_album(folder / "album", d, 28)
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(album.rglob("*.png")):
            name = file.relative_to(album)
            archive.write(file, f"digits/{name}")
            archive.writestr(f"__MACOSX/digits/{name.parent}/._{name.name}", b"\0\5\x16\7")
    return path


def tarred(folder: Path, d: Digits) -> Path:
    pair = write_pair(folder / "mnist", d, 28).parent
    path = folder / "mnist.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(pair, "mnist")
    return path


def deep_pictures(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: png(image.astype(np.uint16)))


def pictures_of_0_and_1(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: png((image > 0).astype(np.uint8)))


def pgm_pictures(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: b"P5\n# digit\n28 28\n255\n" + image.tobytes())


def deep_pgm_pictures(folder: Path, d: Digits) -> Path:
    head = b"P5\n28 28\n65535\n"
    return pictures(
        folder, d, lambda image: head + (image * np.uint16(257)).astype(">u2").tobytes()
    )


def tiff_pictures_of_fractions(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: png((image / 255).astype(np.float32), "TIFF"))


def tiff_pictures(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: png(image, "TIFF"))


def webp_pictures(folder: Path, d: Digits) -> Path:
    return pictures(folder, d, lambda image: png(image, "WEBP", lossless=True))


def one_wrong_picture(folder: Path, d: Digits) -> Path:
    (write_album(folder / "album", d, 28) / "3" / "zzz.png").touch()
    return folder / "album"


def picture_table(folder: Path, d: Digits) -> Path:
    (folder / "images").mkdir()
    rows = ["file,label"]
    for i, image in enumerate(square(d)):
        (folder / "images" / f"{i:04}.png").write_bytes(png(image))
        rows.append(f"{i:04}.png,{d.labels[i]}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder


def png(image: NDArray[Any], kind: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **how)
    return file.getvalue()


def pictures(folder: Path, d: Digits, encode: Callable[[NDArray[np.uint8]], bytes]) -> Path:
    for i, image in enumerate(square(d)):
        place = folder / "album" / str(d.labels[i])
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i:05}").write_bytes(encode(image))
    return folder / "album"


FORMS: dict[str, Write] = {
    form.__name__: form
    for form in (
        label_last, sorted_label_last, one_hot_tail, index_column, trailing_comma, comment_lines,
        numbered_header, numbered_header_beside_an_index, text_label, resaved, arff, libsvm,
        parquet, matlab, hdf5, capital_names,
        fortran_order, samples_in_columns, one_hot_labels, channels_first, in_color, signed,
        npy_pair, single_arrays, extended_labels, folder_too_many, file_in_a_folder_of_its_name,
        zipped_table, zipped_pictures, tarred, deep_pictures, pictures_of_0_and_1, tiff_pictures,
        decimal_commas, tiff_pictures_of_fractions, sorted_parquet, matlab_7_3, pgm_pictures,
        deep_pgm_pictures, quoted_arff, named_one_hot_tail, table_of_any_name,
        downloaded_twice, webp_pictures, one_wrong_picture, picture_table,
    )
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_digits_back(tmp_path: Path, digits: Digits, form: str) -> None:
    some = Digits(digits.images[:120], digits.labels[:120])
    found = load(str(FORMS[form](tmp_path, some)))
    whole = together(found.train, found.test)
    expected = some
    if form == "pictures_of_0_and_1":
        expected = Digits((some.images > 0).astype(np.uint8) * np.uint8(255), some.labels)
    if form == "sorted_label_last":
        expected = Digits(np.repeat(some.images, 4, axis=0), np.repeat(some.labels, 4))
    assert same(in_order(whole), in_order(expected))
    assert (found.side, found.classes) == (28, 10)
    assert len(found.train) > len(found.test) > 0


def emnist(folder: Path, small: Dataset, kind: str, shift: int) -> Path:
    """As EMNIST's own distribution has it: every image on its side."""
    for part, d in (("train", small.train), ("test", small.test)):
        images = d.images.reshape(-1, 28, 28).swapaxes(1, 2)
        labels = d.labels + np.uint8(shift)
        for what, array in (("images-idx3", images), ("labels-idx1", labels)):
            name = f"emnist-{kind}-{part}-{what}-ubyte.gz"
            (folder / name).write_bytes(gzip.compress(write_idx(np.ascontiguousarray(array)), 1))
    return folder


def test_emnist_is_set_upright_and_named_by_its_mapping(tmp_path: Path, small: Dataset) -> None:
    folder = emnist(tmp_path, small, "letters", 1)
    rows = [f"{i + 1} {65 + i} {97 + i}" for i in range(26)]
    (folder / "emnist-letters-mapping.txt").write_text("\n".join(rows))
    found = load(str(folder))
    assert same(found.train, small.train)
    assert same(found.test, small.test)
    assert found.names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert any(isinstance(finding, Transposed) for finding in found.findings)


def test_emnist_without_a_mapping_has_its_names_all_the_same(
    tmp_path: Path, small: Dataset
) -> None:
    found = load(str(emnist(tmp_path, small, "balanced", 10)))
    assert found.classes == 47
    assert [found.names[y] for y in found.train.labels[:3]] == [
        "ABCDEFGHIJ"[y] for y in small.train.labels[:3]
    ]


@pytest.mark.parametrize("form", ["table", "archive"])
def test_emnist_in_other_forms_is_set_upright_once(
    tmp_path: Path, digits: Digits, form: str
) -> None:
    sideways = square(digits).swapaxes(1, 2).reshape(len(digits), -1)
    table = csv_text(sideways, digits.labels.tolist(), header=False)
    path = tmp_path / "emnist-digits-train.csv"
    if form == "table":
        path.write_text(table)
    else:
        path = tmp_path / "archive.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("in/emnist-digits-train.csv", table)
    found = load(str(path))
    assert same(in_order(together(found.train, found.test)), in_order(digits))


@pytest.mark.parametrize("name", ["pixel{}", "{0}x{1}"])
def test_columns_that_are_sorted_by_letters_are_refused(
    tmp_path: Path, digits: Digits, name: str
) -> None:
    places = [(i // 28, i % 28) for i in range(784)]
    names = [name.format(*([i] if name == "pixel{}" else p)) for i, p in enumerate(places)]
    order = sorted(range(784), key=lambda i: names[i])
    rows = [
        [str(y), *(str(x[i]) for i in order)]
        for x, y in zip(digits.images[:9], digits.labels[:9], strict=True)
    ]
    path = lines(tmp_path / "a.csv", [["label", *(names[i] for i in order)], *rows])
    assert "expected the pixels in order" in refusal(path)


def test_what_you_say_of_a_source_is_done(tmp_path: Path, small: Dataset) -> None:
    train, test, names = (tmp_path / name for name in ("one.csv", "two.csv", "names.txt"))
    for path, d in ((train, small.train), (test, small.test)):
        sideways = d.images.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(d), -1)
        path.write_text(csv_text(sideways, d.labels.tolist(), header=False))
    names.write_text("\n".join(f"the {i}" for i in range(10)))
    found = load(f"{train} --test {test} --label first --transpose --names {names}")
    assert same(found.train, small.train)
    assert same(found.test, small.test)
    assert found.names[3] == "the 3"


def test_a_pair_of_tables_in_a_folder_is_learnt_from_and_tested_on(
    tmp_path: Path, small: Dataset
) -> None:
    for name, d in (("train.csv", small.train), ("test.csv", small.test)):
        (tmp_path / name).write_text(csv_text(d.images, d.labels.tolist()))
    (tmp_path / "README.md").write_text("read me")
    found = load(str(tmp_path))
    assert same(found.train, small.train)
    assert same(found.test, small.test)


def test_a_test_table_without_labels_is_left_out_with_a_word(
    tmp_path: Path, small: Dataset
) -> None:
    (tmp_path / "train.csv").write_text(csv_text(small.train.images, small.train.labels.tolist()))
    (tmp_path / "test.csv").write_text(csv_text(small.test.images, None))
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    found = load(str(tmp_path))
    assert "test.csv has no labels and is left out" in found.notes
    assert len(found.train) + len(found.test) == len(small.train)


def test_both_parts_of_a_pair_are_stretched_alike(tmp_path: Path, small: Dataset) -> None:
    for name, d in (("train.csv", small.train), ("test.csv", small.test)):
        (tmp_path / name).write_text(csv_text(d.images // 16, d.labels.tolist()))
    found = load(str(tmp_path))
    for part, d in ((found.train, small.train), (found.test, small.test)):
        assert np.array_equal(part.images, np.rint(d.images // 16 * (255 / 15)).astype(np.uint8))


def test_light_paper_on_another_scale_is_turned(tmp_path: Path, digits: Digits) -> None:
    few = (16 - digits.images // 16).astype(np.uint8)
    (tmp_path / "a.csv").write_text(csv_text(few, digits.labels.tolist()))
    found = load(str(tmp_path / "a.csv"))
    kinds: set[type[Finding]] = {type(finding) for finding in found.findings}
    assert LightPaper in kinds
    assert found.train.images[:, 0].max() == 0


def test_train_and_val_folders_are_two_parts(tmp_path: Path, small: Dataset) -> None:
    write_album(tmp_path / "train", small.train, 28)
    write_album(tmp_path / "val", small.test, 28)
    found = load(str(tmp_path))
    assert (len(found.train), len(found.test)) == (len(small.train), len(small.test))
    assert "val to test on" in found.notes


def test_a_validation_part_beside_a_test_part_is_left_out(tmp_path: Path, small: Dataset) -> None:
    arrays = {
        "train_images": small.train.images,
        "train_labels": small.train.labels[:, np.newaxis],
        "val_images": small.test.images[:9],
        "val_labels": small.test.labels[:9, np.newaxis],
        "test_images": small.test.images,
        "test_labels": small.test.labels[:, np.newaxis],
    }
    found = load(str(write_npz(tmp_path / "a.npz", **arrays)))
    assert same(found.train, small.train)
    assert same(found.test, small.test)
    assert "val_images left out: test_images to test on" in found.notes


def test_fashion_is_named_by_its_folder(tmp_path: Path, small: Dataset) -> None:
    found = load(str(write_folder(tmp_path / "FashionMNIST", small)))
    assert found.names[9] == "Ankle boot"


def test_fashion_is_named_by_its_labels_whatever_it_is_called(
    tmp_path: Path, mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = hashlib.sha256(mnist.test.labels.tobytes()).hexdigest()
    monkeypatch.setitem(known_sets.BY_LABELS, labels, known_sets.FASHION)
    path = write_npz(tmp_path / "clothes.npz", images=mnist.test.images, labels=mnist.test.labels)
    assert load(str(path)).names[9] == "Ankle boot"
    others = Digits(mnist.test.images, mnist.test.labels[::-1])
    path = write_npz(tmp_path / "others.npz", images=others.images, labels=others.labels)
    assert load(str(path)).names[9] == "9"


def test_kuzushiji_is_named_by_the_checksum_of_its_labels_file(
    tmp_path: Path, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pair(tmp_path / "kana", small.train, 28, packed=True)
    assert load(str(tmp_path / "kana")).names[0] == "0"
    content = (tmp_path / "kana" / "train-labels-idx1-ubyte.gz").read_bytes()
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    monkeypatch.setitem(known_sets.BY_FILE, digest, known_sets.KUZUSHIJI)
    assert load(str(tmp_path / "kana")).names[0] == "お"
    assert load(str(tmp_path / "kana" / "train-images-idx3-ubyte.gz")).names[0] == "お"
