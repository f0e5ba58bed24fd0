"""Untrusted pictures, read by Pillow: decoded within bounds, as grey, with ink apart from paper.

The only file that imports Pillow, when it reads.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...findings import (
    AsItLies,
    DarkPaper,
    Finding,
    LightPaper,
    Placed,
    Rulings,
    Specks,
    WholePicture,
)
from ...images.layout import FAINT, MNIST, ImageLayout, lies_so
from ...images.normalization import SIDE, centered, scaled
from ...images.stray_ink import Cleaned, cleaned
from ...source_content import Bytes
from ..safe_files import opened

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000  # pixels of a picture
FORMATS = (
    "PNG",
    "JPEG",
    "GIF",
    "BMP",
    "WEBP",
    "TIFF",
    "PPM",
)  # of Pillow's many, those digits come in
FULL = np.float32(255)  # ink in bytes, of fractions from 0 to 1
MAX_16_BIT = 0xFFFF  # the strongest of 16 bits
CONTRAST = 16  # of 255 that ink must differ from paper by, to be any


@dataclass(frozen=True, eq=False)
class Picture:
    """The digit in a picture, in the layout of a network's training images."""

    image: Bytes  # side × side, ink high on paper 0
    notes: tuple[str, ...]  # of the file itself, one line each
    findings: tuple[Finding, ...] = ()  # what was done to it


def read_picture(
    source: Path | bytes,
    side: int = SIDE,
    name: str = "the picture",
    layout: ImageLayout = MNIST,
) -> Picture:
    """Read the digit in a picture file.

    Any size up to 50 megapixels, grey or in color, transparent or not, dark on light or light
    on dark, evenly lit.

    Args:
        source: the file, or its bytes.
        side: of the result in pixels.
        name: what messages call a picture given as bytes.
        layout: how the images lay that the network learnt from.

    Raises:
        DataError: the picture is unreadable, too large, or has no ink.
    """
    name = str(source) if isinstance(source, Path) else name
    grey, notes = read_grey(source, name)
    notes = (f"{grey.shape[1]} × {grey.shape[0]} pixels", *notes)
    if not layout.has_paper:
        return Picture(_whole(grey, side), notes, (WholePicture(),))
    paper = int(paper_of(grey, at_corners=layout.fills_frame))
    light = float(grey.mean()) < paper  # all in all, what is on it is darker
    strength = (paper - np.arange(256)) * (1 if light else -1)  # of each grey, as ink
    most = int(strength[grey.min() if light else grey.max()])
    if most < CONTRAST:
        raise DataError(f"{name}: has no ink that differs from its paper; expected a picture")
    turned: Finding = LightPaper() if light else DarkPaper()
    if grey.shape == (side, side):
        as_it_is = 255 - grey if light else grey
        if lies_so(as_it_is, layout):
            return Picture(as_it_is, notes, (turned, AsItLies()))
    share = np.clip(strength / most, 0, 1)
    greys = np.rint(255 * share).astype(np.uint8)
    found = cleaned(np.where(share < FAINT, np.uint8(0), greys)[grey])
    ink = found.ink
    if layout.fills_frame:  # what is pale there belongs to what is shown
        ink = _with_pale(greys[grey], found.ink)
    image = centered(ink, side, layout)
    # Thin lines on large paper come out pale; what was learnt from is not.
    image = np.rint(image * (layout.strongest / max(1, int(image.max())))).astype(np.uint8)
    placed = Placed(layout.extent, layout.centering)
    return Picture(image, notes, (turned, *_left_out(found), placed))


def _left_out(found: Cleaned) -> tuple[Finding, ...]:
    specks = (Specks(found.specks),) if found.specks else ()
    rulings = (Rulings(found.rulings),) if found.rulings else ()
    return (*specks, *rulings)


