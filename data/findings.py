"""What is odd about images that were read, as data; tui/datasets/findings.py puts it into words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LightPaper:
    """Ink was dark on light paper; it was turned round, so that ink is high."""


@dataclass(frozen=True, slots=True)
class DarkPaper:
    """Ink was light on dark, as it is learnt from."""


@dataclass(frozen=True, slots=True)
class Faint:
    """The strongest ink is so weak that stretching it would not bring back its greys."""

    strongest: int  # of 255


@dataclass(frozen=True, slots=True)
class Stretched:
    """The strongest ink of the whole set was weak; all of it was made stronger, up to 255."""

    strongest: int  # it was, of 255


@dataclass(frozen=True, slots=True)
class Transposed:
    """The images lay on their side, rows and columns exchanged, and were set upright."""

    reason: str  # who says so: the set's name, or you


@dataclass(frozen=True, slots=True)
class Sideways:
    """Most digits are read as labelled with rows and columns exchanged, few of them as they lie."""

    images: int  # that were read
    as_they_lie: int  # read as labelled
    exchanged: int  # read as labelled with rows and columns exchanged
    was_asked_for: bool  # whether they lie so because you said --transpose


@dataclass(frozen=True, slots=True)
class TenIsZero:
    """Labels ran from 1 to 10, as where 10 stands for the digit 0; it was made 0."""


@dataclass(frozen=True, slots=True)
class FromOne:
    """Labels ran from 1 on; no class was made of the 0 that never occurs."""

    highest: int


@dataclass(frozen=True, slots=True)
class Blank:
    """Images that show nothing: all their pixels are alike."""

    count: int
    images: int  # to learn from and to test on


@dataclass(frozen=True, slots=True)
class Shared:
    """Test images that are among the training images, pixel for pixel."""

    count: int
    images: int  # to test on


@dataclass(frozen=True, slots=True)
class Empty:
    """Classes that have no image to learn from."""

    labels: tuple[int, ...]
    classes: int


@dataclass(frozen=True, slots=True)
class Specks:
    """Pieces of a picture's ink that were left out, because they lie far from the rest."""

    count: int


@dataclass(frozen=True, slots=True)
class Rulings:
    """Ruled lines of a picture's paper that were left out."""

    count: int


@dataclass(frozen=True, slots=True)
class AsItLies:
    """A picture lay as the network's images do and was not moved."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture's ink was scaled and placed as the network's images have theirs."""

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

MANY = 0.05  # of the images, from which on blank or shared ones matter


def misleads(finding: Finding) -> bool:
    """Whether a network cannot learn well from such data, or seems better on them than it is."""
    match finding:
        case Faint() | Empty():
            return True
        case Blank(count, images) | Shared(count, images):
            return count >= MANY * images
        case _:
            return False
