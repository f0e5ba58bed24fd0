"""Oddities of images, as data; tui/datasets/findings.py describes them in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LightPaper:
    """Ink was dark on light paper, and was inverted."""


@dataclass(frozen=True, slots=True)
class DarkPaper:
    """Ink was light on dark, as required."""


@dataclass(frozen=True, slots=True)
class Faint:
    """The strongest ink is too weak for stretching to restore its greys."""

    strongest: int  # of 255


@dataclass(frozen=True, slots=True)
class Stretched:
    """The strongest ink of the set was weak; the ink was stretched to 255."""

    strongest: int  # it was, of 255


@dataclass(frozen=True, slots=True)
class Transposed:
    """The images were transposed, and were set upright."""

    reason: str  # the set's name, or the user's option


@dataclass(frozen=True, slots=True)
class Sideways:
    """Most digits are read as labelled with rows and columns exchanged, few of them as they lie."""

    images: int  # that were read
    as_they_lie: int  # read as labelled
    exchanged: int  # read as labelled with rows and columns exchanged
    was_asked_for: bool  # whether they lie so because you said --transpose


@dataclass(frozen=True, slots=True)
class TenIsZero:
    """Labels ran from 1 to 10, where 10 stands for the digit 0, and became 0."""


@dataclass(frozen=True, slots=True)
class FromOne:
    """Labels began at 1; the absent 0 is not a class."""

    highest: int


@dataclass(frozen=True, slots=True)
class Blank:
    """Blank images, whose pixels are all equal."""

    count: int
    images: int  # training and test images


@dataclass(frozen=True, slots=True)
class Shared:
    """Test images that are also training images, pixel for pixel."""

    count: int
    images: int  # to test on


@dataclass(frozen=True, slots=True)
class Empty:
    """Classes without training images."""

    labels: tuple[int, ...]
    classes: int


@dataclass(frozen=True, slots=True)
class Specks:
    """Pieces of a picture's ink that were removed because they lie far from the rest."""

    count: int


@dataclass(frozen=True, slots=True)
class Rulings:
    """Ruled lines of a picture's paper that were removed."""

    count: int


@dataclass(frozen=True, slots=True)
class AsItLies:
    """A picture had the layout of the network's images and was not moved."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture's ink was scaled and placed like that of the network's images."""

    extent: float  # of the ink's longer side, as a share of the frame's
    centering: str  # see data/images/layout.py


@dataclass(frozen=True, slots=True)
class WholePicture:
    """A picture was scaled as a whole, because the network's images have no paper."""


Finding = (
    LightPaper
    | DarkPaper
    | Faint
    | Stretched
    | Transposed
    | Sideways
    | TenIsZero
    | FromOne
    | Blank
    | Shared
    | Empty
    | Specks
    | Rulings
    | AsItLies
    | Placed
    | WholePicture
)

MANY = 0.05  # fraction of the images from which blank or shared ones matter


def misleads(finding: Finding) -> bool:
    """Return whether such data hinder learning or flatter the network."""
    match finding:
        case Faint() | Empty():
            return True
        case Blank(count, images) | Shared(count, images):
            return count >= MANY * images
        case _:
            return False
