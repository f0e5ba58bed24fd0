"""What the names in a table's header tell of its columns."""

from __future__ import annotations

import re
from collections import Counter

LABEL_NAMES = {
    "label", "labels", "class", "classes", "target", "digit", "digits", "y", "character", "char",
    "letter", "category", "symbol", "true_label",
}  # fmt: skip
INDEX_NAMES = {"", "unnamed: 0", "index", "id", "imageid", "image_id", "rowid", "row"}
NUMBER = re.compile(rb'\s*("?)\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\1\s*')


def is_resaved(texts: list[str]) -> bool:
    """Return whether the names are numbers, with repetitions made unique: 0, 0.1, 0.2."""
    if len(set(texts)) < len(texts) or not any(text.endswith(".1") for text in texts):
        return False
    seen: Counter[str] = Counter()
    for text in texts:
        base, _, repeated = text.rpartition(".")
        if base and repeated.isdecimal() and seen[base] == int(repeated):
            seen[base] += 1
        elif not seen[text]:
            seen[text] += 1
        else:
            return False
    is_number = [NUMBER.fullmatch(base.encode()) is not None for base in seen]
    return sum(seen.values()) > 2 * len(seen) and all(is_number)


def are_numbered(texts: list[str]) -> bool:
    """Return whether all names but that of a label or an index are consecutive numbers."""
    others = [text for text in texts if text.casefold() not in LABEL_NAMES | INDEX_NAMES]
    if len(others) == len(texts) or not others or not all(t.isdecimal() for t in others):
        return False
    start = int(others[0][:9])
    return others == [str(start + i) for i in range(len(others))]


def odd_ones(texts: list[str]) -> list[int]:
    """Return the columns whose names differ from the pixels', most of which end in a number."""
    shapes = [re.sub(r"\d+", "#", text) for text in texts]
    shape, count = Counter(shapes).most_common(1)[0]
    return [i for i, s in enumerate(shapes) if s != shape] if count * 2 > len(texts) else []


def misplaced(names: list[str]) -> int:
    """Return the place of the first pixel that is out of order, by its name; 0 if there is none.

    Columns called pixel0, pixel1, … must come so, or every image would be scrambled; those called
    otherwise, such as 1x1, 1x2, must not be sorted by letters.
    """
    numbered = [re.fullmatch(r"([^0-9]*)([0-9]{1,9})", name) for name in names]
    numbers = [int(match[2]) for match in numbered if match is not None]
    if len(numbers) == len(names):
        steps = range(1, len(names))
        return next((i for i in steps if numbers[i] != numbers[i - 1] + 1), 0)
    places = [[int(n) for n in re.findall("[0-9]{1,9}", name)] for name in names]
    are_alike = len({re.sub("[0-9]+", "#", name) for name in names}) == 1
    if not are_alike or names != sorted(names):
        return 0
    return next((i for i in range(1, len(names)) if places[i] < places[i - 1]), 0)
