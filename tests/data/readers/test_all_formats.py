"""Every form of a source gives back exactly the digits that were put in, told by its content."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load, load_images
from mnist_tui.data.errors import DataError
from mnist_tui.data.findings import LightPaper, Stretched

from tests.helpers.datasets.source_files import (
    csv_text,
    in_order,
    refusal,
    same,
    together,
    write_album,
    write_npz,
    write_pair,
)  # fmt: skip
from tests.helpers.support import write_folder


def kaggle(path: Path, d: Digits) -> Path:
    path.write_text(csv_text(d.images, d.labels.tolist()))
    return path


def headless(path: Path, d: Digits) -> Path:
    path.write_text(csv_text(d.images, d.labels.tolist(), header=False))
    return path


def packed_csv(path: Path, d: Digits) -> Path:
    path.write_bytes(gzip.compress(csv_text(d.images, d.labels.tolist()).encode(), 1))
    return path


def marked_csv(path: Path, d: Digits) -> Path:
    text = csv_text(d.images, d.labels.tolist(), separator=";", end="\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    return path


def tabbed_csv(path: Path, d: Digits) -> Path:
    path.write_text(csv_text(d.images, d.labels.tolist(), separator="\t").rstrip("\n"))
    return path


def quoted_csv(path: Path, d: Digits) -> Path:
    text = csv_text(d.images, d.labels.tolist(), separator='","', end='"\n')
    path.write_text("".join(f'"{line}\n' for line in text.splitlines()))
    return path


def label_last(path: Path, d: Digits) -> Path:
    names = [f"pixel{i + 1}" for i in range(784)]
    rows = [
        [*image, label] for image, label in zip(d.images.tolist(), d.labels.tolist(), strict=True)
    ]
    path.write_text("\n".join(",".join(map(str, row)) for row in [[*names, "class"], *rows]))
    return path


def shares_csv(path: Path, d: Digits) -> Path:
    path.write_text(csv_text(d.images / 255, d.labels.tolist()))
    return path


def plain_npz(path: Path, d: Digits) -> Path:
    return write_npz(path.with_suffix(".npz"), images=d.images.reshape(-1, 28, 28), labels=d.labels)


def shares_npz(path: Path, d: Digits) -> Path:
    images = (d.images / np.float32(255)).reshape(-1, 28, 28, 1)
    return write_npz(path.with_suffix(".npz"), x_train=images, y_train=d.labels.astype(np.int64))


def floats_npz(path: Path, d: Digits) -> Path:
    return write_npz(
        path.with_suffix(".npz"), images=d.images.astype(">f8"), labels=d.labels.astype(np.float32)
    )


def pair(path: Path, d: Digits) -> Path:
    return write_pair(path, d, 28)


def pair_as_folder(path: Path, d: Digits) -> Path:
    return write_pair(path, d, 28, "t10k", packed=True).parent


def pair_of_other_names(path: Path, d: Digits) -> Path:
    images = write_pair(path, d, 28)
    labels = images.with_name("train-labels-idx1-ubyte")
    labels.rename(images.with_name("my labels"))
    return images.rename(images.with_name("my images"))


ONE_SET: dict[str, Callable[[Path, Digits], Path]] = {
    form.__name__: form
    for form in (
        kaggle, headless, packed_csv, marked_csv, tabbed_csv, quoted_csv, label_last, shares_csv,
        plain_npz, shares_npz, floats_npz, pair, pair_as_folder, pair_of_other_names,
    )
}  # fmt: skip


@pytest.mark.parametrize("form", ONE_SET)
def test_a_set_in_one_part_comes_back_whole_and_parted(
    tmp_path: Path, digits: Digits, form: str
) -> None:
    path = ONE_SET[form](tmp_path / "no name tells", digits)
    found = load(str(path))
    assert same(in_order(together(found.train, found.test)), in_order(digits))
    assert (found.name, found.side, found.classes) == (path.name, 28, 10)
    assert found.names == tuple("0123456789")
    assert any("no test part: 20 %" in note for note in found.notes)
    # The rest keep their order, and what is told about the scale is true.
    kept = [row.tobytes() for row in found.train.images]
    assert kept == [row.tobytes() for row in digits.images if row.tobytes() in set(kept)]
    scale = "0 to 1, made" if "shares" in form else "0 to 255"
    assert any(f"values {scale}" in note for note in found.notes)
    for part in (found.train, found.test):
        assert part.images.dtype == part.labels.dtype == np.uint8
        assert not part.images.flags.writeable
        assert not part.labels.flags.writeable
        assert part.images.flags.c_contiguous


def keras(path: Path, d: Dataset) -> Path:
    arrays = {
        "x_train": d.train.images.reshape(-1, 28, 28),
        "y_train": d.train.labels,
        "x_test": d.test.images.reshape(-1, 28, 28),
        "y_test": d.test.labels,
    }
    return write_npz(path.with_suffix(".npz"), **arrays)


def album(path: Path, d: Dataset) -> Path:
    write_album(path / "training", by_label(d.train), 28)
    write_album(path / "testing", by_label(d.test), 28)
    return path


def quartet(path: Path, d: Dataset) -> Path:
    return write_folder(path, d) / "t10k-labels-idx1-ubyte"


def emnist(path: Path, d: Dataset) -> Path:
    for file in write_folder(path, d).iterdir():
        name = file.name.replace("t10k", "test")
        file.rename(path / f"emnist-digits-{name}")
    for part in ("train", "test"):  # which lie on their side in these files
        file = path / f"emnist-digits-{part}-images-idx3-ubyte"
        content = file.read_bytes()
        images = np.frombuffer(content[16:], np.uint8).reshape(-1, 28, 28)
        file.write_bytes(content[:16] + images.swapaxes(1, 2).tobytes())
    return path


def by_label(digits: Digits) -> Digits:
    """As an album has them: label by label."""
    order = np.argsort(digits.labels, kind="stable")
    return Digits(digits.images[order], digits.labels[order])


TWO_PARTS: dict[str, Callable[[Path, Dataset], Path]] = {
    form.__name__: form for form in (keras, album, quartet, emnist)
}


@pytest.mark.parametrize("form", TWO_PARTS)
def test_a_set_in_two_parts_keeps_them(tmp_path: Path, small: Dataset, form: str) -> None:
    found = load(str(TWO_PARTS[form](tmp_path / "set", small)))
    by_folder = form == "album"
    assert same(found.train, by_label(small.train) if by_folder else small.train)
    assert same(found.test, by_label(small.test) if by_folder else small.test)
    assert not any("no test part" in note for note in found.notes)


def test_pictures_in_folders_give_the_classes_their_names(tmp_path: Path, digits: Digits) -> None:
    three = Digits(digits.images[digits.labels < 3], digits.labels[digits.labels < 3])
    folder = write_album(tmp_path / "faces", three, 28, ["zebra", "10", "9"])
    (folder / ".DS_Store").touch()
    found = load(str(folder))
    assert found.names == ("9", "10", "zebra")
    assert found.classes == 3
    renamed = Digits(three.images, (2 - three.labels).astype(np.uint8))
    assert same(in_order(together(found.train, found.test)), in_order(renamed))


def test_pictures_on_white_paper_are_turned_round(tmp_path: Path, digits: Digits) -> None:
    white = Digits(255 - digits.images, digits.labels)
    found = load(str(write_album(tmp_path / "white", white, 28)))
    assert same(in_order(together(found.train, found.test)), in_order(digits))
    assert LightPaper() in found.findings


def test_an_archive_may_name_its_classes(tmp_path: Path) -> None:
    images = np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4)
    labels = np.array([0, 1, 2, 0, 1, 2])
    path = write_npz(tmp_path / "a.npz", images=images, labels=labels, names=["cat", "dog", "æ"])
    assert load(str(path)).names == ("cat", "dog", "æ")


@pytest.mark.parametrize(("side", "classes"), [(4, 2), (8, 10), (20, 26), (64, 3), (128, 62)])
def test_other_sizes_and_numbers_of_classes(tmp_path: Path, side: int, classes: int) -> None:
    generator = np.random.default_rng(0)
    # Mostly paper, as pictures are: that is how an album's paper is known.
    shape = (classes * 2, side * side)
    images = generator.integers(0, 256, shape, np.uint8) * (generator.random(shape) < 0.2)
    d = Digits(images, np.arange(classes * 2, dtype=np.uint8) % classes)
    names = [f"{i}" for i in range(classes)]
    for path in (
        kaggle(tmp_path / "csv", d),
        headless(tmp_path / "no header", d),
        write_npz(tmp_path / "a.npz", images=images.reshape(-1, side, side), labels=d.labels),
        write_pair(tmp_path / "idx", d, side),
        write_album(tmp_path / "album", d, side, names),
    ):
        found = load(str(path), share=0.5)
        assert (found.side, found.classes, found.names) == (side, classes, tuple(names))
        assert same(in_order(together(found.train, found.test)), in_order(d))


def test_images_of_nothing_but_0_and_1_are_paper_and_ink(tmp_path: Path, digits: Digits) -> None:
    bits = (digits.images > 127).astype(np.uint8)
    d, ink = Digits(bits, digits.labels), Digits(bits * np.uint8(255), digits.labels)
    for path in (
        kaggle(tmp_path / "csv", d),
        plain_npz(tmp_path / "a", d),
        pair(tmp_path / "i", d),
    ):
        found = load(str(path))
        assert same(in_order(together(found.train, found.test)), in_order(ink))
        assert "values 0 to 1, made 0 to 255" in found.notes


def test_faint_images_are_made_strong_and_it_is_told(tmp_path: Path, digits: Digits) -> None:
    faint = Digits(digits.images // 17, digits.labels)
    strong = Digits(faint.images * np.uint8(17), faint.labels)
    for path in (
        kaggle(tmp_path / "csv", faint),
        plain_npz(tmp_path / "a", faint),
        pair(tmp_path / "idx", faint),
    ):
        found = load(str(path))
        assert Stretched(15) in found.findings
        assert "values 0 to 15, made 0 to 255" in found.notes
        assert same(in_order(together(found.train, found.test)), in_order(strong))
        assert np.array_equal(
            load_images(str(path)).images[:9],
            strong.images[:9],
        )


def test_the_caller_may_know_how_many_classes_there_are(tmp_path: Path, digits: Digits) -> None:
    few = Digits(digits.images[digits.labels < 3], digits.labels[digits.labels < 3])
    path = kaggle(tmp_path / "few.csv", few)
    assert load(str(path)).classes == 3
    assert load(str(path), classes=10).names == tuple("0123456789")
    assert "expected 0 to 1" in refusal(path, classes=2)


NO_LABELS: dict[str, Callable[[Path, Digits], Path]] = {
    "Kaggle's test.csv": lambda path, d: write_text(path, csv_text(d.images, None)),
    "the same without header": lambda path, d: write_text(
        path, csv_text(d.images, None, header=False)
    ),
    "an archive": lambda path, d: write_npz(path.with_suffix(".npz"), images=d.images),
    "an IDX file": lambda path, d: alone(pair(path, d)),
    "a folder with it": lambda path, d: alone(pair(path, d)).parent,
}


def write_text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def alone(images: Path) -> Path:
    images.with_name("train-labels-idx1-ubyte").unlink()
    return images


@pytest.mark.parametrize("form", NO_LABELS)
def test_without_labels_a_set_is_to_predict_and_not_to_learn_from(
    tmp_path: Path, digits: Digits, form: str
) -> None:
    path = NO_LABELS[form](tmp_path / "unlabelled", digits)
    found = load_images(str(path))
    assert np.array_equal(found.images, digits.images)
    assert (found.name, found.side) == (path.name, 28)
    assert not found.images.flags.writeable
    assert "has no labels" in refusal(path)
    assert "use it to predict" in refusal(path)


def test_images_of_a_labelled_set_can_be_taken_alone(
    tmp_path: Path, small: Dataset, folder: Path
) -> None:
    path = kaggle(tmp_path / "train.csv", small.train)
    assert np.array_equal(load_images(str(path)).images, small.train.images)
    assert np.array_equal(load_images(str(folder)).images, small.test.images)
    one = load_images(str(folder / "train-images-idx3-ubyte"))
    assert np.array_equal(one.images, small.train.images)


def test_reading_a_table_tells_how_far_it_is(tmp_path: Path, digits: Digits) -> None:
    path = kaggle(tmp_path / "train.csv", digits)
    seen: list[tuple[int, int]] = []
    load(str(path), on_progress=lambda done, whole: seen.append((done, whole)))
    size = path.stat().st_size
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == (size, size)


def test_reading_can_be_called_off(tmp_path: Path, digits: Digits) -> None:
    class CalledOffError(OSError):
        """Even one that looks like a failure to read."""

    def call_off(*_: int) -> None:
        raise CalledOffError

    for path in (kaggle(tmp_path / "csv", digits), plain_npz(tmp_path / "a", digits)):
        with pytest.raises(CalledOffError):
            load(str(path), on_progress=call_off)


def test_what_is_not_a_share_is_refused(tmp_path: Path, digits: Digits) -> None:
    path = kaggle(tmp_path / "csv", digits)
    for share in (0.0, 1.0, -1.0, float("nan")):
        assert "between 0 and 1" in refusal(path, share=share)


def test_one_picture_is_a_set_of_one_to_predict(tmp_path: Path, digits: Digits) -> None:
    folder = write_album(tmp_path / "album", digits, 28)
    path = next((folder / "5").iterdir())
    assert load_images(str(path)).images.shape == (1, 784)
    assert "is one picture" in refusal(path)


def test_the_memory_of_one_source_is_not_anothers(tmp_path: Path, digits: Digits) -> None:
    """Parting moves images within their own memory: a second load must not see it."""
    path = pair(tmp_path / "pair", digits)
    first, second = load(str(path)), load(str(path))
    assert same(first.train, second.train)
    with pytest.raises(DataError):
        load(str(tmp_path / "nowhere"))
