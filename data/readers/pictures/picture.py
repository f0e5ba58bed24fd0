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
from ...images.values import FULL
from ...source_content import Bytes
from ..safe_files import opened

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000  # pixels of a picture
# Of Pillow's many, those digits come in.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
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
    gray, notes = read_gray(source, name)
    notes = (f"{gray.shape[1]} × {gray.shape[0]} pixels", *notes)
    if not layout.has_paper:
        return Picture(_whole(gray, side), notes, (WholePicture(),))
    paper = int(paper_of(gray, at_corners=layout.fills_frame))
    light = float(gray.mean()) < paper  # all in all, what is on it is darker
    strength = (paper - np.arange(256)) * (1 if light else -1)  # of each grey, as ink
    most = int(strength[gray.min() if light else gray.max()])
    if most < CONTRAST:
        raise DataError(f"{name}: has no ink that differs from its paper; expected a picture")
    turned: Finding = LightPaper() if light else DarkPaper()
    if gray.shape == (side, side):
        as_it_is = 255 - gray if light else gray
        if lies_so(as_it_is, layout):
            return Picture(as_it_is, notes, (turned, AsItLies()))
    share = np.clip(strength / most, 0, 1)
    grays = np.rint(255 * share).astype(np.uint8)
    found = cleaned(np.where(share < FAINT, np.uint8(0), grays)[gray])
    ink = found.ink
    if layout.fills_frame:  # what is pale there belongs to what is shown
        ink = _with_pale(grays[gray], found.ink)
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


def _whole(gray: Bytes, side: int) -> Bytes:
    """Scale the central square of a picture without paper."""
    least = min(gray.shape)
    top, left = ((length - least) // 2 for length in gray.shape)
    square = gray[top : top + least, left : left + least]
    return np.rint(scaled(square, side, side)).astype(np.uint8)


def paper_of(gray: Bytes, *, at_corners: bool = False) -> float:
    """Return the grey of the paper: the median of the border, where digits seldom reach.

    If `at_corners`, use only the corners, for content that reaches from edge to edge.
    """
    if at_corners:
        patch = max(1, min(gray.shape) // 28)
        ends = (slice(None, patch), slice(-patch, None))
        return float(np.median([np.median(gray[rows, cols]) for rows in ends for cols in ends]))
    border = (gray[0], gray[-1], gray[1:-1, 0], gray[1:-1, -1])
    return float(np.median(np.concatenate(border)))


def read_gray(source: Path | bytes, name: str) -> tuple[Bytes, tuple[str, ...]]:
    """Read a picture as grey bytes, h × w, 0 black, with notes on the conversion.

    Raises DataError that begins with `name`.
    """
    gray, notes = read_raw_gray(source, name)
    if gray.dtype == np.uint8:
        return gray, notes
    result, note = shallow(gray)
    return result, (*notes, note)


def read_raw_gray(source: Path | bytes, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
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
                return _gray(ImageOps.exif_transpose(image), name)
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


def _gray(image: Image, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
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
            return np.rint(deep * np.float32(FULL)).astype(np.uint8), (
                "fractions 0 to 1, made 0 to 255",
            )
        is_bytes = image.mode == "F" and high <= FULL
        return np.rint(deep).astype(np.uint8 if is_bytes else np.uint16), ()
    color = () if _is_gray(image) else ("colour, made grey",)
    if not image.has_transparency_data:
        return np.array(image.convert("L")), color
    seen = image.convert("RGBA")
    alpha: Bytes = np.asarray(seen.getchannel("A"))
    gray: Bytes = np.asarray(seen.convert("RGB").convert("L"))
    if alpha.min() == 255:
        return gray, color
    # Dark ink is laid on white and light ink on black: the mean of what is opaque tells.
    ink = gray[alpha >= 128]
    ground = 255 if ink.size and ink.mean() < 128 else 0
    solid = alpha / np.float32(255)
    laid = np.rint(gray * solid + ground * (1 - solid)).astype(np.uint8)
    return laid, (*color, f"transparent, laid on {'white' if ground else 'black'}")


def _is_gray(image: Image) -> bool:
    """Return whether a picture shows no color, however it is stored."""
    if image.mode in ("1", "L", "LA"):
        return True
    bands = [np.asarray(band) for band in image.convert("RGB").split()]
    return all(np.array_equal(bands[0], band) for band in bands[1:])
