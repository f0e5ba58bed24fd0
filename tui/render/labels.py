"""The names of a dataset's images and classes on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..text import printable

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...data.images.layout import ImageLayout

MAX_CLASS_COLUMNS = 10  # class names may be long folder names
SHORT_CLASS_COLUMNS = 6  # where there is less room
COLUMNS_A_NAME_COLUMN = 6  # of a row, so that a name takes no more than a sixth of it


def called(names: Sequence[str], label: int, columns: int = MAX_CLASS_COLUMNS) -> str:
    """Return a class's name, safe to show and short; its number if it has no name."""
    return printable(names[label] if label < len(names) else label, MAX_CLASS_COLUMNS)[:columns]


def class_columns(width: int) -> int:
    """Return the columns that a class's name may take in a row of this width."""
    return min(MAX_CLASS_COLUMNS, max(SHORT_CLASS_COLUMNS, width // COLUMNS_A_NAME_COLUMN))


def widest(names: Sequence[str], classes: int, columns: int = MAX_CLASS_COLUMNS) -> int:
    """Return the width of the longest class name, at most this many columns."""
    return max(len(called(names, k, columns)) for k in range(classes))


def are_digits(names: Sequence[str], layout: ImageLayout) -> bool:
    """Return whether the classes are the digits, or some of them, as far as that can be known.

    Many sets number their classes, Fashion-MNIST too; only if their images also lie as MNIST's do
    do the numbers stand for what the images show.
    """
    return layout.is_mnist and all(len(name) == 1 and name in "0123456789" for name in names)


def is_of_digits(dataset: Dataset | None) -> bool:
    """Return whether the data are digits; assumed until they are loaded."""
    return dataset is None or are_digits(dataset.names, dataset.layout)


def thing(dataset: Dataset | None) -> str:
    """Return the word for one of the images."""
    return "digit" if is_of_digits(dataset) else "image"


def network_in_words(sizes: Sequence[int], thing: str) -> str:
    """Return an architecture in words: 784 pixels → 10 units → 10 digits."""
    hidden = " → ".join(f"{n} units" if n > 1 else "1 unit" for n in sizes[1:-1])
    classes = "digits" if thing == "digit" else "classes"
    return f"{sizes[0]} pixels → {hidden} → {sizes[-1]} {classes}"


def worded(text: str, thing: str) -> str:
    """Return a text about digits as one about images of another kind."""
    return text.replace("digit", thing).replace("Digit", thing.capitalize())


def heading(dataset: Dataset, index: int) -> str:
    """Return a test image's number and class for the title above it."""
    label = int(dataset.test.labels[index])
    return image_title(index, label, dataset.names, digits=is_of_digits(dataset))


def image_title(index: int, label: int, names: Sequence[str], *, digits: bool) -> str:
    """Return a test image's number and class: Test image #0: a 7."""
    return f"Test image #{index}: {a(called(names, label), digits=digits)}"


def spoken(name: str, *, digits: bool) -> str:
    """Name a class by itself: 7 among digits, cat if classes have names, else class 7."""
    return f"class {name}" if name.isdecimal() and not digits else name


def a(name: str, *, digits: bool = True) -> str:
    """Name a class at the end of a sentence: “it is a 7”, “it is cat”, “it is class 7”."""
    if not name.isdecimal() or not digits:
        return spoken(name, digits=digits)
    return f"{'an' if name[0] == '8' else 'a'} {name}"
