"""Keeps an open session on disk: describes it in its manifest, and restores it from there."""

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

PATIENCE = 0.5  # seconds that leaving waits for the disk


class Autosave:
    """Writes one session as it goes on."""

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
        # The path must hold in whatever folder the session is resumed from.
        self._source = expanded(source)
        self._share = share
        self._last = Manifest()
        self._before = resumed or Manifest()
        self.saver = BackgroundWriter(store, complain, map(int, self._before.runs), provenance)

    def save(self, state: WorkspaceState) -> None:
        """Write the page, if it is another one than before."""
        page = self.page(state)
        if page != self._last and page.runs:
            self._last = page
            self.saver.put_page(page)

    @property
    def folder(self) -> Path:
        """Where it writes."""
        return self._store.folder

    @property
    def is_whole(self) -> bool:
        """Whether all that was to be written was, so far."""
        return not self.saver.has_failed

    def close(self, page: Manifest, *, ended: bool) -> None:
        """Write this page and all that is left. ended: a person wanted to leave."""
        if page.runs:
            self.saver.put_page(replace(page, ended=ended))
        self.saver.close(PATIENCE)

    def leave_alone(self) -> None:
        """Release the session, unchanged, to other apps."""
        self.saver.close(PATIENCE)

    def page(self, state: WorkspaceState) -> Manifest:
        """Describe the session as it stands."""
        session = state.session
        picture = session.picture()
        run, course, wanted = picture.current.run, session.course, session.wanted
        runs = {
            str(seen.run.number): asdict(facts)
            for seen in picture.runs
            if seen.run and (facts := seen.facts)
        }
        if runs:  # what is not restored yet, or cannot be, stays on the page, and so on the disk
            before = self._before.runs
            runs |= {n: facts for n, facts in before.items() if int(n) not in session.restored}
        return Manifest(
            source=self._source,
            current=run.number if run else 0,
            count=max([self._before.count, self._last.count, *map(int, runs)]),
            share=self._share,
            wanted=asdict(wanted),
            plan=format_recipe(course) if course[1:] else "",
            index=state.index,
            names={
                number: state.names[int(number)] for number in runs if int(number) in state.names
            },
            hidden=[number for number in sorted(state.hidden) if str(number) in runs],
            runs=runs,
        )


def saved_session(runs: Sequence[SavedRun], page: Manifest) -> SavedSession:
    """Return a session to resume, as the runs on disk and their page tell it."""
    count = max(page.count, *map(int, page.runs))
    ordered = tuple(sorted(runs, key=attrgetter("number")))
    return SavedSession(ordered, page.current, count, page.course())
