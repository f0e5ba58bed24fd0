"""A sweep that is looked at: its folder, read again and again while it fills."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from ...errors import UserError
from ..manifest import MANIFEST, Manifest, read_manifest
from ..results import TABLE, ResultsReader, SweepResult
from .plan import Plan

NO_PLAN = Plan({})


@dataclass(frozen=True, slots=True, eq=False)
class SweepContent:
    """What a folder held when it was read last."""

    results: tuple[SweepResult, ...] = ()
    manifest: Manifest | None = None
    plan: Plan = NO_PLAN

    @property
    def test_images(self) -> int:
        """Images that each accuracy was measured on; 0: unknown."""
        return self.manifest.test_images if self.manifest else 0


class OpenSweep:
    """Reads only what is new. Any thread may call `read`."""

    def __init__(self, folder: Path, *, is_expected: bool = False) -> None:
        """Take the folder.

        Args:
            folder: Of the sweep.
            is_expected: Whether a sweep that has just begun is to make it; until then it is empty.
        """
        self.folder = folder
        self._is_expected = is_expected
        self._lock = threading.Lock()
        self._reader = ResultsReader(folder)
        self._stamp: tuple[int, int] | None = None  # of the manifest that was read
        self._content = SweepContent()

    def read(self) -> SweepContent:
        """Return what there is now; the same object if nothing has changed.

        Raises:
            UserError: This is no sweep's folder, or what it holds cannot be read; NetError if its
                manifest plans runs that cannot be.
        """
        with self._lock:
            before = self._content
            stamp = _stamp(self.folder / MANIFEST)
            manifest, plan = before.manifest, before.plan
            if stamp != self._stamp:
                manifest = read_manifest(self.folder)
                plan, self._stamp = Plan.of(manifest), stamp
            new = self._reader.poll()
            if new or manifest is not before.manifest:
                self._content = SweepContent((*before.results, *new), manifest, plan)
            if not (self._content.manifest or self._content.results or self._is_expected):
                raise UserError(
                    f"{self.folder}: is not the folder of a sweep; expected {MANIFEST} or {TABLE} "
                    "in it, as “mnist-tui sweep --out FOLDER” writes them"
                )
            return self._content


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes with a file; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
