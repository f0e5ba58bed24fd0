"""Two threads: what the screen reads of a run is of one instant, while it trains at full speed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.inspection.prediction_history import PredictionTracer, moments
from mnist_tui.net.run.diagnosis import best_moment, remedy_for
from mnist_tui.net.run.history import LOSS, TEST_ACCURACY, TRAIN_ACCURACY
from mnist_tui.net.run.state import RunState
from mnist_tui.tui.render.chart import RunCurve, draw_runs
from mnist_tui.tui.render.chart_view import ChartView
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import RunStatus, SessionSnapshot, Snapshot
from mnist_tui.tui.training.summary import run_summary
from rich.style import Style

from tests.helpers.app.session_driver import Driven, session_of
from tests.helpers.support import part_of

SECONDS = 10.0  # in all
BREAKING: list[dict[str, Any]] = [
    {"batch_size": 1, "alpha": 0.01},
    {"batch_size": 64, "alpha": 5.0},
    {"batch_size": 4, "alpha": 1e5},
    {"batch_size": 1, "alpha": 1e30},
    {"batch_size": 16, "alpha": 0.5, "optimizer": "momentum"},
]


@pytest.fixture(scope="module")
def tiny(mnist: Dataset) -> Dataset:
    """So small that an update takes next to no time."""
    return part_of(mnist, 200, 50)


def check(picture: SessionSnapshot) -> None:
    """Read all that any view reads of the runs, and hold each against the others."""
    numbers = [seen.run.number for seen in picture.runs if seen.run]
    assert numbers == sorted(set(numbers))
    assert picture.current in picture.runs
    for seen in picture.runs:
        check_run(seen)
    lines = [line_of(seen) for seen in picture.runs]
    for view in (ChartView(), ChartView(loss=True, log_x=True), ChartView(span=40.0)):
        draw_runs(lines, view, len(lines[-1].history) // 2, (80, 20), ink)
    names = {number: str(number) for number in numbers}
    run_summary(replace(picture.current, state=RunStatus.FINISHED), picture.runs, names)


def line_of(seen: Snapshot) -> RunCurve:
    assert seen.run is not None
    assert seen.history is not None
    number, iterations = seen.run.number, seen.hyperparameters.iterations
    return RunCurve(
        number, "", seen.history, seen.hyperparameter_log, iterations, leaps=True, role="moving"
    )


def check_run(seen: Snapshot) -> None:
    history, timeline, progress = seen.history, seen.timeline, seen.progress
    assert history is not None
    assert timeline is not None
    assert progress is not None
    rows = history.view()
    assert len(history) == progress.iteration + 1 == int(rows[-1, 0]) + 1
    if seen.state is RunStatus.TRAINING:  # one at rest is measured again, perhaps by larger batches
        assert (rows[-1, LOSS], rows[-1, TRAIN_ACCURACY]) == (
            progress.loss,
            progress.train_accuracy,
        )
    tested = rows[np.isfinite(rows[:, TEST_ACCURACY])]
    assert history.tested is not None
    assert history.best is not None
    assert history.tested.iteration == tested[-1, 0]
    assert history.best.test_accuracy == tested[:, TEST_ACCURACY].max()
    history.tested_at(progress.iteration // 2)
    kept = [iteration for iteration, _ in moments(timeline)]
    assert kept == sorted(set(kept))
    assert len(kept) == len(timeline)
    assert kept[-1] <= progress.iteration
    assert timeline.before(kept[0]) is timeline.after(progress.iteration) is None
    assert seen.hyperparameter_log[-1][0] <= progress.iteration
    best = best_moment(history, timeline, seen.hyperparameters.batch_size)
    assert best.iteration in kept
    if seen.diagnosis:
        assert seen.diagnosis.iteration <= progress.iteration
        remedy_for(seen.diagnosis, history, timeline)


def disturb(session: TrainingSession, generator: random.Random) -> None:
    """What a user may do at any moment, at random."""
    picture = session.picture()
    numbers = [seen.run.number for seen in picture.runs if seen.run]
    chosen = generator.choice(picture.runs)
    assert chosen.timeline is not None
    number = generator.choice(numbers)
    match generator.randrange(8):
        case 0:
            session.begin(wanted(generator), train=True)
        case 1 | 2:
            at = generator.random() * (chosen.progress.iteration + 1 if chosen.progress else 1)
            assert chosen.run is not None
            session.fork(chosen.run.number, chosen.timeline.before(at + 1), train=True)
        case 3:
            session.continue_run(number)
            session.train()
        case 4:
            session.remove(number)
        case 5:
            session.ask(number, look_at)
        case _:
            session.change(wanted(generator))
            session.train()


def look_at(state: RunState | None) -> None:
    assert state is None or len(state.history)


def ink(_: str) -> Style:
    return Style()


def wanted(generator: random.Random) -> Hyperparameters:
    return Hyperparameters(iterations=1_000_000, **generator.choice(BREAKING))


@pytest.mark.slow
@pytest.mark.parametrize("chosen", BREAKING, ids=str)
def test_whatever_is_read_while_it_trains_and_breaks_is_of_one_instant(
    tiny: Dataset, chosen: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small bounds, so that histories and timelines are thinned all the time.
    for name, value in {
        "MAX_HISTORY_ROWS": 3000,
        "MAX_TOTAL_ROWS": 9000,
        "TIMELINE_BUDGET_BYTES": 4 << 20,
    }.items():
        monkeypatch.setattr(f"mnist_tui.tui.training.run_manager.{name}", value)
    monkeypatch.setattr("mnist_tui.tui.training.run_manager.MAX_RUNS", 5)
    generator = random.Random(0)  # noqa: S311  (of no secret)
    with session_of(tiny, **chosen) as driven:
        driven.session.train()
        end, pictures = time.monotonic() + SECONDS / len(BREAKING), 0
        while time.monotonic() < end or pictures < 20:
            picture = driven.session.picture()
            assert picture.current.state is not RunStatus.FAILED, picture.current.message
            check(picture)
            pictures += 1
            if pictures % 3 == 0:
                disturb(driven.session, generator)
                driven.session.snapshot()


def test_a_picture_does_not_change_once_it_is_taken(tiny: Dataset) -> None:
    with session_of(tiny, batch_size=1) as driven:
        driven.session.train()
        driven.until(lambda: driven.iteration > 100)
        picture = driven.session.picture()
        seen = picture.current
        assert seen.history is not None
        assert seen.timeline is not None
        assert seen.parameters is not None
        before = seen.history.rows().tobytes(), seen.parameters.vector.tobytes()
        kept = [iteration for iteration, _ in moments(seen.timeline)]
        driven.until(lambda: driven.iteration > 3000)
        check(picture)
        assert (seen.history.rows().tobytes(), seen.parameters.vector.tobytes()) == before
        assert [iteration for iteration, _ in moments(seen.timeline)] == kept


class Lingering(threading.Condition):
    """A lock that gives the worker time for some updates whenever the user's thread lets go."""

    def __exit__(self, *what: Any) -> None:
        super().__exit__(*what)
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.003)


