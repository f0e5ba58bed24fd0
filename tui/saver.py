"""The thread that puts a session on disk while it goes on; nobody ever waits for the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..net.errors import NetError
from .text import printable

if TYPE_CHECKING:
    from .runs import KeptRun
    from .store import Page, Store

EVERY = 5.0  # seconds between two writings of what trains
SHARE = 30.0  # and at least so many times as long as a writing takes


class Saver:
    """Takes runs and pages, and writes the newest of each."""

    def __init__(self, store: Store, complain: Callable[[str], None]) -> None:
        """complain: told once, in this thread, if the disk refuses."""
        self._store = store
        self._complain = complain
        self._wake = threading.Condition()
        self._runs: dict[int, KeptRun] = {}  # not yet written
        self._page: Page | None = None  # not yet written
        self._closing = self._complained = False
        self._due = 0.0  # when a run that trains may be written again
        self._thread = threading.Thread(target=self._work, name="saver", daemon=True)
        self._thread.start()

    def is_due(self) -> bool:
        """Whether a run that trains should be handed over now."""
        return time.monotonic() >= self._due

    def put_run(self, kept: KeptRun) -> None:
        """Write this run soon; from any thread."""
        with self._wake:
            self._due = time.monotonic() + EVERY
            self._runs[kept.number] = kept
            self._wake.notify()

    def put_page(self, page: Page) -> None:
        """Write this page soon; from any thread."""
        with self._wake:
            self._page = page
            self._wake.notify()

    def close(self, patience: float) -> None:
        """Write what is left, but wait for it no longer than so many seconds."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(patience)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._runs or self._page or self._closing)
                runs, self._runs = self._runs, {}
                page, self._page = self._page, None
            if not runs and page is None:
                return
            begun = time.monotonic()
            try:
                for kept in runs.values():
                    self._store.put_run(kept)
                if page:
                    self._store.put_page(page)
            except (OSError, NetError) as failure:
                self._say(f"This session cannot be saved: {printable(failure)}")
            self._due = max(self._due, time.monotonic() + SHARE * (time.monotonic() - begun))

    def _say(self, what: str) -> None:
        if not self._complained:
            self._complained = True
            self._complain(what)
