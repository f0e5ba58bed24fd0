"""A session on disk: a folder, every run a file of its own, and a page that ties them together.

Every file is written beside the old one and then takes its name, and the old one stays as NAME~:
at any instant there is a whole session. A lock says that a living app writes there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from .. import atomic_file
from ..errors import EXPECTED_ERRORS, UserError
from ..training.snapshot import RunFacts, SavedRun
from .manifest import DAMAGED, Manifest, as_text, read

if TYPE_CHECKING:
    from ...net.run.provenance import Provenance

PAGE, LOCK = "session.json", "lock"
ASIDE = "damaged.json"  # what a page that cannot be read is called from then on
ORDER = "order"  # holds a number that is higher the later the session was written
OLDER = "~"  # after the name of the file before
MOST_PAGE = 1 << 20  # bytes
MOST_DIGITS = 18  # of an order, and the highest; above it, nothing can come first any more
HIGHEST = 10**15


class SessionInUseError(UserError):
    """Another living app has it."""


class SessionStore:
    """One session's folder, locked for as long as the process lives."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder, which is made if there is none.

        Raises:
            SessionInUseError: another living app has it.
            UserError: it cannot be written to, or holds files that do not belong there.
        """
        self.folder = folder
        self._runs: set[str] = set()  # that the page names
        self._firsts: dict[
            int, tuple[int, int]
        ] = {}  # how each run on disk begins, as far as known
        self._lock = -1
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or not all(map(_is_plain, folder.iterdir())):
                raise UserError(f"{folder}: holds what this program does not write; remove it")
            self._lock = os.open(
                folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as failure:
            raise UserError(f"{folder}: cannot be written to: {failure.strerror}") from failure
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            os.close(self._lock)
            raise SessionInUseError(f"{folder}: is in use by another mnist-tui") from held
        for left in folder.glob(".*"):  # by a writing that was cut off
            with contextlib.suppress(OSError):
                left.unlink()

    def close(self) -> None:
        """Release the session to other apps; later calls do nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    # Writing

    def put_run(self, kept: SavedRun, made: Provenance | None = None) -> None:
        """Write a run, and its provenance if that is known.

        Raises NetError or OSError if the disk refuses; then the old one stays.
        """
        from ...net.run import checkpoint

        # Where a run begins changes only with the run: one in which nothing had happened gives its
        # number to another.
        begins = kept.first.iteration, crc32(kept.first.vector.tobytes())
        if self._firsts.get(kept.number) != begins:
            checkpoint.save(kept.first, self.folder / f"run-{kept.number}.first.npz")
            self._firsts[kept.number] = begins
        path = self.folder / f"run-{kept.number}.npz"
        _keep_older(path)
        checkpoint.save(kept.run, path, made or checkpoint.NO_PROVENANCE)

    def put_page(self, page: Manifest) -> None:
        """Write the page, and remove runs that only the one before names. Raises OSError."""
        self._come_first()
        path = self.folder / PAGE
        _keep_older(path)
        atomic_file.write(path, as_text(page), mode=atomic_file.PRIVATE)
        for number in self._runs - set(page.runs):
            for run in self.folder.glob(f"run-{number}.*"):
                run.unlink(missing_ok=True)
        self._runs = set(page.runs)

    def _come_first(self) -> None:
        """Take a number above those of the sessions beside this one: it was written last.

        A clock may be set back; a number is not.
        """
        others = [order_of(other) for other in self.folder.parent.iterdir() if other != self.folder]
        highest = max(others, default=0)
        if order_of(self.folder) <= highest:
            atomic_file.write(self.folder / ORDER, str(highest + 1), mode=atomic_file.PRIVATE)

    def leave(self, page: Manifest) -> None:
        """Note that nobody wants to go on with it unasked, and let others have it."""
        with contextlib.suppress(OSError):
            self.put_page(replace(page, ended=True))
        self.close()

    def put_aside(self) -> None:
        """Hide the session from `sessions`; its files stay for a while."""
        with contextlib.suppress(OSError):
            (self.folder / PAGE).replace(self.folder / ASIDE)
            (self.folder / (PAGE + OLDER)).unlink(missing_ok=True)
        self.close()

    # Reading

    def page(self) -> Manifest:
        """Return the page, or the one before if that is damaged.

        Raises UserError if neither can be read.
        """
        for path in (self.folder / PAGE, self.folder / (PAGE + OLDER)):
            with contextlib.suppress(*DAMAGED), path.open("rb") as file:
                page = read(file.read(MOST_PAGE))
                self._runs = set(page.runs)
                return page
        raise UserError(f"{self.folder}: holds no session that can be read")

    def runs(self, page: Manifest) -> list[SavedRun]:
        """Every run of the page that can be read, its last generation or the one before.

        Raises UserError if there is none.
        """
        found = [kept for number in page.runs if (kept := self._run(page, number))]
        if not found:
            raise UserError(f"{self.folder}: holds no run that can be read")
        return found

    def _run(self, page: Manifest, number: str) -> SavedRun | None:
        from ...net.run import checkpoint

        path = self.folder / f"run-{number}.npz"
        for file in (path, path.with_name(path.name + OLDER)):
            with contextlib.suppress(*EXPECTED_ERRORS):
                run = checkpoint.load(file)
                first = run
                with contextlib.suppress(*EXPECTED_ERRORS):
                    first = checkpoint.load(self.folder / f"run-{number}.first.npz")
                if first.sizes != run.sizes or first.iteration > run.iteration:
                    first = run
                return SavedRun(int(number), RunFacts(**page.runs[number]), run, first)
        return None


def order_of(folder: Path) -> int:
    """Return the number of a session's last write, see ORDER; 0 if it is unreadable."""
    with contextlib.suppress(OSError, ValueError), (folder / ORDER).open("rb") as file:
        return min(max(0, int(file.read(MOST_DIGITS))), HIGHEST)
    return 0


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _keep_older(path: Path) -> None:
    """Give what is there a second name, so that it outlives what takes its place."""
    if not path.exists():
        return
    temporary = path.with_name(f".{path.name}{OLDER}")
    temporary.unlink(missing_ok=True)
    try:
        os.link(path, temporary)
    except OSError:  # a file system that gives a file one name only
        shutil.copyfile(path, temporary)
    temporary.replace(path.with_name(path.name + OLDER))
