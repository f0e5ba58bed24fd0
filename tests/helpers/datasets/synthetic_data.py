"""Small datasets of other kinds than MNIST: other sides, other numbers of classes, with names."""

from __future__ import annotations

from string import ascii_letters, ascii_uppercase, digits

import numpy as np
from mnist_tui.data.dataset import Dataset, Digits

SHAPES = ("circle", "cross", "line")
LETTERS = tuple(ascii_uppercase)
ALL_62 = tuple(digits + ascii_letters)


def made_up(side: int, names: tuple[str, ...], m: int = 400, seed: int = 0) -> Dataset:
    """Images of `side` × `side` with a class's own pattern in each, and noise over it."""
    generator = np.random.default_rng(seed)
    patterns = generator.integers(0, 2, (len(names), side * side), np.uint8) * 200

    def part(count: int) -> Digits:
        labels = np.resize(np.arange(len(names), dtype=np.uint8), count)
        generator.shuffle(labels)
        noise = generator.integers(0, 56, (count, side * side), np.uint8)
        return Digits(patterns[labels] + noise, labels)

    return Dataset(f"made up {side}", part(m), part(m // 2), side, names)


SETS = {
    "8 × 8, three named classes": made_up(8, SHAPES),
    "9 × 9, two classes": made_up(9, ("0", "1")),
    "32 × 32, the letters": made_up(32, LETTERS),
    "28 × 28, 62 classes": made_up(28, ALL_62),
    "128 × 128, long names": made_up(128, ("aeroplanes of the navy", "boats", "cars"), 60),
}