def test_no_update_goes_by_what_was_wanted_for_another_run(tiny: Dataset) -> None:
    """Each order here wants another alpha; every run must have been trained by its own alone."""
    chosen = Hyperparameters(batch_size=1, alpha=0.001, iterations=1_000_000)
    session = TrainingSession(lambda: tiny, chosen, threads=1)
    session._wake = Lingering()  # pyright: ignore[reportPrivateUsage]: the only way to widen the gap
    session.open()
    driven = Driven(session)
    driven.until(lambda: driven.now.state is RunStatus.READY)
    try:
        driven.session.train()
        alphas = {1: 0.001}
        for number in range(2, 40):
            driven.until(lambda: driven.iteration > 3)
            alphas[number] = number / 10_000
            own = replace(driven.session.wanted, alpha=alphas[number])
            first = driven.timeline.first
            orders: list[Callable[[], None]] = [
                partial(session.follow, ((0, own),)),
                partial(session.begin, own, train=True),
                partial(session.fork, number - 1, first, own, train=True),
            ]
            driven.ordered(orders[number % 3])
            driven.session.train()
        for number in (3, 9, 20):
            driven.ordered(partial(driven.session.continue_run, number))
            driven.train(2)
        for seen in driven.session.runs():
            assert seen.run is not None
            assert seen.history is not None
            assert set(seen.history.view()[1:, 1]) <= {alphas[seen.run.number]}
            assert [chosen.alpha for _, chosen in seen.hyperparameter_log[1:]] == (
                [] if len(seen.hyperparameter_log) == 1 else [alphas[seen.run.number]]
            )
    finally:
        session.close()


def test_a_plan_never_reaches_the_run_that_comes_after_it(tiny: Dataset) -> None:
    chosen = Hyperparameters(batch_size=1, alpha=0.001, iterations=1_000_000)
    plan = tuple((n, replace(chosen, alpha=0.001 * (1 + n % 7))) for n in range(0, 3000, 2))
    session = TrainingSession(lambda: tiny, chosen, threads=1, plan=plan)
    session.open()
    driven = Driven(session)
    try:
        driven.until(lambda: driven.now.state is RunStatus.READY)
        for _ in range(20):
            driven.ordered(lambda: session.follow(plan))
            session.train()
            driven.until(lambda: driven.iteration > 20)
            driven.ordered(lambda: session.begin(replace(chosen, alpha=0.5)))
            driven.train(5)
            assert set(driven.history.view()[1:, 1]) == {0.5}
            assert session.wanted.alpha == 0.5
    finally:
        session.close()


def test_answers_about_a_run_that_goes_on_for_long_stay_few(tiny: Dataset) -> None:
    tracer, image = PredictionTracer(), {0: tiny.test.images[0]}
    with session_of(tiny) as driven:
        parameters = driven.now.parameters
        assert parameters is not None
    tracer.trace(((iteration, parameters) for iteration in range(9000)), image, {0: 1})
    found = tracer.trace([(9001, parameters), (8999, parameters)], image, {0: 1})[0]
    assert len(found.iterations) <= 8192
    assert (found.iterations[0], *found.iterations[-2:]) == (0, 8999, 9001)
    assert np.diff(found.iterations).max() == 2
