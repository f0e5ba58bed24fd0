"""Well-known sets, identified by labels or file names: EMNIST, Fashion-MNIST and others."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import DataError
from ..findings import Transposed
from ..images.quality import upright
from ..readers.safe_files import is_there, opened
from ..source_content import MAX_CLASSES, Digits, SourceContent

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MERGED = f"0123456789{UPPER}abdefghnqrt"
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip
KUZUSHIJI = tuple("おきすつなはまやれを")
EMNIST = re.compile(r"emnist[-_ ]?(letters|digits|mnist|balanced|bymerge|byclass)", re.IGNORECASE)
COURSE = re.compile(r"ex[34]data", re.IGNORECASE)  # whose images are unrolled column by column
EMNIST_CLASSES = {  # by label from 0 on; "" where no class has that label
    "letters": ("", *UPPER),
    "digits": tuple("0123456789"),
    "mnist": tuple("0123456789"),
    "balanced": tuple(MERGED),
    "bymerge": tuple(MERGED),
    "byclass": tuple(f"0123456789{UPPER}{UPPER.lower()}"),
}
NAMED = (
    (re.compile(r"fashion[-_ ]?mnist", re.IGNORECASE), FASHION),
    (re.compile(r"kmnist(?!.*49)", re.IGNORECASE), KUZUSHIJI),
)
# SHA-256 of the labels' bytes: of the training and of the test part, from files of the MD5 that the
# set's own README has.
BY_LABELS = {
    "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7": FASHION,
    "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9": FASHION,
}
PART_SIZES = (60_000, 10_000)  # images of such a set
# MD5 of gzipped IDX files of labels, as torchvision has them; other forms go by their names.
BY_FILE = {
    "e144d726b3acfaa3e44228e80efcd344": KUZUSHIJI,
    "7320c461ea6c1c855c0b718fb2a4b134": KUZUSHIJI,
}
LABEL_FILES = ("train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
MAX_NAMES_BYTES = 1 << 16  # bytes of a file of names
MAX_NAME_LENGTH = 40  # characters of a class's name


@dataclass(frozen=True, slots=True)
class Known:
    """A well-known set: its name, and its classes by label."""

    name: str
    classes: tuple[str, ...]
    lies_on_its_side: bool


def recognized(called: str, path: Path) -> Known | None:
    """Identify a well-known set by its files' names; None if they do not say.

    `called` is the files' own name. It alone identifies EMNIST's files: pictures in a folder of
    that name may have been transposed long ago.
    """
    if match := EMNIST.search(called):
        return Known(match[0], EMNIST_CLASSES[match[1].lower()], lies_on_its_side=True)
    if match := COURSE.search(called):
        return Known(match[0], (), lies_on_its_side=True)
    for text in (called, *(part.name for part in (path, *list(path.parents)[:2]))):
        for pattern, classes in NAMED:
            if match := pattern.search(text):
                return Known(match[0], classes, lies_on_its_side=False)
    return None


def applied(found: SourceContent, path: Path) -> SourceContent:
    """Return the set upright and with its class names, as far as its labels or name identify it."""
    known_set = _by_content(found, path) or recognized(found.called, path)
    if known_set is None:
        return found
    is_done = any(isinstance(finding, Transposed) for finding in found.findings)
    if known_set.lies_on_its_side and not is_done:  # the files of a folder are read one by one
        found = upright(found, f"as {known_set.name} is stored")
    if found.names or found.labels is None:
        return found
    parts = [found.labels] + ([] if found.test is None else [found.test.labels])
    classes = known_set.classes
    mapping = path.parent if path.is_file() else path
    file = mapping / f"{known_set.name.lower()}-mapping.txt"
    if known_set.lies_on_its_side and is_there(file):
        classes = _mapping(file)
    if max(int(part.max()) for part in parts) >= len(classes):
        return found
    return with_names(found, classes)


def _by_content(found: SourceContent, path: Path) -> Known | None:
    """Return the set that has these very labels, or None."""
    classes: tuple[str, ...] | None = None
    if found.labels is not None and len(found.labels) in PART_SIZES:
        classes = BY_LABELS.get(hashlib.sha256(found.labels.tobytes()).hexdigest())
    folder = path.parent if path.is_file() else path
    for file in (folder / name for name in LABEL_FILES):
        if classes is None and is_there(file):
            with opened(file) as content:
                start = content.read(MAX_NAMES_BYTES)  # the whole of a known one
            classes = BY_FILE.get(hashlib.md5(start, usedforsecurity=False).hexdigest())
    return None if classes is None else Known("", classes, lies_on_its_side=False)


def with_names(found: SourceContent, classes: tuple[str, ...]) -> SourceContent:
    """Name the classes by label; a label without a name is dropped if no image has it."""
    assert found.labels is not None
    parts = [found.labels] + ([] if found.test is None else [found.test.labels])
    used = set(np.flatnonzero(sum(np.bincount(p, minlength=256) for p in parts)).tolist())
    kept = [label for label, name in enumerate(classes) if name or label in used]
    table = np.zeros(256, np.uint8)
    table[kept] = range(len(kept))
    labels, *others = (table[part] for part in parts)
    test = None if found.test is None else Digits(found.test.images, others[0])
    names = tuple(classes[label] or str(label) for label in kept)
    return replace(found, labels=labels, test=test, names=names)


def _mapping(path: Path) -> tuple[str, ...]:
    """EMNIST's own table: label, the character's code, and perhaps the small letter's."""
    classes: dict[int, str] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        cells = line.split()
        if not cells:
            continue
        try:
            label, code = int(cells[0]), int(cells[1])
            classes[label] = chr(code)
        except (ValueError, IndexError, OverflowError) as problem:
            raise DataError(
                f"{path}: line {number}: is no label with a character's code"
            ) from problem
        if not 0 <= label <= MAX_CLASSES:
            raise DataError(f"{path}: line {number}: label {label}; expected 0 to {MAX_CLASSES}")
    return tuple(classes.get(label, "") for label in range(max(classes, default=-1) + 1))


def read_names(path: Path) -> tuple[str, ...]:
    """Read class names from a text file, one a line, in the labels' order. Raises DataError."""
    names = tuple(line.strip() for line in _text(path).splitlines() if line.strip())
    if not 2 <= len(names) <= MAX_CLASSES:
        raise DataError(f"{path}: has {len(names)} names; expected 2 to {MAX_CLASSES}, one a line")
    for name in names:
        if len(name) > MAX_NAME_LENGTH:
            raise DataError(f"{path}: {name[:24]!r}… is longer than {MAX_NAME_LENGTH} characters")
        if names.count(name) > 1:
            raise DataError(f"{path}: names {name!r} twice; expected one a class")
    return names


def _text(path: Path) -> str:
    with opened(path) as file:
        content = file.read(MAX_NAMES_BYTES + 1)
    if len(content) > MAX_NAMES_BYTES:
        raise DataError(
            f"{path}: is longer than the {MAX_NAMES_BYTES:,} bytes a list of names may have"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError(f"{path}: is not text in UTF-8") from problem
