"""How the open app comes to its session: a new one, one that is gone on with, or one offered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..errors import UserError
from ..text import format_duration
from .autosave import Autosave, take_up

if TYPE_CHECKING:
    from pathlib import Path

    from ...net.run.provenance import Provenance
    from ..screens.main.dashboard import Dashboard
    from ..training.session import TrainingSession
    from ..training.snapshot import SavedRun
    from .manifest import Manifest
    from .store import SessionStore

KEEP = 2.0  # seconds between two looks whether the session's page is another one


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """A session on disk, locked, and whether it is to be gone on with."""

    store: SessionStore | None = None  # None: it is kept nowhere
    page: Manifest | None = None  # None: it begins now
    runs: Sequence[SavedRun] | None = None  # of the page; None: as they are in the store
    is_offered: bool = False  # a person is asked first
    notes: Sequence[str] = ()  # what a person should know of it, in a line each


class SessionOpener:
    """Opens a cockpit's session, and keeps it on disk from then on."""

    def __init__(
        self,
        cockpit: Dashboard,
        folder: SessionFolder,
        source: str | None,
        tell: Callable[[str], None],
        share: float | None = None,
    ) -> None:
        """source: of the data; None: what the session had. tell: shows a line; from any thread.

        share: of data without a test part, how much to test on; None: as usual.
        """
        self._cockpit, self._folder, self._tell = cockpit, folder, tell
        self.source, self.share = source, share
        self.is_resumed = False
        self._keeping: Autosave | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it is on disk, as far as that goes."""
        return self._keeping is not None and self._keeping.is_whole

    @property
    def folder(self) -> Path | None:
        """Where it is kept."""
        return self._keeping.folder if self._keeping else None

    def open(self) -> None:
        """Begin, or go on; ask first if that is only offered."""
        folder = self._folder
        for note in folder.notes:
            self._tell(note)
        self._cockpit.set_interval(KEEP, self._look)
        if not (folder.is_offered and folder.store and folder.page):
            self._open(folder.store, folder.page, folder.runs)
            return
        from ..screens.dialogs.prompts import ConfirmDialog

        store, page = folder.store, folder.page

        def answered(yes: bool | None) -> None:
            if yes:
                self._open(store, page, folder.runs)
            else:
                store.leave(page)
                self._open(self._another(), None, None)

        self._cockpit.app.push_screen(ConfirmDialog(offer(page), usual=True), answered)

    def close(self, *, ended: bool) -> bool:
        """Write what is left; whether all of it is there. ended: a person wanted to leave."""
        keeping = self._keeping
        self.part(ended=ended)()
        return keeping is not None and keeping.is_whole

    def part(self, *, ended: bool = True) -> Callable[[], None]:
        """Keep this session no longer; what comes back writes what is left, in any thread."""
        keeping, self._keeping = self._keeping, None
        if keeping is None:
            return lambda: None
        return partial(keeping.close, keeping.page(self._cockpit), ended=ended)

    def leave_alone(self) -> None:
        """Keep this session no longer, and write nothing to it: what is there is worth more."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.leave_alone()

    def open_another(self, source: str, *, is_kept: bool) -> None:
        """Begin the session that the cockpit has now, on other data, in a folder of its own."""
        self.source, self.share, self.is_resumed = source, None, False
        self._open(self._another() if is_kept else None, None, None)

    def _another(self) -> SessionStore | None:
        from . import catalog

        try:
            return catalog.create_session()
        except UserError as problem:
            self._tell(f"This session cannot be saved: {problem}")
            return None

    def _open(
        self, store: SessionStore | None, page: Manifest | None, runs: Sequence[SavedRun] | None
    ) -> None:
        if page is not None:
            try:
                runs = store.runs(page) if runs is None and store else runs or ()
            except UserError as problem:  # what cannot be read must not keep anybody from working
                self._tell(str(problem))
                if store:
                    store.put_aside()
                store, page, runs = self._another(), None, None
        if page is not None and runs:
            self.is_resumed = True
            if self.source is None:
                self.source, self.share = page.source, page.share
            for number in sorted(set(page.runs) - {str(kept.number) for kept in runs}):
                self._tell(f"Run {number} cannot be read; its file stays as it is.")
            take_up(runs, page, self._cockpit)
        source = self.source = self.source or "mnist"
        if store is not None:
            store.made = _made_by(self._cockpit.session, source)
            keeping = self._keeping = Autosave(
                store, source, self._tell, page if runs else None, self.share
            )
            self._cockpit.session.keep_with(keeping.saver)
        self._cockpit.session.open()

    def _look(self) -> None:
        if self._keeping is not None:
            self._keeping.look(self._cockpit)


def _made_by(session: TrainingSession, source: str) -> Callable[[], Provenance]:
    """What makes the runs of a session on these data, as soon as they are loaded."""
    known: list[Provenance] = []  # once: the digest of the data takes a while

    def made() -> Provenance:
        from ...net.run.provenance import Provenance
        from ..datasets.loading import now, provenance_of

        if session.dataset is None:
            return Provenance()
        if not known:
            known.append(provenance_of(session.dataset, source))
        return replace(known[0], date=now())

    return made


def offer(page: Manifest) -> str:
    """What a person is asked about a session that was cut off."""
    facts = page.runs.get(str(page.current), {"seconds": 0.0})
    hidden = "-".join(map(str, page.hyperparameters().hidden))
    count = len(page.runs)
    return (
        f"The last session was cut off: {count} run{'s' * (count != 1)}, hidden {hidden}, "
        f"{format_duration(facts['seconds'])} of training. Go on with it?"
    )
