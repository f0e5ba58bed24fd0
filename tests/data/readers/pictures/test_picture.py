"""Pictures: a digit is found whatever it is drawn on, and what is no picture is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.errors import DataError
from mnist_tui.data.findings import Rulings, Specks
from mnist_tui.data.images.normalization import centered
from mnist_tui.data.readers.pictures.picture import read_picture
from mnist_tui.data.source_content import Bytes
from mnist_tui.tui.datasets.findings import all_notes
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.datasets.source_files import refusal, write_album
from tests.helpers.support import traced_peak


def png(array: NDArray[Any], mode: str | None = None, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(array)
    (image if mode is None else image.convert(mode)).save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def drawing(digits: Digits) -> Bytes:
    """A digit, light on dark, drawn large and off the middle: 120 × 90."""
    canvas = np.zeros((120, 90), np.uint8)
    canvas[20:104, 3:87] = np.kron(digits.images[0].reshape(28, 28), np.ones((3, 3), np.uint8))
    return canvas


def colored(ink: Bytes, paper: tuple[int, int, int], pen: tuple[int, int, int]) -> Bytes:
    share = ink[:, :, np.newaxis] / 255
    return np.rint(np.array(paper) * (1 - share) + np.array(pen) * share).astype(np.uint8)


def clear(ink: Bytes, pen: int) -> Bytes:
    """A pen of one grey on nothing: the ink is in the transparency alone."""
    return np.dstack([np.full((*ink.shape, 3), pen, np.uint8), ink])


def drawn(drawing: Bytes) -> dict[str, tuple[bytes, str]]:
    """The same drawing in every way that is to make no difference, and what is told of it."""
    return {
        "light on dark": (png(drawing), "light on dark"),
        "dark on light": (png(255 - drawing), "dark on light, turned round"),
        "pale on grey": (png(60 + drawing // 2), "light on dark"),
        "pencil on grey paper": (png(200 - drawing // 2), "dark on light"),
        "blue on yellow": (
            png(colored(drawing, (255, 255, 160), (0, 0, 200))), "colour, made grey",
        ),
        "white on a green board": (
            png(colored(drawing, (0, 80, 40), (255, 255, 255))), "light on dark",
        ),
        "black on nothing": (png(clear(drawing, 0)), "transparent, laid on white"),
        "white on nothing": (png(clear(drawing, 255)), "transparent, laid on black"),
        "opaque with transparency": (png(255 - drawing, "RGBA"), "dark on light"),
        "grey with transparency": (png(255 - drawing, "LA"), "dark on light"),
        "sixteen bits": (png(drawing.astype(np.uint16) * 257), "16 bits a pixel"),
        "a palette": (png(255 - drawing, "P"), "dark on light"),
        "JPEG": (png(255 - drawing, kind="JPEG", quality=95), "dark on light"),
        "GIF": (png(drawing, kind="GIF"), "light on dark"),
        "BMP": (png(drawing, kind="BMP"), "light on dark"),
        "lying on its side": (
            png(np.rot90(drawing), exif=turned(6)), "light on dark",
        ),
    }  # fmt: skip


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("way", list(drawn(np.zeros((9, 9), np.uint8))))
def test_a_digit_is_the_same_however_it_is_drawn(
    tmp_path: Path, drawing: Bytes, digits: Digits, way: str
) -> None:
    content, told = drawn(drawing)[way]
    path = tmp_path / "digit"
    path.write_bytes(content)
    for found in (read_picture(content), read_picture(path)):
        assert found.image.shape == (28, 28)
        assert found.image.dtype == np.uint8
        lines = all_notes(found.notes, found.findings)
        assert any(told in line for line in lines), lines
        assert "90 × 120 pixels" in found.notes
        # The faintest ink counts as paper; but for that it is the digit that was drawn.
        want = digits.images[0].reshape(28, 28).astype(int)
        clear_ink = (want > 60) | (want == 0)
        assert np.abs(found.image.astype(int) - want)[clear_ink].mean() < 8
        assert found.image.max() == 255


def test_a_clean_picture_is_brought_exactly_into_mnists_form(drawing: Bytes) -> None:
    strong = np.where(drawing > 100, drawing, 0).astype(np.uint8)
    strong[strong == strong.max()] = 255
    assert np.array_equal(read_picture(png(strong)).image, centered(strong))


def test_networks_of_other_sizes_get_their_own(drawing: Bytes) -> None:
    assert read_picture(png(drawing), side=16).image.shape == (16, 16)


def test_thin_lines_on_large_paper_are_not_pale() -> None:
    paper = np.full((2000, 2000), 255, np.uint8)
    paper[400:1600, 1000:1003] = 0
    found = read_picture(png(paper)).image
    assert found.max() == 255
    assert (found.sum(axis=1) > 0).sum() == 20


@pytest.mark.parametrize("kind", ["GIF", "PNG", "BMP", "RGB", "RGBA"])
def test_grey_is_not_called_colored_however_it_is_stored(drawing: Bytes, kind: str) -> None:
    palette = Image.fromarray(255 - drawing).convert("P")  # every entry grey
    file = io.BytesIO()
    if kind.startswith("RGB"):
        palette.convert(kind).save(file, "PNG")
    else:
        palette.save(file, kind)
    assert read_picture(file.getvalue()).notes == ("90 × 120 pixels",)
    red = Image.fromarray(colored(drawing, (0, 0, 0), (255, 0, 0))).quantize(16)
    file = io.BytesIO()
    red.save(file, "GIF")
    assert "colour, made grey" in read_picture(file.getvalue()).notes


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_has_no_digit(value: int) -> None:
    grain = np.random.default_rng(0).integers(0, 3, (50, 50), np.uint8)
    for picture in (np.full((50, 50), value, np.uint8), np.clip(value, 3, 252) + grain):
        with pytest.raises(DataError, match=r"^the picture: has no ink"):
            read_picture(png(picture.astype(np.uint8)))


def test_a_speck_and_ruled_lines_make_no_difference(mnist: Dataset) -> None:
    """A speck of four pixels shrank the digit to a third: 13 of 60 were right instead of 58."""
    for digit in mnist.test.images[:30].reshape(-1, 28, 28):
        clean = np.full((400, 400), 255, np.uint8)
        large = np.kron(digit, np.ones((4, 4), np.uint8))
        clean[120:232, 150:262] = 255 - large
        speck, ruled = clean.copy(), clean.copy()
        speck[4:6, 6:8] = 0
        ruled[30:400:40] = np.minimum(ruled[30:400:40], 195)
        want, *others = (read_picture(png(picture)) for picture in (clean, speck, ruled))
        assert Specks(1) in others[0].findings
        assert Rulings(10) in others[1].findings
        for found in others:
            off = np.abs(found.image.astype(int) - want.image.astype(int))
            assert off.mean() < 1.5


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def header_only(width: int, height: int) -> bytes:
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "size", [(7072, 7072), (10_000, 10_000), (50_000, 50_000), (2**31 - 1, 1), (2**31 - 1,) * 2]
)
def test_a_huge_picture_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    content = header_only(*size)
    read_picture(png(np.eye(9, dtype=np.uint8) * 255))  # Pillow itself takes memory once
    refused = pytest.raises(DataError, match=r"^the picture: has more than 50 million pixels")
    with traced_peak() as peak, refused:
        read_picture(content)
    assert peak.bytes < 1 << 20


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"GIF89a", b"BM", b"%!PS-Adobe-3.0 EPSF-3.0", b"<svg/>", bytes(999),
     header_only(0, 9), header_only(28, 28)],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match=r"^it: is (not a|a damaged) picture"):
        read_picture(content, name="it")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_picture_cut_short_is_refused(drawing: Bytes, kind: str) -> None:
    content = png(drawing, kind=kind)
    for length in (10, len(content) // 3, len(content) * 2 // 3):
        with pytest.raises(DataError):
            read_picture(content[:length])


def test_an_album_names_the_picture_that_does_not_fit(tmp_path: Path, digits: Digits) -> None:
    few = Digits(digits.images[:40], digits.labels[:40])  # of many, one may be wrong
    folder = write_album(tmp_path / "album", few, 28)
    odd = folder / "3" / "zzz.png"
    odd.write_bytes(png(np.zeros((28, 27), np.uint8)))
    assert f"{odd}: is 27 × 28 pixels; expected 28 × 28" in refusal(folder)
    odd.write_text("no picture")
    assert f"{odd}: is not a picture" in refusal(folder)
    odd.write_bytes(header_only(9000, 9000))
    assert f"{odd}: has more than 50 million pixels" in refusal(folder)
    odd.unlink()
    odd.mkdir()
    assert f"{odd}: is not a file" in refusal(folder)


def test_an_album_names_the_folder_that_does_not_fit(tmp_path: Path, digits: Digits) -> None:
    folder = write_album(tmp_path / "album", digits, 28)
    (folder / "a").mkdir()
    assert "album/a: has no pictures in it" in refusal(folder)
    (folder / "a").rmdir()
    (folder / "readme.txt").touch()
    assert load(str(folder)).classes == 10  # which is no picture
    (folder / "0.png").write_bytes(png(np.zeros((28, 28), np.uint8)))
    assert "0.png: lies in no folder" in refusal(folder)
    (folder / "0.png").unlink()
    for i in range(60):
        (folder / f"class {i}").mkdir()
    assert "has 70 sub-folders; expected 2 to 62" in refusal(folder)


def test_a_label_that_is_only_tested_is_refused(tmp_path: Path, digits: Digits) -> None:
    few = Digits(digits.images[digits.labels < 9], digits.labels[digits.labels < 9])
    write_album(tmp_path / "album" / "train", few, 28)
    write_album(tmp_path / "album" / "test", digits, 28)
    assert "test/9: is not a label to learn from" in refusal(tmp_path / "album")


def test_an_album_tells_how_far_it_is(tmp_path: Path, digits: Digits) -> None:
    seen: list[tuple[int, int]] = []
    folder = write_album(tmp_path / "album", digits, 28)
    load(str(folder), on_progress=lambda done, whole: seen.append((done, whole)))
    assert seen == [(i + 1, 300) for i in range(300)]


def test_a_picture_of_more_than_16_bits_is_refused_rather_than_clipped() -> None:
    deep = np.full((28, 28), 70_000, np.int32)
    file = io.BytesIO()
    Image.fromarray(deep).save(file, "TIFF")
    with pytest.raises(DataError, match="has pixels from 70000 to 70000; expected at most 16 bits"):
        read_picture(file.getvalue())
