"""Tasks that load data in a thread, with progress and cancellation."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.app_options import EMBEDDED
from ..render.glyphs import bar
from ..text import printable

if TYPE_CHECKING:
    from ...data.dataset import Dataset

BAR_COLUMNS = 24  # of the progress bar


class CancelledError(Exception):
    """The task was canceled."""


class CancellableTask:
    """A task in a thread, whose progress and result the screen polls."""

    def __init__(self, words: str) -> None:
        """Create a task; `words` say to the user what it does."""
        self._words = words
        self._done = (0, 0)
        self._given_up = threading.Event()

    def note(self, done: int, total: int) -> None:
        """So much is done, of so much. Raises CancelledError once `give_up` was called."""
        self._done = done, total
        self.check()

    def check(self) -> None:
        """Raise CancelledError if it was cancelled."""
        if self.is_given_up:
            raise CancelledError

    def give_up(self) -> None:
        """End the task at the next opportunity and discard its result."""
        self._given_up.set()

    @property
    def is_given_up(self) -> bool:
        """Whether the task is canceled."""
        return self._given_up.is_set()

    @property
    def line(self) -> str:
        """The progress as a line."""
        done, total = self._done
        if not total:
            return f"{self._words} …"
        share = min(1.0, done / total)
        return f"{self._words} … {share:4.0%} {bar(share, BAR_COLUMNS)}"


class LoadTask(CancellableTask):
    """Loads one source."""

    def __init__(self, source: str, share: float | None = None) -> None:
        """Create a task that loads `source`; `share` is tested on if it has no test part."""
        path = source.partition(" --")[0]  # without the options after the path
        name = path if path == EMBEDDED else Path(path).name
        super().__init__(f"reading {printable(name, 30)}")
        self.source, self._share = source, share

    def dataset(self) -> Dataset:
        """Read, in the thread. Raises DataError, or CancelledError."""
        from .loading import open_dataset  # NumPy with it

        dataset = open_dataset(self.source, self._share, self.note)
        self.check()
        return dataset


def summary(dataset: Dataset) -> str:
    """Summarize the data in one line, followed by the reader's notes."""
    facts = (
        f"{printable(dataset.name, 40)}: {len(dataset.train):,} images to learn from, "
        f"{len(dataset.test):,} to test on, {dataset.side} × {dataset.side} pixels, "
        f"{dataset.classes} classes."
    )
    from .findings import all_notes

    lines = all_notes(dataset.notes, dataset.findings)
    return "\n".join([facts, *(printable(line, 200) for line in lines)])