def _with_pale(all_ink: Bytes, strong: Bytes) -> Bytes:
    """All ink within the box around the strong ink, and none beyond it."""
    rows, columns = (np.flatnonzero(strong.any(axis=axis)) for axis in (1, 0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    found = np.zeros_like(all_ink)
    found[box] = all_ink[box]
    return found


def _whole(grey: Bytes, side: int) -> Bytes:
    """Scale the central square of a picture without paper."""
    least = min(grey.shape)
    top, left = ((length - least) // 2 for length in grey.shape)
    square = grey[top : top + least, left : left + least]
    return np.rint(scaled(square, side, side)).astype(np.uint8)


def paper_of(grey: Bytes, *, at_corners: bool = False) -> float:
    """Return the grey of the paper: the median of the border, where digits seldom reach.

    If `at_corners`, use only the corners, for content that reaches from edge to edge.
    """
    if at_corners:
        patch = max(1, min(grey.shape) // 28)
        ends = (slice(None, patch), slice(-patch, None))
        return float(np.median([np.median(grey[rows, cols]) for rows in ends for cols in ends]))
    border = (grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1])
    return float(np.median(np.concatenate(border)))


def read_grey(source: Path | bytes, name: str) -> tuple[Bytes, tuple[str, ...]]:
    """Read a picture as grey bytes, h × w, 0 black, with notes on the conversion.

    Raises DataError that begins with `name`.
    """
    grey, notes = read_raw_grey(source, name)
    if grey.dtype == np.uint8:
        return grey, notes
    result, note = shallow(grey)
    return result, (*notes, note)


def read_raw_grey(source: Path | bytes, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Read a picture as grey, in bytes or in 16 bits as the file has it; else as `read_grey`."""
    if isinstance(source, bytes):
        return _decoded(io.BytesIO(source), name)
    with opened(source) as file:
        return _decoded(file, name)


def shallow(deep: NDArray[Any]) -> tuple[Bytes, str]:
    """Greys of 16 bits as bytes, by the largest among them, and a line that says how."""
    most = int(deep.max(initial=0))
    if most <= 255:
        return deep.astype(np.uint8), "16 bits a pixel that hold 0 to 255, taken as bytes"
    full = MAX_16_BIT if most > MAX_16_BIT // 2 else most
    scaled_to = np.rint(np.arange(most + 1) * (255 / full)).astype(np.uint8)
    return scaled_to[deep], f"16 bits a pixel, 0 to {full} made 0 to 255"


def _decoded(file: IO[bytes], name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    from PIL import Image, ImageOps

    too_large = DataError(f"{name}: has more than {MAX_PIXELS // 1_000_000} million pixels")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file and does not matter
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:  # known before anything is decoded
                    raise too_large
                return _grey(ImageOps.exif_transpose(image), name)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise too_large from bomb
    except DataError:
        raise
    except Image.UnidentifiedImageError as problem:
        raise DataError(
            f"{name}: is not a picture in PNG, JPEG, GIF, BMP, WebP, TIFF, PBM, PGM or PPM"
        ) from problem
    except Exception as damage:  # decoders raise what they like at rubbish
        raise DataError(f"{name}: is a damaged picture, or is cut short") from damage


def _grey(image: Image, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Luminance, as bytes or 16 bits; what is transparent is laid on black or white."""
    if image.mode.startswith(("I", "F")):  # more than bytes, which Pillow would clip, not scale
        deep: NDArray[Any] = np.asarray(image)
        low, high = deep.min(), deep.max()
        if not 0 <= low <= high <= MAX_16_BIT:
            raise DataError(
                f"{name}: has pixels from {low:g} to {high:g}; expected at most 16 bits, 0 to "
                f"{MAX_16_BIT:,}"
            )
        if image.mode == "F" and high <= 1:
            return np.rint(deep * FULL).astype(np.uint8), ("fractions 0 to 1, made 0 to 255",)
        is_bytes = image.mode == "F" and high <= FULL
        return np.rint(deep).astype(np.uint8 if is_bytes else np.uint16), ()
    colour = () if _is_grey(image) else ("colour, made grey",)
    if not image.has_transparency_data:
        return np.array(image.convert("L")), colour
    seen = image.convert("RGBA")
    alpha: Bytes = np.asarray(seen.getchannel("A"))
    grey: Bytes = np.asarray(seen.convert("RGB").convert("L"))
    if alpha.min() == 255:
        return grey, colour
    # Dark ink is laid on white and light ink on black: the mean of what is opaque tells.
    ink = grey[alpha >= 128]
    ground = 255 if ink.size and ink.mean() < 128 else 0
    solid = alpha / np.float32(255)
    laid = np.rint(grey * solid + ground * (1 - solid)).astype(np.uint8)
    return laid, (*colour, f"transparent, laid on {'white' if ground else 'black'}")


def _is_grey(image: Image) -> bool:
    """Return whether a picture shows no color, however it is stored."""
    if image.mode in ("1", "L", "LA"):
        return True
    bands = [np.asarray(band) for band in image.convert("RGB").split()]
    return all(np.array_equal(bands[0], band) for band in bands[1:])
