"""The thread that saves a session while it runs, so that nothing else waits for the disk."""

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

MAX_INTERVAL_S = 5.0  # between two writes of a training run
FIRST_INTERVAL_S = 1.0  # before the first write; the interval doubles from there
MIN_REST_FACTOR = 30.0  # minimum interval, as a multiple of the time that a write takes


class BackgroundWriter:
    """Takes runs and manifests, and writes the newest of each.

    A manifest waits until every run that it names is written, so that the disk is consistent.
    """

    def __init__(
        self,
        store: SessionStore,
        complain: Callable[[str], None],
        stored: Iterable[int] = (),
        provenance: Callable[[], Provenance | None] = lambda: None,
    ) -> None:
        """Start the thread.

        Args:
            store: the session's folder; the thread closes it when it ends.
            complain: called once, in this thread, if the disk refuses.
            stored: numbers of the runs already on disk.
            provenance: returns that of the runs; called at each write, since data load later.
        """
        self._store, self._provenance = store, provenance
        self._complain = complain
        self._stored = {str(number) for number in stored}
        self._wake = threading.Condition()
        self._runs: dict[int, SavedRun] = {}  # not yet written
        self._manifest: Manifest | None = None  # not yet written
        self._closing = self._complained = self._has_news = False
        self.has_failed = False  # whether the last write failed
        self._due = 0.0  # when a training run may be written again
        self._thread = threading.Thread(target=self._work, name="saver", daemon=True)
        self._thread.start()

    def is_due(self) -> bool:
        """Return whether a training run should be handed over now."""
        return time.monotonic() >= self._due

    def put_run(self, saved: SavedRun) -> None:
        """Write this run soon; from any thread."""
        with self._wake:
            self._due = time.monotonic() + min(
                max(FIRST_INTERVAL_S, saved.facts.seconds), MAX_INTERVAL_S
            )
            self._runs[saved.number] = saved
            self._has_news = True
            self._wake.notify()

    def put_manifest(self, manifest: Manifest) -> None:
        """Write this manifest soon; from any thread."""
        with self._wake:
            self._manifest = manifest
            self._has_news = True
            self._wake.notify()

    def close(self, patience: float) -> None:
        """Write what is pending, then release the store; wait at most `patience` seconds."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(patience)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._has_news or self._closing)
                is_last, self._has_news = self._closing and not self._has_news, False
                runs, self._runs = self._runs, {}
                manifest, self._manifest = self._manifest, None
            started = time.monotonic()
            manifest = self._write(runs, manifest, is_last=is_last)
            with self._wake:  # a failed write is repeated with the next one
                self._runs = {**runs, **self._runs}
                self._manifest = self._manifest or manifest
                self._due = max(
                    self._due, time.monotonic() + MIN_REST_FACTOR * (time.monotonic() - started)
                )
            if is_last:
                self._store.close()  # last, because the lock permits writing
                return

    def _write(
        self, runs: dict[int, SavedRun], manifest: Manifest | None, *, is_last: bool
    ) -> Manifest | None:
        """Write and remove the runs; return the manifest if it has to wait."""
        try:
            for number, saved in list(runs.items()):
                self._store.put_run(saved, self._provenance())
                self._stored.add(str(number))
                del runs[number]
            if manifest is None:
                self.has_failed = False
                return None
            missing = set(manifest.runs) - self._stored
            if missing and not is_last:
                return manifest
            complete = {
                number: facts for number, facts in manifest.runs.items() if number not in missing
            }
            if complete:
                self._store.put_manifest(replace(manifest, runs=complete))
            self.has_failed = False
        except (OSError, NetError) as failure:
            self.has_failed = True
            self._complain_once(f"This session cannot be saved: {printable(failure)}")
            return manifest
        return None

    def _complain_once(self, what: str) -> None:
        if not self._complained:
            self._complained = True
            self._complain(what)
