"""What ties the open app to its session on disk: what is put away, and how it is taken up again."""

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
    from ..screens.main.dashboard import Dashboard
    from .store import SessionStore

PATIENCE = 0.5  # seconds that leaving waits for the disk


class Autosave:
    """Writes one session as it goes on."""

    def __init__(
        self,
        store: SessionStore,
        source: str,
        complain: Callable[[str], None],
        taken_up: Manifest | None = None,
        share: float | None = None,
    ) -> None:
        """source: of the data; share: how much of them is tested on, if they leave that open.

        complain: told once, in another thread, if the disk refuses.
        taken_up: the page of the session that is gone on with.
        """
        self._store = store
        # From whatever folder it is gone on with: the path must lead there.
        self._source = expanded(source)
        self._share = share
        self._last = Manifest()
        self._before = taken_up or Manifest()
        self.saver = BackgroundWriter(store, complain, map(int, self._before.runs))

    def look(self, cockpit: Dashboard) -> None:
        """Write the page, if it is another one than before."""
        page = self.page(cockpit)
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
        """Let others have the session, as it was."""
        self.saver.close(PATIENCE)

    def page(self, cockpit: Dashboard) -> Manifest:
        """How the session stands."""
        session = cockpit.session
        # May be called in another thread than the screen's, whose names and hidden runs change.
        picture, names, hidden = session.picture(), cockpit.names, sorted(cockpit.hidden)
        run, course, wanted = picture.current.run, session.course, session.wanted
        runs = {
            str(seen.run.number): {
                "begun": seen.run.begun,
                "start": seen.run.start,
                "seconds": float(seen.seconds),
                "state": seen.state.value,
            }
            for seen in picture.runs
            if seen.run
        }
        if runs:  # what is not taken up yet, or cannot be, stays on the page, and so on the disk
            before = self._before.runs
            runs |= {n: facts for n, facts in before.items() if int(n) not in session.restored}
        return Manifest(
            source=self._source,
            current=run.number if run else 0,
            count=max([self._before.count, self._last.count, *map(int, runs)]),
            share=self._share,
            wanted=asdict(wanted),
            plan=format_recipe(course) if course[1:] else "",
            index=cockpit.index,
            names={number: names[int(number)] for number in runs if int(number) in names},
            hidden=[number for number in hidden if str(number) in runs],
            runs=runs,
        )


def take_up(kept: Sequence[SavedRun], page: Manifest, cockpit: Dashboard) -> None:
    """Let the app go on where this session stood."""
    count = max(page.count, *map(int, page.runs))
    runs = tuple(sorted(kept, key=attrgetter("number")))
    cockpit.session.take_up(SavedSession(runs, page.current, count, page.course()))
    cockpit.names = {int(number): name for number, name in page.names.items()}
    cockpit.hidden = set(page.hidden)
    cockpit.set_reactive(type(cockpit).index, page.index)
