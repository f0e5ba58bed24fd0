"""Opening a session: it is resumed where it was left, or begins anew, and is saved from then on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.storage.catalog import create_session, open_session, sessions
from mnist_tui.tui.storage.resume import SessionFolder, SessionOpener
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.workspace import Workspace

from tests.helpers.app.session_driver import Driven
from tests.helpers.runs import saved_sessions
from tests.helpers.support import PATIENCE, wait_until

UPDATES = 4  # of the session on disk


Question = tuple[str, Callable[[bool], None]]


@dataclass
class Opened:
    """An opener with its workspace, and what it asked and told."""

    opener: SessionOpener
    driven: Driven
    questions: list[Question]
    lines: list[str]

    def iteration(self) -> int:
        """Wait for the first run, and return how many updates it has made."""
        wait_until(lambda: self.driven.now.progress is not None)
        return self.driven.iteration


@contextmanager
def opened(dataset: Dataset, folder: SessionFolder) -> Generator[Opened]:
    """Open a session from this folder; end its worker afterwards."""
    session = TrainingSession(lambda: dataset, Hyperparameters())
    questions, lines = list[Question](), list[str]()

    def ask(question: str, answered: Callable[[bool], None]) -> None:
        questions.append((question, answered))

    opener = SessionOpener(Workspace(session), folder, None, ask, lines.append)
    opener.open()
    try:
        yield Opened(opener, Driven(session), questions, lines)
    finally:
        session.close(PATIENCE)
        opener.release()


def test_a_session_is_resumed_where_it_was_left(small: Dataset, session: Path) -> None:
    with opened(small, SessionFolder(*open_session(session))) as app:
        assert app.iteration() == UPDATES
        assert app.opener.is_resumed
        assert app.opener.is_saved
        assert app.opener.folder == session


def test_what_is_learnt_after_it_was_resumed_is_saved_when_it_is_closed(
    small: Dataset, session: Path
) -> None:
    with opened(small, SessionFolder(*open_session(session))) as app:
        app.iteration()
        app.driven.change(iterations=UPDATES + 3)
        app.driven.train(3)
        app.driven.session.close(PATIENCE)
        assert app.opener.close(ended=True)
    manifest, runs = saved_sessions.load(session)
    assert manifest.ended
    assert runs[manifest.current].iteration == UPDATES + 3


def test_a_new_session_is_saved_in_a_folder_of_its_own(small: Dataset, session: Path) -> None:
    with opened(small, SessionFolder(create_session())) as app:
        assert app.iteration() == 0
        assert not app.opener.is_resumed
        assert app.opener.folder not in (None, session)


def test_without_a_folder_nothing_is_saved(small: Dataset, state: Path) -> None:
    with opened(small, SessionFolder()) as app:
        assert app.iteration() == 0
        assert not app.opener.is_saved
        assert not app.opener.close(ended=True)
    assert not sessions()
    assert not state.exists()


def test_an_offered_session_waits_for_the_answer(small: Dataset, session: Path) -> None:
    with opened(small, SessionFolder(*open_session(session), is_offered=True)) as app:
        ((question, answer),) = app.questions
        assert "1 run, hidden 10" in question
        assert app.driven.now.run is None
        answer(True)
        assert app.iteration() == UPDATES


def test_a_declined_session_stays_on_disk_and_is_not_offered_again(
    small: Dataset, session: Path
) -> None:
    with opened(small, SessionFolder(*open_session(session), is_offered=True)) as app:
        ((_, answer),) = app.questions
        answer(False)
        assert app.iteration() == 0
        assert app.opener.folder != session
        manifest, runs = saved_sessions.load(session)
        assert manifest.ended
        assert runs[1].iteration == UPDATES


def test_a_session_without_a_readable_run_is_put_aside(small: Dataset, session: Path) -> None:
    folder = SessionFolder(*open_session(session))
    for file in session.glob("run-*"):
        file.write_bytes(b"nothing")
    with opened(small, folder) as app:
        assert app.iteration() == 0
        assert app.lines == [f"{session}: holds no run that can be read"]
        assert not app.opener.is_resumed
        assert session not in sessions()
        assert app.opener.folder != session


def test_notes_are_shown_when_it_opens(small: Dataset) -> None:
    with opened(small, SessionFolder(notes=("one", "two"))) as app:
        assert app.lines == ["one", "two"]
