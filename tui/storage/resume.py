"""Opening the app's session: a new one, a resumed one, or one offered to be resumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..config.app_options import EMBEDDED
from ..errors import UserError
from ..text import format_duration
from .autosave import Autosave, saved_session
from .from_model import first_run, keep

if TYPE_CHECKING:
    from pathlib import Path

    from ...net.run.provenance import Provenance
    from ..interop.model_file import FittedModel
    from ..training.session import TrainingSession
    from ..training.snapshot import SavedRun, SavedSession
    from ..training.workspace import Workspace
    from .manifest import Manifest
    from .store import SessionStore

# Shows a question and calls back with the answer; does not if the question is dismissed.
Ask = Callable[[str, Callable[[bool], None]], None]


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """A locked session folder and whether to resume it."""

    store: SessionStore | None = None
    """None: the session is not saved."""
    manifest: Manifest | None = None
    """None: a new session begins."""
    runs: Sequence[SavedRun] | None = None
    """The manifest's runs; None: as they are in the store."""
    is_offered: bool = False
    """Whether to ask first."""
    notes: Sequence[str] = ()
    """Shown when the session opens, a line each."""


class SessionOpener:
    """Opens the workspace's session, and saves it from then on."""

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
        self._autosave: Autosave | None = None

    @property
    def is_saved(self) -> bool:
        """Whether the session is on disk and up to date."""
        return self._autosave is not None and self._autosave.is_up_to_date

    @property
    def folder(self) -> Path | None:
        """The session's folder, if it is saved."""
        return self._autosave.folder if self._autosave else None

    def open(self) -> None:
        """Begin or resume; ask first if resuming is only offered."""
        folder = self._folder
        for note in folder.notes:
            self._tell(note)
        if not (folder.is_offered and folder.store and folder.manifest):
            self._open(folder.store, folder.manifest, folder.runs)
            return
        store, manifest = folder.store, folder.manifest

        def answered(yes: bool) -> None:
            if yes:
                self._open(store, manifest, folder.runs)
            else:
                store.mark_ended(manifest)
                self._open(self._create_store(), None, None)

        self._ask(resume_question(manifest), answered)

    def save(self) -> None:
        """Write the session's manifest if it has changed."""
        if self._autosave is not None:
            self._autosave.save(self._workspace.state)

    def close(self, *, ended: bool) -> bool:
        """Write what is pending; return whether all is on disk. `ended`: the user closed it."""
        autosave = self._autosave
        self.detach(ended=ended)()
        return autosave is not None and autosave.is_up_to_date

    def detach(self, *, ended: bool = True) -> Callable[[], None]:
        """Stop saving this session; return a function that writes the rest, in any thread."""
        autosave, self._autosave = self._autosave, None
        if autosave is None:
            return lambda: None
        return partial(autosave.close, autosave.manifest(self._workspace.state), ended=ended)

    def release(self) -> None:
        """Stop saving this session without writing: what is on disk is worth more."""
        autosave, self._autosave = self._autosave, None
        if autosave is not None:
            autosave.release()

    def open_another(self, *, is_saved: bool, model: FittedModel | None = None) -> None:
        """Begin the workspace's present session, in a new folder if it is to be saved.

        Args:
            is_saved: whether it is.
            model: a saved model that becomes its first run; None: that is a new one.
        """
        self._source, self._share = self._workspace.source, self._workspace.share
        self.is_resumed = False
        store = self._create_store() if is_saved else None
        if model is None:
            self._open(store, None, None)
            return
        manifest, run = first_run(model.saved, model.name, self._source, self._share)
        if store is not None:
            try:
                keep(store, manifest, run)
            except UserError as problem:
                self._tell(str(problem))
        self._open(store, manifest, [run])

    def _create_store(self) -> SessionStore | None:
        from . import catalog

        try:
            return catalog.create_session()
        except UserError as problem:
            self._tell(f"This session cannot be saved: {problem}")
            return None

    def _open(
        self, store: SessionStore | None, manifest: Manifest | None, runs: Sequence[SavedRun] | None
    ) -> None:
        if manifest is not None:
            try:
                runs = store.runs(manifest) if runs is None and store else runs or ()
            except UserError as problem:  # an unreadable session must not prevent a new one
                self._tell(str(problem))
                if store:
                    store.put_aside()
                store, manifest, runs = self._create_store(), None, None
        workspace, source, share = self._workspace, self._source, self._share
        saved: SavedSession | None = None
        if manifest is not None and runs:
            self.is_resumed = True
            if source is None:
                source, share = manifest.source, manifest.share
            for number in sorted(set(manifest.runs) - {str(run.number) for run in runs}):
                self._tell(f"Run {number} cannot be read; its file stays as it is.")
            saved = saved_session(runs, manifest)
            names = {int(number): name for number, name in manifest.names.items()}
            workspace.resume(names, manifest.hidden, manifest.index)
        source = source or EMBEDDED
        workspace.read_from(source, share)
        if store is not None:
            self._autosave = Autosave(
                store,
                source,
                self._tell,
                manifest if runs else None,
                share,
                _provenance(workspace.session, source),
            )
        workspace.session.open(saved, self._autosave.writer if self._autosave else None)


def _provenance(session: TrainingSession, source: str) -> Callable[[], Provenance | None]:
    """Return a function that gives the provenance of the runs; None until the data load."""
    cached: list[Provenance] = []  # because the digest of the data takes a while

    def provenance() -> Provenance | None:
        from ..datasets.loading import now, provenance_of

        if session.dataset is None:
            return None
        if not cached:
            cached.append(provenance_of(session.dataset, source))
        return replace(cached[0], date=now())

    return provenance


def resume_question(manifest: Manifest) -> str:
    """Ask whether to resume a session that was cut off."""
    facts = manifest.runs.get(str(manifest.current), {"seconds": 0.0})
    hidden = "-".join(map(str, manifest.hyperparameters().hidden))
    count = len(manifest.runs)
    return (
        f"The last session was cut off: {count} run{'s' * (count != 1)}, hidden {hidden}, "
        f"{format_duration(facts['seconds'])} of training. Go on with it?"
    )
