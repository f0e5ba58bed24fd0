"""One reading of a source, in a thread of its own: how far it is, and that it may be given up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from .glyphs import bar
from .paths import EMBEDDED
from .text import printable

if TYPE_CHECKING:
    from ..data.dataset import Dataset

WIDTH = 24  # columns of the progress bar


class GivenUpError(Exception):
    """Nobody waits for these data any more."""


class Reading:
    """Made and looked at by the screen, carried out by a thread; they share two slots."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._done = (0, 0)
        self._given_up = threading.Event()

    def dataset(self) -> Dataset:
        """Read, in the thread. Raises DataError, or GivenUpError once `give_up` was called."""
        from .opening import open_dataset  # NumPy with it

        dataset = open_dataset(self.source, on_progress=self._note)
        self._note(*self._done)
        return dataset

    def give_up(self) -> None:
        """Let the reading end at the next occasion; what it finds is for nobody."""
        self._given_up.set()

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits for it."""
        return self._given_up.is_set()

    @property
    def line(self) -> str:
        """How far it is, for a person."""
        name = self.source if self.source == EMBEDDED else Path(self.source).name
        words = f"reading {printable(name, 30)} …"
        done, whole = self._done
        if not whole:
            return words
        share = min(1.0, done / whole)
        return f"{words} {share:4.0%} {bar(share, WIDTH)}"

    def _note(self, done: int, whole: int) -> None:
        self._done = done, whole
        if self.is_given_up:
            raise GivenUpError


def summary(dataset: Dataset) -> str:
    """What was read, in a line and the reader's own notes."""
    facts = (
        f"{printable(dataset.name, 40)}: {len(dataset.train):,} images to learn from, "
        f"{len(dataset.test):,} to test on, {dataset.side} × {dataset.side} pixels, "
        f"{dataset.classes} classes."
    )
    return "\n".join([facts, *(printable(note, 200) for note in dataset.notes)])
