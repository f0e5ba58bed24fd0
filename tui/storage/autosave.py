"""Saves an open session: describes it in its manifest, and restores it from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.recipe import format_recipe
from ..datasets.paths import expanded
from ..training.snapshot import SavedRun, SavedSession
from .manifest import Manifest
from .writer import BackgroundWriter

if TYPE_CHECKING:
    from ...net.run.provenance import Provenance
    from ..training.workspace import WorkspaceState
    from .store import SessionStore

CLOSE_TIMEOUT_S = 0.5  # that leaving waits for the disk


class Autosave:
    """Saves one session while it runs."""

    def __init__(
        self,
        store: SessionStore,
        source: str,
        complain: Callable[[str], None],
        resumed: Manifest | None = None,
        share: float | None = None,
        provenance: Callable[[], Provenance | None] = lambda: None,
    ) -> None:
        """Start saving.

        Args:
            store: the session's folder.
            source: of the data.
            complain: called once, in another thread, if the disk refuses.
            resumed: manifest of the resumed session.
            share: fraction of the data to test on, if they have no test part.
            provenance: see `BackgroundWriter`.
        """
        self._store = store
        # The path must be valid in any working folder that the session is resumed from.
        self._source = expanded(source)
        self._share = share
        self._last = Manifest()
        self._before = resumed or Manifest()
        self.writer = BackgroundWriter(store, complain, map(int, self._before.runs), provenance)

    def save(self, state: WorkspaceState) -> None:
        """Write the manifest if it has changed."""
        manifest = self.manifest(state)
        if manifest != self._last and manifest.runs:
            self._last = manifest
            self.writer.put_manifest(manifest)

    @property
    def folder(self) -> Path:
        """The session's folder."""
        return self._store.folder

    @property
    def is_up_to_date(self) -> bool:
        """Whether every write so far has succeeded."""
        return not self.writer.has_failed

    def close(self, manifest: Manifest, *, ended: bool) -> None:
        """Write this manifest and what is pending. `ended`: the user closed the session."""
        if manifest.runs:
            self.writer.put_manifest(replace(manifest, ended=ended))
        self.writer.close(CLOSE_TIMEOUT_S)

    def release(self) -> None:
        """Release the session, unchanged, to other apps."""
        self.writer.close(CLOSE_TIMEOUT_S)

    def manifest(self, state: WorkspaceState) -> Manifest:
        """Describe the session as it stands."""
        session = state.session
        picture = session.picture()
        run, log, wanted = picture.current.run, session.hyperparameter_log, session.wanted
        runs = {
            str(seen.run.number): asdict(facts)
            for seen in picture.runs
            if seen.run and (facts := seen.facts)
        }
        if runs:  # runs that are not restored yet, or cannot be, stay in the manifest and on disk
            before = self._before.runs
            runs |= {n: facts for n, facts in before.items() if int(n) not in session.restored}
        return Manifest(
            source=self._source,
            current=run.number if run else 0,
            count=max([self._before.count, self._last.count, *map(int, runs)]),
            share=self._share,
            wanted=asdict(wanted),
            plan=format_recipe(log) if log[1:] else "",
            index=state.index,
            names={
                number: state.names[int(number)] for number in runs if int(number) in state.names
            },
            hidden=[number for number in sorted(state.hidden) if str(number) in runs],
            runs=runs,
        )


def saved_session(runs: Sequence[SavedRun], manifest: Manifest) -> SavedSession:
    """Return the session to resume from its runs and manifest."""
    count = max(manifest.count, *map(int, manifest.runs))
    ordered = tuple(sorted(runs, key=attrgetter("number")))
    return SavedSession(ordered, manifest.current, count, manifest.hyperparameter_log())
