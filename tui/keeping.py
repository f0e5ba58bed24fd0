"""What ties the open app to its session on disk: what is put away, and how it is taken up again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .page import Page
from .recipe import written
from .saver import Saver

if TYPE_CHECKING:
    from .runs import KeptRun
    from .screens.cockpit import Cockpit
    from .store import Store

PATIENCE = 0.5  # seconds that leaving waits for the disk


class Keeping:
    """Writes one session as it goes on."""

    def __init__(
        self,
        store: Store,
        source: str,
        complain: Callable[[str], None],
        taken_up: Sequence[KeptRun] = (),
        share: float | None = None,
    ) -> None:
        """source: of the data; share: how much of them is tested on, if they leave that open.

        complain: told once, in another thread, if the disk refuses.
        """
        self._store = store
        # From whatever folder it is gone on with: the path must lead there.
        self._source = source if source == "mnist" else str(Path(source).expanduser().absolute())
        self._share = share
        self._last = Page()
        self.saver = Saver(store, complain, [kept.number for kept in taken_up])

    def look(self, cockpit: Cockpit) -> None:
        """Write the page, if it is another one than before."""
        page = self.page(cockpit)
        if page != self._last and page.runs:
            self._last = page
            self.saver.put_page(page)

    @property
    def folder(self) -> Path:
        """Where it writes."""
        return self._store.folder

    def close(self, page: Page, *, ended: bool) -> None:
        """Write this page and all that is left. ended: a person wanted to leave."""
        if page.runs:
            self.saver.put_page(replace(page, ended=ended))
        self.saver.close(PATIENCE)
        self._store.close()

    def page(self, cockpit: Cockpit) -> Page:
        """How the session stands."""
        session = cockpit.session
        run, course = session.snapshot().run, session.course
        return Page(
            source=self._source,
            current=run.number if run else 0,
            share=self._share,
            wanted=asdict(course[0][1]),
            plan=written(course) if course[1:] else "",
            index=cockpit.index,
            names={str(number): name for number, name in cockpit.names.copy().items()},
            hidden=sorted(cockpit.hidden),
            runs={
                str(seen.run.number): {
                    "begun": seen.run.begun,
                    "start": seen.run.start,
                    "seconds": float(seen.seconds),
                    "state": seen.state.value,
                }
                for seen in session.runs()
                if seen.run
            },
        )


def take_up(
    kept: Sequence[KeptRun], page: Page, cockpit: Cockpit, refuse: Callable[[str], None]
) -> None:
    """Let the app go on where this session stood. refuse: told what cannot be gone on with."""
    cockpit.session.take_up(kept, page.current, page.course(), refuse)
    cockpit.names = {int(number): name for number, name in page.names.items()}
    cockpit.hidden = set(page.hidden)
    cockpit.set_reactive(type(cockpit).index, page.index)
