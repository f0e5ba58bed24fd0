"""A training session that takes up saved runs, or gets its data late."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice

from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.trainer import Trainer, replay
from mnist_tui.tui.config import recipe
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import RunFacts, RunStatus, SavedRun, SavedSession

from tests.helpers.runs.saved_sessions import RestCounter, run_to_end
from tests.helpers.support import PATIENCE


def test_a_plan_goes_on_from_a_run_that_is_older_than_its_page(small: Dataset) -> None:
    plan = recipe.parse_recipe("alpha=0.1 iterations=30 @8 alpha=0.4 @20 alpha=0.2")
    whole = Trainer(small.train, small.test, plan[0][1])
    for _ in replay(whole, plan):
        pass
    early = Trainer(small.train, small.test, plan[0][1])
    for _ in islice(early.steps(), 5):
        pass
    rested = RestCounter()
    session = TrainingSession(lambda: small, plan[0][1], rested)
    state = early.state()
    run = SavedRun(1, RunFacts("seed 0", 0, 0.0, "training"), state, first=state)
    run_to_end(session, rested, SavedSession((run,), current=1, count=1, hyperparameter_log=plan))
    parameters = session.snapshot().parameters
    assert parameters is not None
    assert parameters.vector.tobytes() == whole.parameters.vector.tobytes()


def test_what_does_not_fit_the_data_and_was_typed_while_they_loaded_is_told(
    small: Dataset,
) -> None:
    loaded, told, rested = threading.Event(), list[str](), RestCounter()
    wanted = Hyperparameters(iterations=7)

    def load() -> Dataset:
        loaded.wait(PATIENCE)
        return small

    session = TrainingSession(load, wanted, rested, tell=told.append)
    session.open()
    session.change(replace(wanted, batch_size=5000))
    loaded.set()
    rested.wait()
    session.close(PATIENCE)
    assert session.snapshot().state is RunStatus.READY
    assert session.wanted == wanted
    (line,) = told
    assert "5,000" in line
