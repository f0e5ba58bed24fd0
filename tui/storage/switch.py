"""From one session to the next: the old one put away behind the screen, the new one made to fit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...net.architecture import architecture_name, check_hidden, parameter_count
from ...net.errors import NetError
from ...net.hyperparameters import Hyperparameters, check_batch
from ..config.settings import remember_source
from ..datasets.progress import summary
from ..text import printable
from .autosave import PATIENCE as LEAVING

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...net.run.state import HyperparameterLog
    from ..screens.main.dashboard import Dashboard
    from ..training.session import TrainingSession
    from ..training.snapshot import Snapshot
    from .resume import SessionOpener

PATIENCE = 30.0  # seconds that an update under way may take; nobody waits for it
NOTE = 15.0  # seconds that a word about the change stays


class SessionSwitcher:
    """Lets a cockpit go on with other data; its session is saved first, another one begins."""

    def __init__(
        self,
        cockpit: Dashboard,
        opening: SessionOpener,
        session: Callable[[Callable[[], Dataset], HyperparameterLog], TrainingSession],
    ) -> None:
        """session: makes one, of what loads its data and what is wanted."""
        self._cockpit, self._opening, self._session = cockpit, opening, session
        self._partings: list[threading.Thread] = []  # of sessions that end behind the screen

    def offer(self, source: str, dataset: Dataset) -> None:
        """Go on with these data; ask first if that would lose something."""
        lost = 0 if self._opening.is_kept else worth_keeping(self._cockpit.session.runs())
        if not lost:
            self.begin(source, dataset)
            return

        from ..screens.dialogs.prompts import ConfirmDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self.begin(source, dataset)

        question = f"This session cannot be saved; the runs so far ({lost}) will be lost. Go on?"
        self._cockpit.app.push_screen(ConfirmDialog(question), answered)

    def begin(self, source: str, dataset: Dataset) -> None:
        """Put the session away, saved, and begin another one on these data."""
        before, folder = self._cockpit.session, self._opening.folder
        runs = worth_keeping(before.runs())
        wanted, words = compatible_hyperparameters(before.wanted, dataset)
        self._part(before)
        self._tell(f"{summary(dataset)}\n{words}")
        if folder is not None and runs:
            again = f"mnist-tui --resume {printable(folder)}"
            self._tell(f"The runs so far ({runs}) stay saved: {again} goes on with them.")
        self._cockpit.use(self._session(lambda: dataset, ((0, wanted),)))
        self._opening.open_another(source, is_kept=folder is not None)
        remember_source(source)

    def close(self) -> None:
        """Wait a little for what is still being put away."""
        for parting in self._partings:
            parting.join(LEAVING)

    def _part(self, session: TrainingSession) -> None:
        """End the session's worker, then write what it learnt; in a thread: both may wait."""
        put_away = self._opening.part()

        def work() -> None:
            session.close(PATIENCE)
            put_away()

        parting = threading.Thread(target=work, name="parting", daemon=True)
        parting.start()
        self._partings.append(parting)

    def _tell(self, words: str) -> None:
        self._cockpit.notify(words, markup=False, timeout=NOTE)


def compatible_hyperparameters(
    wanted: Hyperparameters, dataset: Dataset
) -> tuple[Hyperparameters, str]:
    """What is wanted, if it can be trained with on these data, else the default; and why."""
    m, inputs = dataset.train.images.shape
    try:
        check_hidden(wanted.hidden, inputs, dataset.classes)
        check_batch(wanted.batch_size, m)
    except NetError as problem:
        return Hyperparameters(), f"Hyperparameters are the default ones again: {problem}"
    sizes = (inputs, *wanted.hidden, dataset.classes)
    return (
        wanted,
        f"A new session begins, with a network {architecture_name(sizes)}, {parameter_count(sizes):,} weights.",
    )


def worth_keeping(runs: tuple[Snapshot, ...]) -> int:
    """In how many runs something has happened."""
    return sum(not seen.is_untouched for seen in runs)
