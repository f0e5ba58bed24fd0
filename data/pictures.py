"""Pictures from outside, through Pillow: decoded within bounds, made grey, told ink from paper.

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

from .centred import SIDE, centred
from .errors import DataError
from .files import opened
from .idx import Bytes

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 50_000_000  # pixels of a picture
FORMATS = ("PNG", "JPEG", "GIF", "BMP")  # of Pillow's many, those that digits come in
MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")  # what files of these formats begin with
FAINT = 0.15  # of the strongest ink: what is fainter is paper, its grain and shadows
CONTRAST = 16  # of 255 that ink must differ from paper by, to be any


@dataclass(frozen=True, eq=False)
class Picture:
    """One digit out of a picture, in MNIST's form."""

    image: Bytes  # side × side, ink high on paper 0
    notes: tuple[str, ...]  # what was found out, one line each


def read_picture(source: Path | bytes, side: int = SIDE, name: str = "the picture") -> Picture:
    """The digit in a picture file, or in the bytes of one, which messages call by `name`.

    Any size up to 50 megapixels, grey or in colour, transparent or not, dark on light or light
    on dark, evenly lit. Raises DataError for what is no picture, too large, or without ink.
    """
    name = str(source) if isinstance(source, Path) else name
    grey, notes = read_grey(source, name)
    paper = int(paper_of(grey))
    light = is_light(paper, grey)
    strength = (paper - np.arange(256)) * (1 if light else -1)  # of each grey, as ink
    most = int(strength[grey.min() if light else grey.max()])
    if most < CONTRAST:
        raise DataError(f"{name}: has no ink that differs from its paper; expected a digit")
    share = np.clip(strength / most, 0, 1)
    share[share < FAINT] = 0
    image = centred(np.rint(255 * share).astype(np.uint8)[grey], side)
    # Thin lines on large paper come out pale; MNIST's digits are not.
    image = np.rint(image * (255 / max(1, int(image.max())))).astype(np.uint8)
    size = f"{grey.shape[1]} × {grey.shape[0]} pixels"
    turned = "dark on light, turned round" if light else "light on dark"
    return Picture(image, (size, *notes, turned))


def paper_of(grey: Bytes) -> float:
    """The grey of the paper: the median of the border, where a digit seldom is."""
    border = (grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1])
    return float(np.median(np.concatenate(border)))


def is_light(paper: float, grey: Bytes) -> bool:
    """Whether paper of this grey is light: all in all, what is on it is darker."""
    return float(grey.mean()) < paper


def read_grey(source: Path | bytes, name: str) -> tuple[Bytes, tuple[str, ...]]:
    """A picture as grey bytes, h × w, 0 black; and what was done to make it so.

    Raises DataError, which begins with `name`.
    """
    if isinstance(source, bytes):
        return _decoded(io.BytesIO(source), name)
    with opened(source) as file:
        return _decoded(file, name)


def _decoded(file: IO[bytes], name: str) -> tuple[Bytes, tuple[str, ...]]:
    from PIL import Image, ImageOps

    too_large = DataError(f"{name}: has more than {LARGEST // 1_000_000} million pixels")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file and does not matter
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > LARGEST:  # known before anything is decoded
                    raise too_large
                return _grey(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise too_large from bomb
    except DataError:
        raise
    except Image.UnidentifiedImageError as problem:
        raise DataError(f"{name}: is not a picture in PNG, JPEG, GIF or BMP") from problem
    except Exception as damage:  # decoders raise what they like at rubbish
        raise DataError(f"{name}: is a damaged picture, or is cut short") from damage


def _grey(image: Image) -> tuple[Bytes, tuple[str, ...]]:
    """Luminance, as bytes; what is transparent is laid on what its ink stands out from."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip instead of scale
        deep: NDArray[Any] = np.asarray(image)
        return (np.clip(deep, 0, 0xFFFF) >> 8).astype(np.uint8), ("16 bits a pixel, made 8",)
    colour = () if image.mode in ("1", "L", "LA") else ("colour, made grey",)
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
