"""Switching sessions: the old one is saved in the background, the new one fits its data."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...net.architecture import architecture_name, parameter_count
from ...net.errors import NetError
from ...net.hyperparameters import Hyperparameters, check_fits
from ..config.settings import remember_source
from ..datasets.progress import summary
from ..text import printable
from .autosave import CLOSE_TIMEOUT_S

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...net.run.state import HyperparameterLog
    from ..interop.model_file import FittedModel
    from ..training.session import TrainingSession
    from ..training.snapshot import Snapshot
    from ..training.workspace import Workspace
    from .resume import Ask, SessionOpener

UPDATE_TIMEOUT_S = 30.0  # for an update under way, in a thread that nothing waits for


class SessionSwitcher:
    """Changes to other data: saves the open session, then begins a new one."""

    def __init__(
        self,
        workspace: Workspace,
        opener: SessionOpener,
        new_session: Callable[[Callable[[], Dataset], HyperparameterLog], TrainingSession],
        ask: Ask,
        tell: Callable[[str], None],
    ) -> None:
        """Create the switcher.

        Args:
            workspace: whose session is replaced.
            opener: saves the session on disk.
            new_session: makes a session from a data loader and hyperparameters.
            ask: asks before something is lost.
            tell: shows lines about the change.
        """
        self._workspace, self._opener, self._new_session = workspace, opener, new_session
        self._ask, self._tell = ask, tell
        self._ending: list[threading.Thread] = []  # threads that save ended sessions

    def offer(self, source: str, dataset: Dataset, model: FittedModel | None = None) -> None:
        """Switch to these data, or to a model on them; ask first if something would be lost."""
        lost = 0 if self._opener.is_saved else trained_runs(self._workspace.session.runs())
        if not lost:
            self.begin(source, dataset, model)
            return

        def answered(yes: bool) -> None:
            if yes:
                self.begin(source, dataset, model)

        question = f"This session cannot be saved; the runs so far ({lost}) will be lost. Go on?"
        self._ask(question, answered)

    def begin(self, source: str, dataset: Dataset, model: FittedModel | None = None) -> None:
        """End and save the session, and begin a new one on these data."""
        before, folder = self._workspace.session, self._opener.folder
        runs = trained_runs(before.runs())
        if model is None:
            wanted, words = compatible_hyperparameters(before.wanted, dataset)
            words = f"{summary(dataset)}\n{words}"
        else:
            wanted, words = (
                model.saved.state.hyperparameters,
                "\n".join(model.lines),
            )
        self._end_session(before)
        self._tell(words)
        if folder is not None and runs:
            again = f"mnist-tui --resume {printable(folder)}"
            self._tell(f"The runs so far ({runs}) stay saved: {again} continues them.")
        self._workspace.read_from(source, None if model is None else self._workspace.share)
        self._workspace.open(self._new_session(lambda: dataset, ((0, wanted),)))
        self._opener.open_another(is_saved=folder is not None, model=model)
        if model is None:
            remember_source(source)

    def close(self) -> None:
        """Wait a moment for sessions that are still being saved."""
        for thread in self._ending:
            thread.join(CLOSE_TIMEOUT_S)

    def _end_session(self, session: TrainingSession) -> None:
        """End the session's worker and save it, in a thread, because both may block."""
        put_away = self._opener.detach()

        def work() -> None:
            session.close(UPDATE_TIMEOUT_S)
            put_away()

        thread = threading.Thread(target=work, name="parting", daemon=True)
        thread.start()
        self._ending.append(thread)


def compatible_hyperparameters(
    wanted: Hyperparameters, dataset: Dataset
) -> tuple[Hyperparameters, str]:
    """Return the hyperparameters if they fit the data, else the defaults; and a note saying so."""
    m, inputs = dataset.train.images.shape
    try:
        check_fits(wanted, m, inputs, dataset.classes)
    except NetError as problem:
        return Hyperparameters(), f"Hyperparameters are the default ones again: {problem}"
    sizes = (inputs, *wanted.hidden, dataset.classes)
    weights = f"{parameter_count(sizes):,} weights"
    network = f"a network {architecture_name(sizes)}, {weights}"
    return wanted, f"A new session begins, with {network}."


def trained_runs(runs: tuple[Snapshot, ...]) -> int:
    """Count the runs that have made updates."""
    return sum(not seen.is_untouched for seen in runs)
