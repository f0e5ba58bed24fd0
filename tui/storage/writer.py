"""The thread that puts a session on disk while it goes on; nobody ever waits for the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...net.errors import NetError
from ..text import printable

if TYPE_CHECKING:
    from ...net.run.provenance import Provenance
    from ..training.snapshot import SavedRun
    from .manifest import Manifest
    from .store import SessionStore

EVERY = 5.0  # seconds between two writings of what trains
YOUNG = 1.0  # seconds to the first writing; a run is twice as old at each of the next ones
SHARE = 30.0  # and at least so many times as long as a writing takes


class BackgroundWriter:
    """Takes runs and pages, and writes the newest of each.

    A page waits until every run that it names is there, so that what is on disk is whole.
    """

    def __init__(
        self,
        store: SessionStore,
        complain: Callable[[str], None],
        there: Iterable[int] = (),
        provenance: Callable[[], Provenance | None] = lambda: None,
    ) -> None:
        """Start the thread.

        Args:
            store: the session's folder; the thread closes it when it ends.
            complain: called once, in this thread, if the disk refuses.
            there: numbers of the runs already on disk.
            provenance: returns that of the runs; called at each write, since data load later.
        """
        self._store, self._provenance = store, provenance
        self._complain = complain
        self._there = {str(number) for number in there}
        self._wake = threading.Condition()
        self._runs: dict[int, SavedRun] = {}  # not yet written
        self._page: Manifest | None = None  # not yet written
        self._closing = self._complained = self._new = False
        self.has_failed = False  # whether the last writing did, so that not all is on disk
        self._due = 0.0  # when a run that trains may be written again
        self._thread = threading.Thread(target=self._work, name="saver", daemon=True)
        self._thread.start()

    def is_due(self) -> bool:
        """Return whether a training run should be handed over now."""
        return time.monotonic() >= self._due

    def put_run(self, kept: SavedRun) -> None:
        """Write this run soon; from any thread."""
        with self._wake:
            self._due = time.monotonic() + min(max(YOUNG, kept.facts.seconds), EVERY)
            self._runs[kept.number] = kept
            self._new = True
            self._wake.notify()

    def put_page(self, page: Manifest) -> None:
        """Write this page soon; from any thread."""
        with self._wake:
            self._page = page
            self._new = True
            self._wake.notify()

    def close(self, patience: float) -> None:
        """Write what is left, and let others have the store; wait only so many seconds for it."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(patience)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._new or self._closing)
                is_last, self._new = self._closing and not self._new, False
                runs, self._runs = self._runs, {}
                page, self._page = self._page, None
            begun = time.monotonic()
            page = self._write(runs, page, is_last=is_last)
            with self._wake:  # what could not be written is tried again with what comes next
                self._runs = {**runs, **self._runs}
                self._page = self._page or page
                self._due = max(self._due, time.monotonic() + SHARE * (time.monotonic() - begun))
            if is_last:
                self._store.close()  # only now: whoever has the lock may write
                return

    def _write(
        self, runs: dict[int, SavedRun], page: Manifest | None, *, is_last: bool
    ) -> Manifest | None:
        """Write these, and take away from runs what is written; the page, if it has to wait."""
        try:
            for number, kept in list(runs.items()):
                self._store.put_run(kept, self._provenance())
                self._there.add(str(number))
                del runs[number]
            if page is None:
                self.has_failed = False
                return None
            missing = set(page.runs) - self._there
            if missing and not is_last:
                return page
            known = {number: facts for number, facts in page.runs.items() if number not in missing}
            if known:
                self._store.put_page(replace(page, runs=known))
            self.has_failed = False
        except (OSError, NetError) as failure:
            self.has_failed = True
            self._say(f"This session cannot be saved: {printable(failure)}")
            return page
        return None

    def _say(self, what: str) -> None:
        if not self._complained:
            self._complained = True
            self._complain(what)
