"""How images lie in their frame: measured on what is learnt from, and a picture brought to it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.data.errors import DataError
from mnist_tui.data.findings import AsItLies, Placed, WholePicture
from mnist_tui.data.images.layout import BOX, FREE, MNIST, ImageLayout, from_numbers, measured
from mnist_tui.data.images.normalization import centered
from mnist_tui.data.readers.pictures.picture import read_picture
from mnist_tui.data.source_content import Bytes
from mnist_tui.net.run import checkpoint
from PIL import Image

from tests.helpers.datasets.garments import SIDE, garments
from tests.helpers.datasets.source_files import write_npz
from tests.helpers.support import ROOT, Run, last_object


def png(image: Bytes, size: int = SIDE) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).resize((size, size), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def test_mnist_lies_as_its_makers_say(mnist: Dataset) -> None:
    assert measured(mnist.train.images) == MNIST
    assert mnist.layout == MNIST
    in_order = mnist.train.images[np.argsort(mnist.train.labels, kind="stable")]
    assert measured(in_order) == MNIST


def test_images_that_fill_their_frame_are_told() -> None:
    found = measured(garments(500).images)
    assert (found.extent, found.centering, found.has_paper) == (1.0, BOX, True)
    assert found.fills_frame
    assert not found.is_mnist
    assert 60 < found.strongest < 255


@pytest.mark.parametrize("grain", [0, 9])
def test_images_that_lie_anywhere_are_told(grain: int) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, grain + 1, (400, 32, 32)).astype(np.uint8)
    for image in images:
        top, left = generator.integers(0, 20, 2)
        image[top : top + 8, left : left + 4] = 200
    found = measured(images.reshape(400, -1))
    assert found.centering == FREE
    assert found.extent == 8 / 32
    assert (found.x, found.y) == pytest.approx((11.5 / 32, 13.5 / 32), abs=0.08)


def test_photographs_have_no_paper_and_are_scaled_whole() -> None:
    generator = np.random.default_rng(0)
    found = measured(generator.integers(0, 256, (300, 64), np.uint8))
    assert not found.has_paper
    photograph = generator.integers(0, 256, (40, 60), np.uint8)
    picture = read_picture(png_of(photograph), 8, layout=found)
    assert picture.findings == (WholePicture(),)
    expected = photograph[:, 10:50].reshape(8, 5, 8, 5).mean(axis=(1, 3))
    assert np.abs(picture.image - expected).max() <= 0.5


def png_of(image: Bytes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def test_a_picture_that_lies_as_what_was_learnt_is_taken_as_it_is() -> None:
    some = garments(60, seed=1)
    layout = measured(garments(500).images)
    for image in some.images.reshape(-1, SIDE, SIDE):
        for content in (png(image), png(255 - image)):
            found = read_picture(content, layout=layout)
            assert AsItLies() in found.findings
            assert np.array_equal(found.image, image)


def test_mnists_own_digits_are_taken_as_they_are(mnist: Dataset) -> None:
    for image in mnist.test.images[:100].reshape(-1, 28, 28):
        assert np.array_equal(read_picture(png(image)).image, image)


def test_a_larger_picture_fills_the_frame_and_keeps_what_is_pale() -> None:
    layout = measured(garments(500).images)
    for image in garments(40, seed=2).images.reshape(-1, SIDE, SIDE):
        found = read_picture(png(255 - image, 5 * SIDE), layout=layout)
        assert found.findings[-1] == Placed(1.0, BOX)
        want = image * (layout.strongest / image.max())
        assert np.abs(found.image - want).mean() < 2


def test_a_drawing_is_placed_by_its_box_or_where_most_lie() -> None:
    drawing = np.zeros((50, 50), np.uint8)
    drawing[3:13, 40:45] = 255  # 10 × 5
    by_box = centered(drawing, 28, ImageLayout(1.0, BOX))
    rows, columns = (np.flatnonzero(by_box.any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (0, 27, 7, 20)
    free = centered(drawing, 28, ImageLayout(0.5, FREE, 0.25, 0.75))
    rows, columns = (np.flatnonzero(free.any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1]) == (14, 27)
    assert (columns[0], columns[-1]) in ((3, 9), (4, 10))


def test_a_layout_comes_back_from_plain_numbers() -> None:
    found = measured(garments(300).images)
    assert from_numbers(found.as_numbers()) == found
    assert from_numbers({**found.as_numbers(), "extent": 1}) == found


@pytest.mark.parametrize(
    "change",
    [
        {"extent": 0.0},
        {"extent": 2.0},
        {"extent": float("nan")},
        {"x": -1.0},
        {"centering": "left"},
        {"centering": 1},
        {"has_paper": "yes"},
        {"more": 1.0},
        {"strongest": 300.0},
    ],
)
def test_numbers_that_are_no_layout_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="layout of the images"):
        from_numbers({**MNIST.as_numbers(), **change})


def test_a_model_keeps_how_its_images_lay_and_a_picture_is_answered_as_by_index(
    run: Run, tmp_path: Path
) -> None:
    """40 of 40 alike; brought into MNIST's box, every other one was answered otherwise."""
    train, test = garments(800), garments(40, seed=3)
    path = write_npz(
        tmp_path / "cloth.npz",
        x_train=train.images.reshape(-1, SIDE, SIDE),
        y_train=train.labels,
        x_test=test.images.reshape(-1, SIDE, SIDE),
        y_test=test.labels,
    )
    out = tmp_path / "m.npz"
    chosen = ["--preset", "sprint", "--iterations", "40", "--quiet"]
    assert run("train", "--data", path, *chosen, "--out", out).code == 0
    assert checkpoint.read(out).provenance.layout == load(str(path)).layout.as_numbers()
    for i in range(0, 40, 4):
        picture = tmp_path / "one.png"
        picture.write_bytes(png(test.images[i].reshape(SIDE, SIDE)))
        asked = ("--data", path, "--index", str(i)), ("--image", picture)
        one, other = (last_object(run("predict", out, *how, "--json").out) for how in asked)
        assert one["probabilities"] == other["probabilities"]


def test_a_model_that_does_not_say_gets_mnists_layout_and_that_is_said(
    run: Run, tmp_path: Path
) -> None:
    old = ROOT / "tests" / "models" / "version-2.npz"
    picture = tmp_path / "seven.png"
    picture.write_bytes(png(garments(1).images[0].reshape(SIDE, SIDE), 100))
    ended = run("predict", old, "--image", picture)
    assert ended.code == 0
    assert f"{old}: the model does not say how its images lay" in ended.err
