"""Sessions on disk: a folder each, every run a file of its own, and a page that ties them together.

Every file is written beside the old one and then takes its name, and the old one stays as NAME~:
at any instant there is a whole session. A lock says that a living app writes there.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from ..net.hyperparameters import Hyperparameters
from .problem import EXPECTED, Problem
from .runs import KeptRun
from .text import printable

PAGE, LOCK = "session.json", "lock"
OLDER = "~"  # after the name of the file before
MOST_SESSIONS = 5  # when another begins, the oldest goes
MOST_PAGE = 1 << 20  # bytes
DAMAGED = (OSError, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class Page:
    """What a session is besides what its runs learnt; as simple as JSON."""

    source: str = "mnist"  # of the data
    current: int = 0  # the number of the current run
    wanted: dict[str, Any] = field(default_factory=dict[str, Any])  # hyperparameters
    index: int = 0  # of the test digit
    names: dict[str, str] = field(default_factory=dict[str, str])  # of runs, by number
    hidden: list[int] = field(default_factory=list[int])  # runs not on the chart
    runs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    ended: bool = False  # a person left it; if not, it was cut off

    def hyperparameters(self) -> Hyperparameters:
        """What was wanted. Raises TypeError or NetError for what is none."""
        hidden = tuple(int(units) for units in self.wanted["hidden"])
        return Hyperparameters(**dict[str, Any](self.wanted, hidden=hidden))


def root() -> Path:
    """Where sessions are: XDG_STATE_HOME/mnist-tui/sessions, usually in ~/.local/state."""
    return user_state_path("mnist-tui", appauthor=False) / "sessions"


class Store:
    """One session's folder, locked for as long as the process lives."""

    def __init__(self, folder: Path) -> None:
        """Raises Problem if another process has it, or if it cannot be written to."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as failure:
            raise Problem(f"{folder}: cannot be written to: {failure.strerror}") from failure
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            os.close(self._lock)
            raise Problem(f"{folder}: is in use by another mnist-tui") from held

    @classmethod
    def new(cls) -> Store:
        """A folder of its own for a session that begins. Raises Problem if there can be none."""
        store = cls(root() / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        for old in sessions()[MOST_SESSIONS:]:
            with contextlib.suppress(Problem):
                cls(old).remove()
        return store

    def close(self) -> None:
        """Let others have it."""
        os.close(self._lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()

    # Writing

    def put_run(self, kept: KeptRun) -> None:
        """Write a run. Raises NetError or OSError if the disk refuses; then the old one stays."""
        from ..net import checkpoint

        first = self.folder / f"run-{kept.number}.first.npz"
        if not first.exists() or kept.run.iteration == kept.start:
            checkpoint.save(kept.first, first)
        path = self.folder / f"run-{kept.number}.npz"
        _keep_older(path)
        checkpoint.save(kept.run, path)

    def put_page(self, page: Page) -> None:
        """Write the page, and remove runs that it does not name. Raises OSError likewise."""
        path = self.folder / PAGE
        _keep_older(path)
        temporary = self.folder / f".{PAGE}"
        with temporary.open("w") as file:
            json.dump(asdict(page), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        for run in self.folder.glob("run-*"):
            if run.name.split("-")[1].split(".")[0] not in page.runs:
                run.unlink(missing_ok=True)

    def leave(self, page: Page) -> None:
        """Note that nobody wants to go on with it unasked, and let others have it."""
        with contextlib.suppress(OSError):
            self.put_page(replace(page, ended=True))
        self.close()

    # Reading

    def page(self) -> Page:
        """The page, or the one before if that is damaged. Raises Problem if neither can be read."""
        for path in (self.folder / PAGE, self.folder / (PAGE + OLDER)):
            with contextlib.suppress(*DAMAGED, *EXPECTED):
                with path.open("rb") as file:
                    page = Page(**json.loads(file.read(MOST_PAGE)))
                _check(page)
                return page
        raise Problem(f"{self.folder}: holds no session that can be read")

    def runs(self, page: Page) -> list[KeptRun]:
        """Every run of the page that can be read, its last generation or the one before.

        Raises Problem if the current one is not among them.
        """
        found = [kept for number in page.runs if (kept := self._run(page, int(number)))]
        if page.current not in {kept.number for kept in found}:
            raise Problem(f"{self.folder}: run {page.current} is damaged: it cannot go on")
        return found

    def _run(self, page: Page, number: int) -> KeptRun | None:
        from ..net import checkpoint

        facts = page.runs[str(number)]
        path = self.folder / f"run-{number}.npz"
        for file in (path, path.with_name(path.name + OLDER)):
            with contextlib.suppress(*EXPECTED):
                run = checkpoint.load(file)
                first = run
                with contextlib.suppress(*EXPECTED):
                    first = checkpoint.load(self.folder / f"run-{number}.first.npz")
                if first.sizes != run.sizes:
                    first = run
                return KeptRun(number=number, run=run, first=first, **facts)
        return None


def sessions() -> list[Path]:
    """The folders of all sessions, the newest first."""
    with contextlib.suppress(OSError):
        found = [path for path in root().iterdir() if (path / PAGE).exists()]
        return sorted(found, key=lambda path: (path / PAGE).stat().st_mtime, reverse=True)
    return []


def last() -> tuple[Store, Page] | None:
    """The newest session that no living app has, locked; None if there is none to be read."""
    for folder in sessions():
        with contextlib.suppress(Problem):
            store = Store(folder)
            try:
                return store, store.page()
            except Problem:
                store.close()
    return None


def _keep_older(path: Path) -> None:
    """Give what is there a second name, so that it outlives what takes its place."""
    if path.exists():
        temporary = path.with_name(f".{path.name}{OLDER}")
        temporary.unlink(missing_ok=True)
        os.link(path, temporary)
        temporary.replace(path.with_name(path.name + OLDER))


def _check(page: Page) -> None:
    """Raise one of DAMAGED or EXPECTED for a page that this program would not write."""
    page.hyperparameters()
    kinds = {"source": str, "current": int, "index": int, "hidden": list, "ended": bool}
    for name, kind in kinds.items():
        if type(getattr(page, name)) is not kind:
            raise ValueError(name)
    for number, name in page.names.items():
        page.names[str(int(number))] = printable(str(name))
    wanted = {f.name for f in fields(KeptRun)} - {"number", "run", "first"}
    for number, facts in page.runs.items():
        if set(facts) != wanted or str(int(number)) != number:
            raise ValueError("runs")
        facts.update(
            begun=printable(str(facts["begun"]), 60),
            start=int(facts["start"]),
            seconds=float(facts["seconds"]),
            state=str(facts["state"]),
        )
