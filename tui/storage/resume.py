"""How the open app comes to its session: a new one, one that is gone on with, or one offered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..config.app_options import EMBEDDED
from ..errors import UserError
from ..text import format_duration
from .autosave import Autosave, saved_session

if TYPE_CHECKING:
    from pathlib import Path

    from ...net.run.provenance import Provenance
    from ..training.session import TrainingSession
    from ..training.snapshot import SavedRun, SavedSession
    from ..training.workspace import Workspace
    from .manifest import Manifest
    from .store import SessionStore

# Shows a question, and calls back with the answer; not at all, if there is none.
Ask = Callable[[str, Callable[[bool], None]], None]


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """A locked session folder and whether to resume it."""

    store: SessionStore | None = None
    """None: the session is kept nowhere."""
    page: Manifest | None = None
    """None: the session begins now."""
    runs: Sequence[SavedRun] | None = None
    """Of the page; None: as they are in the store."""
    is_offered: bool = False
    """Whether to ask first."""
    notes: Sequence[str] = ()
    """To be shown when the session opens, a line each."""


class SessionOpener:
    """Opens the workspace's session, and keeps it on disk from then on."""

    def __init__(
        self,
        workspace: Workspace,
        folder: SessionFolder,
        source: str | None,
        ask: Ask,
        tell: Callable[[str], None],
        share: float | None = None,
    ) -> None:
        """Create the opener.

        Args:
            workspace: whose session is opened.
            folder: the session's place on disk.
            source: of the data; None: the session's own, or the packaged set.
            ask: asks whether to resume a session that was cut off.
            tell: shows a line; callable from any thread.
            share: fraction of data without a test part to test on; None: the default.
        """
        self._workspace, self._folder = workspace, folder
        self._ask, self._tell = ask, tell
        self._source, self._share = source, share
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
        if not (folder.is_offered and folder.store and folder.page):
            self._open(folder.store, folder.page, folder.runs)
            return
        store, page = folder.store, folder.page

        def answered(yes: bool) -> None:
            if yes:
                self._open(store, page, folder.runs)
            else:
                store.leave(page)
                self._open(self._another(), None, None)

        self._ask(offer(page), answered)

    def save(self) -> None:
        """Write the session's page, if it has changed."""
        if self._keeping is not None:
            self._keeping.save(self._workspace.state)

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
        return partial(keeping.close, keeping.page(self._workspace.state), ended=ended)

    def leave_alone(self) -> None:
        """Keep this session no longer, and write nothing to it: what is there is worth more."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.leave_alone()

    def open_another(self, *, is_kept: bool) -> None:
        """Begin the session that the workspace has now, in a folder of its own."""
        self._source, self._share = self._workspace.source, self._workspace.share
        self.is_resumed = False
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
        workspace, source, share = self._workspace, self._source, self._share
        saved: SavedSession | None = None
        if page is not None and runs:
            self.is_resumed = True
            if source is None:
                source, share = page.source, page.share
            for number in sorted(set(page.runs) - {str(kept.number) for kept in runs}):
                self._tell(f"Run {number} cannot be read; its file stays as it is.")
            saved = saved_session(runs, page)
            names = {int(number): name for number, name in page.names.items()}
            workspace.resume(names, page.hidden, page.index)
        source = source or EMBEDDED
        workspace.read_from(source, share)
        if store is not None:
            self._keeping = Autosave(
                store,
                source,
                self._tell,
                page if runs else None,
                share,
                _provenance(workspace.session, source),
            )
        workspace.session.open(saved, self._keeping.saver if self._keeping else None)


def _provenance(session: TrainingSession, source: str) -> Callable[[], Provenance | None]:
    """Return what asks for the provenance of the session's runs; None until the data are loaded."""
    known: list[Provenance] = []  # once: the digest of the data takes a while

    def provenance() -> Provenance | None:
        from ..datasets.loading import now, provenance_of

        if session.dataset is None:
            return None
        if not known:
            known.append(provenance_of(session.dataset, source))
        return replace(known[0], date=now())

    return provenance


def offer(page: Manifest) -> str:
    """Ask whether to resume a session that was cut off."""
    facts = page.runs.get(str(page.current), {"seconds": 0.0})
    hidden = "-".join(map(str, page.hyperparameters().hidden))
    count = len(page.runs)
    return (
        f"The last session was cut off: {count} run{'s' * (count != 1)}, hidden {hidden}, "
        f"{format_duration(facts['seconds'])} of training. Go on with it?"
    )
