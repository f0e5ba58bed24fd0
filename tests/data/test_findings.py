"""What is odd is found, as data: which paper, what is faint, blank, shared or missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load, load_images
from mnist_tui.data.findings import (
    Blank,
    DarkPaper,
    Empty,
    Faint,
    Finding,
    FromOne,
    LightPaper,
    Placed,
    Shared,
    Specks,
    Stretched,
    TenIsZero,
    Transposed,
    misleads,
)
from mnist_tui.data.images.quality import odd
from mnist_tui.tui.datasets.findings import words

from tests.helpers.datasets.garments import garments
from tests.helpers.datasets.source_files import csv_text, write_album, write_npz, write_pair
from tests.helpers.support import first


def npz(path: Path, train: Digits, test: Digits) -> Path:
    return write_npz(
        path.with_suffix(".npz"),
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
    )


def floats(path: Path, train: Digits, test: Digits) -> Path:
    return npz(
        path,
        Digits((train.images / 255).astype(np.float32), train.labels),  # pyright: ignore[reportArgumentType]: on purpose no bytes
        Digits((test.images / 255).astype(np.float32), test.labels),  # pyright: ignore[reportArgumentType]: on purpose no bytes
    )


def table(path: Path, train: Digits, _: Digits) -> Path:
    path.write_text(csv_text(train.images, train.labels.tolist()))
    return path


def idx(path: Path, train: Digits, test: Digits) -> Path:
    write_pair(path, train, 28)
    write_pair(path, test, 28, "t10k")
    return path


def album(path: Path, train: Digits, test: Digits) -> Path:
    write_album(path / "train", train, 28)
    write_album(path / "test", test, 28)
    return path


FORMS = (npz, floats, table, idx, album)


def inverted(digits: Digits) -> Digits:
    return Digits(255 - digits.images, digits.labels)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("kind", ["digits", "garments"])
def test_light_paper_is_found_in_every_form_and_turned(
    tmp_path: Path,
    small: Dataset,
    form: Callable[[Path, Digits, Digits], Path],
    kind: str,
) -> None:
    train = first(small.train, 300) if kind == "digits" else garments(300)
    test = first(small.test, 80) if kind == "digits" else garments(80, seed=9)
    usual = load(str(form(tmp_path / "usual", train, test)))
    turned = load(str(form(tmp_path / "turned", inverted(train), inverted(test))))
    assert LightPaper() not in usual.findings
    assert LightPaper() in turned.findings
    for one, other in ((usual.train, turned.train), (usual.test, turned.test)):
        assert np.array_equal(one.images, other.images)
    assert usual.layout == turned.layout


def test_what_is_to_be_predicted_is_turned_likewise(tmp_path: Path, small: Dataset) -> None:
    path = tmp_path / "test.csv"
    path.write_text(csv_text(255 - small.test.images, None))
    found = load_images(str(path))
    assert found.findings == (LightPaper(),)
    assert np.array_equal(found.images, small.test.images)


def test_what_has_no_paper_is_not_turned(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 64), np.uint8)
    path = write_npz(tmp_path / "a.npz", images=noise, labels=np.arange(400) % 4)
    found = load(str(path))
    assert LightPaper() not in found.findings
    assert not found.layout.has_paper
    photographs = load(str(path), has_paper=False)
    assert np.array_equal(photographs.train.images, found.train.images)


def test_the_set_in_the_package_has_nothing_odd(mnist: Dataset) -> None:
    assert mnist.findings == odd(mnist.train, mnist.test, mnist.classes) == ()


def test_test_images_that_were_learnt_are_counted(tmp_path: Path, small: Dataset) -> None:
    train, test = first(small.train, 200), first(small.test, 50)
    both = Digits(
        np.concatenate([test.images[:40], train.images[:10]]),
        np.concatenate([test.labels[:40], train.labels[:10]]),
    )
    found = load(str(npz(tmp_path / "a", train, both)))
    assert found.findings == (Shared(10, 50),)
    assert misleads(found.findings[0])
    assert not misleads(Shared(1, 50))


def test_blank_images_and_classes_without_any_are_told(tmp_path: Path, small: Dataset) -> None:
    train = first(small.train, 200)
    images = train.images.copy()
    images[:7] = 0
    labels = np.where(train.labels == 3, 4, train.labels)
    found = load(str(npz(tmp_path / "a", Digits(images, labels), first(small.test, 50))))
    assert Blank(7, 250) in found.findings
    assert Empty((3,), 10) in found.findings


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (LightPaper(), "dark on light, turned round"),
        (DarkPaper(), "light on dark"),
        (Faint(2), "faint: the strongest ink is 2, full ink would be 255"),
        (Stretched(15), "values 0 to 15, made 0 to 255"),
        (
            Transposed("as emnist-letters is stored"),
            "set upright, rows and columns exchanged, as emnist-letters is stored",
        ),
        (FromOne(26), "labels run from 1 to 26: 26 classes, none of label 0"),
        (TenIsZero(), "labels run from 1 to 10: 10 was taken for the digit 0"),
        (Blank(7, 1250), "7 of 1,250 images are blank: all their pixels are alike"),
        (Empty((9,), 26), "26 classes, but 9 of 0 to 25 have no training image"),
        (Specks(1), "1 speck left out, far from the rest of the ink"),
        (Specks(2), "2 specks left out, far from the rest of the ink"),
        (
            Placed(20 / 28, "mass"),
            "ink scaled to 71% of the frame and placed by its center of mass",
        ),
    ],
)
def test_a_finding_is_told_in_a_line(finding: Finding, said: str) -> None:
    assert words(finding) == said
