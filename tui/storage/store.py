"""A session on disk: a folder with a file for each run, and a manifest that ties them together.

Every file is written beside the old one and then takes its name; the old one stays as NAME~. So
the disk always holds a complete session. A lock shows that a running app writes to it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from .. import atomic_file
from ..errors import EXPECTED_ERRORS, UserError
from ..folder_lock import FolderInUseError, lock_folder
from ..training.snapshot import RunFacts, SavedRun
from .manifest import DAMAGED, Manifest, format_manifest, parse_manifest

if TYPE_CHECKING:
    from ...net.run.provenance import Provenance

MANIFEST = "session.json"
DAMAGED_MANIFEST = "damaged.json"  # the new name of an unreadable manifest
ORDER = "order"  # holds a number that is higher for sessions written later
BACKUP_SUFFIX = "~"  # of the previous version of a file
MAX_MANIFEST_BYTES = 1 << 20
MAX_ORDER_DIGITS = 18
MAX_ORDER = 10**15  # a damaged file may hold more, and no session could then be newer


class SessionInUseError(UserError):
    """Another running app uses the session."""


class SessionStore:
    """One session's folder, locked until it is closed or the process ends."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder, and create it if it does not exist.

        Raises:
            SessionInUseError: another running app uses it.
            UserError: it is not writable, or holds foreign files.
        """
        self.folder = folder
        self._runs: set[str] = set()  # named in the manifest
        self._first_moments: dict[
            int, tuple[int, int]
        ] = {}  # how each run on disk begins, as far as known
        self._lock = -1
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or not all(map(_is_plain, folder.iterdir())):
                raise UserError(f"{folder}: holds what this program does not write; remove it")
            self._lock = lock_folder(folder)
        except OSError as failure:
            raise UserError(f"{folder}: cannot be written to: {failure.strerror}") from failure
        except FolderInUseError as locked:
            raise SessionInUseError(f"{folder}: is in use by another mnist-tui") from locked
        for leftover in folder.glob(".*"):  # of an interrupted write
            with contextlib.suppress(OSError):
                leftover.unlink()

    def close(self) -> None:
        """Release the session to other apps; later calls do nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def remove(self) -> None:
        """Remove the folder with its content."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    # Writing

    def put_run(self, saved: SavedRun, provenance: Provenance | None = None) -> None:
        """Write a run, with its provenance if it is known.

        Raises NetError or OSError if the disk refuses; the old file then stays.
        """
        from ...net.run import checkpoint

        # A run's first moment never changes, but an untouched run gives its number to
        # another one.
        begins = saved.first.iteration, crc32(saved.first.vector.tobytes())
        if self._first_moments.get(saved.number) != begins:
            checkpoint.save(saved.first, self.folder / f"run-{saved.number}.first.npz")
            self._first_moments[saved.number] = begins
        path = self.folder / f"run-{saved.number}.npz"
        _back_up(path)
        checkpoint.save(saved.run, path, provenance or checkpoint.NO_PROVENANCE)

    def put_manifest(self, manifest: Manifest) -> None:
        """Write the manifest, and remove runs that it no longer names. Raises OSError."""
        self._mark_newest()
        path = self.folder / MANIFEST
        _back_up(path)
        atomic_file.write(path, format_manifest(manifest), mode=atomic_file.PRIVATE)
        for number in self._runs - set(manifest.runs):
            for run in self.folder.glob(f"run-{number}.*"):
                run.unlink(missing_ok=True)
        self._runs = set(manifest.runs)

    def _mark_newest(self) -> None:
        """Take a number above those of all other sessions, since this one is written last.

        Unlike a clock, the number is never set back.
        """
        others = [
            write_order(other) for other in self.folder.parent.iterdir() if other != self.folder
        ]
        highest = max(others, default=0)
        if write_order(self.folder) <= highest:
            atomic_file.write(self.folder / ORDER, str(highest + 1), mode=atomic_file.PRIVATE)

    def mark_ended(self, manifest: Manifest) -> None:
        """Mark the session as closed by the user, so that it is not offered, and release it."""
        with contextlib.suppress(OSError):
            self.put_manifest(replace(manifest, ended=True))
        self.close()

    def put_aside(self) -> None:
        """Hide the session from `sessions`; its files stay for a while."""
        with contextlib.suppress(OSError):
            (self.folder / MANIFEST).replace(self.folder / DAMAGED_MANIFEST)
            (self.folder / (MANIFEST + BACKUP_SUFFIX)).unlink(missing_ok=True)
        self.close()

    # Reading

    def manifest(self) -> Manifest:
        """Return the manifest, or its previous version if it is damaged.

        Raises UserError if neither can be read.
        """
        for path in (self.folder / MANIFEST, self.folder / (MANIFEST + BACKUP_SUFFIX)):
            with contextlib.suppress(*DAMAGED), path.open("rb") as file:
                manifest = parse_manifest(file.read(MAX_MANIFEST_BYTES))
                self._runs = set(manifest.runs)
                return manifest
        raise UserError(f"{self.folder}: holds no session that can be read")

    def runs(self, manifest: Manifest) -> list[SavedRun]:
        """Return the manifest's readable runs, each in its last or its previous version.

        Raises UserError if there is none.
        """
        found = [saved for number in manifest.runs if (saved := self._run(manifest, number))]
        if not found:
            raise UserError(f"{self.folder}: holds no run that can be read")
        return found

    def _run(self, manifest: Manifest, number: str) -> SavedRun | None:
        from ...net.run import checkpoint

        path = self.folder / f"run-{number}.npz"
        for file in (path, path.with_name(path.name + BACKUP_SUFFIX)):
            with contextlib.suppress(*EXPECTED_ERRORS):
                run = checkpoint.load(file)
                first = run
                with contextlib.suppress(*EXPECTED_ERRORS):
                    first = checkpoint.load(self.folder / f"run-{number}.first.npz")
                if first.sizes != run.sizes or first.iteration > run.iteration:
                    first = run
                return SavedRun(int(number), RunFacts(**manifest.runs[number]), run, first)
        return None


def write_order(folder: Path) -> int:
    """Return the number of a session's last write, see ORDER; 0 if it is unreadable."""
    with contextlib.suppress(OSError, ValueError), (folder / ORDER).open("rb") as file:
        return min(max(0, int(file.read(MAX_ORDER_DIGITS))), MAX_ORDER)
    return 0


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _back_up(path: Path) -> None:
    """Give an existing file a second name, under which it survives being replaced."""
    if not path.exists():
        return
    temporary = path.with_name(f".{path.name}{BACKUP_SUFFIX}")
    temporary.unlink(missing_ok=True)
    try:
        os.link(path, temporary)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, temporary)
    temporary.replace(path.with_name(path.name + BACKUP_SUFFIX))
