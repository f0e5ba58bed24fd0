"""What the name of a file, folder or array says: the part of a set, or that it is no set."""

from __future__ import annotations

import re

PARTS = {
    "train": ("train", "training", "tra", "tr"),
    "test": ("test", "testing", "tes", "te", "t10k"),
    "val": ("val", "valid", "validation", "dev"),
}
# Where a word begins within another: trainX, Xtrain, testSet.
SEAM = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=\b[XYxy])(?=(?:tr|te|val))|(?<=_[XYxy])(?=(?:tr|te|val))"
)
NO_SET = re.compile(
    r"readme|licen[cs]e|mapping|class_?map|submission|names|notice|about|description",
    re.IGNORECASE,
)


def words_of(name: str) -> list[str]:
    """Return the words in a name, in small letters."""
    return re.findall(r"[a-z0-9]+", SEAM.sub(" ", name).casefold())


def part_of(name: str) -> str:
    """Return the part that a name indicates: train, test or val; "" for none or several."""
    words = words_of(name)
    named = [part for part, known in PARTS.items() if any(word in known for word in words)]
    return named[0] if len(named) == 1 else ""
