"""Every number on the main screen, read off it, is the run's own at the moment that it shows."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.network import Parameters
from mnist_tui.net.run.history import FIELDS, LOSS, TEST_ACCURACY, TEST_LOSS, TRAIN_ACCURACY
from mnist_tui.tui.training.snapshot import RunStatus, Snapshot
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.hyperparameters import FieldInput, FieldRow
from mnist_tui.tui.widgets.probabilities import Probabilities
from mnist_tui.tui.widgets.runs_table import RunsPanel

from tests.helpers.app.app_driver import ENDLESS, Driver, opened
from tests.helpers.app.terminal_sizes import at_sizes

SIZES = [(80, 24), (120, 40), (200, 60)]
SMALL = 1e-9
LEAST_FOR_READING = 8  # rows of the chart's panel


def number(text: str) -> float:
    """A number as it is written on the screen."""
    return float(text.rstrip("%").replace(" ", "")) / (100 if text.endswith("%") else 1)


def agree(shown: str, value: float) -> bool:
    """Whether what is shown is the value, rounded to the places that are shown."""
    digits = shown.rstrip("%").strip()
    places = len(digits.partition(".")[2]) + 2 * shown.endswith("%")
    return abs(number(shown) - value) <= 0.5 * 10.0**-places + SMALL


def found(pattern: str, text: str) -> tuple[str, ...]:
    """What a pattern's groups match in the text."""
    match = re.search(pattern, text)
    assert match, (pattern, text)
    return match.groups()


def accuracy(parameters: Parameters, dataset: Dataset) -> float:
    """Of these weights on the test set."""
    predicted = probabilities(parameters, dataset.test.images).argmax(axis=0)
    return float((predicted == dataset.test.labels).mean())


def measured_by(snapshot: Snapshot, iteration: int) -> np.ndarray[Any, Any]:
    """The row of the last test up to an iteration."""
    assert snapshot.history
    rows = snapshot.history.rows()[: iteration + 1]
    progress = snapshot.progress
    if progress and progress.iteration == iteration and math.isfinite(progress.test_accuracy):
        return np.array([getattr(progress, name) for name in FIELDS])  # tested at rest
    return rows[np.isfinite(rows[:, TEST_ACCURACY])][-1]


def check_chart(app: Driver, snapshot: Snapshot, iteration: int) -> None:
    """The chart's title, and the row that reads values if there is one."""
    assert snapshot.run
    assert snapshot.history
    rows, tested = snapshot.history.rows()[: iteration + 1], measured_by(snapshot, iteration)
    is_loss = app.app.main.query_one(Chart).view.loss
    train_column, test_column = (LOSS, TEST_LOSS) if is_loss else (TRAIN_ACCURACY, TEST_ACCURACY)
    value = r"(\d+\.\d+%?)"
    title, *others = app.lines(Chart)
    of = r"(?: \([a-z0-9 ]+\))?"
    start = r"⠒⠒ (?:train|one batch|\d+ batches)?"
    train, test = found(rf"{start} *{value}{of} +. (?:test)? *{value}", title)
    last = 1 + len(rows) // 20 if snapshot.hyperparameters.batch_size else 1
    if snapshot.hyperparameters.batch_size and app.find("#chart").size.width >= 50:
        assert ("one batch" if last == 1 else f"{last} batches") in title
    assert agree(train, float(rows[-last:, train_column].mean()))
    assert agree(test, float(tested[test_column]))
    at = app.app.workspace.at
    if at is None or app.find("#chart").size.height < LEAST_FOR_READING:
        return
    (when,) = found(r"^ at (\d+) ", others[0])
    assert int(when) == at
    here, then = snapshot.history.rows()[at], measured_by(snapshot, at)
    name = f" {snapshot.run.number} run"
    row = next((line for line in others if line.startswith(name)), others[0])
    (train,) = found(rf"train +{value}", row)
    assert agree(train, float(here[train_column]))
    if app.find("#chart").size.width < 50:  # room for no more
        return
    (test,) = found(rf"test +{value}", row)
    assert agree(test, float(then[test_column]))
    tested_at = int(then[0])
    assert (f"(at {tested_at})" in row) == (tested_at != at)


def check_digit(app: Driver, dataset: Dataset, parameters: Parameters) -> None:
    """The digit's title and the probabilities beside the bars."""
    index, label = found(r"Test image #(\d+): an? (\d)", app.lines(Digit)[0])
    assert int(index) == app.index
    assert int(label) == dataset.test.labels[app.index]
    image = dataset.test.images[app.index : app.index + 1]
    answer = probabilities(parameters, image)[:, 0]
    assert len(app.shares) == len(answer)
    assert app.shares == pytest.approx(100 * answer, abs=0.051)
    verdict = app.lines(Probabilities)[0]
    predicted = int(answer.argmax())
    assert f"{predicted} " in verdict
    assert ("✓" in verdict) == (predicted == int(label))


def check_fields(app: Driver) -> None:
    """The hyperparameter panel: what is wanted."""
    wanted = app.app.session.wanted
    for row in app.app.main.query(FieldRow):
        shown, value = row.query_one(FieldInput).value, getattr(wanted, row.field.name)
        assert row.field.parse(shown) == value


def check_runs(app: Driver) -> None:
    """The runs table, if there is room for it."""
    panel = app.app.main.query_one(RunsPanel)
    if not panel.display:
        return
    lines = [panel.table.render_line(y).text for y in range(panel.table.size.height)]
    for snapshot in app.app.session.runs():
        assert snapshot.run
        assert snapshot.progress
        line = next((line for line in lines if re.match(rf"^. {snapshot.run.number} ", line)), None)
        if line is None:  # scrolled away
            continue
        updates, best, last = found(r" (\d+) +(\d+\.\d+%) +(\d+\.\d+%) ", line)
        assert snapshot.history
        rows = snapshot.history.rows()
        assert int(updates) == snapshot.progress.iteration
        newest = float(measured_by(snapshot, len(rows) - 1)[TEST_ACCURACY])
        assert agree(best, max(newest, float(np.nanmax(rows[:, TEST_ACCURACY]))))
        assert agree(last, newest)


def check_status(app: Driver, snapshot: Snapshot, dataset: Dataset) -> None:
    """The status line, of the present."""
    assert snapshot.run
    assert snapshot.progress
    progress, status = snapshot.progress, app.status
    done, whole = found(r" (\d+)/(\d+) ", status)
    assert int(done) == progress.iteration
    assert int(whole) == snapshot.hyperparameters.iterations
    (test,) = found(r" test +(\d+\.\d%)", status)
    assert agree(test, float(measured_by(snapshot, progress.iteration)[TEST_ACCURACY]))
    if snapshot.state in (RunStatus.PAUSED, RunStatus.FINISHED) and snapshot.parameters:
        assert agree(test, accuracy(snapshot.parameters, dataset))
    (alpha,) = found(r"α ([\d.e+-]+)", status)
    assert float(alpha) == pytest.approx(snapshot.hyperparameters.alpha, rel=1e-3)
    if "loss" in status and math.isfinite(progress.loss):
        loss, norm = found(r"loss +(\d+\.\d+)  \|∇\| ([\d.e+-]+)", status)
        assert agree(loss, progress.loss)
        assert float(norm) == pytest.approx(progress.gradient_norm, rel=6e-3)


def check_all(app: Driver, dataset: Dataset) -> None:
    """All panels, at rest."""
    snapshot = app.app.session.snapshot()
    past = app.app.workspace.past
    assert snapshot.progress
    if past is None:
        check_status(app, snapshot, dataset)
        iteration, parameters = snapshot.progress.iteration, app.parameters
    else:
        iteration, parameters = past.iteration, past.parameters
        when, now = found(r"the past: (\d+) of (\d+) ", app.status)
        assert (int(when), int(now)) == (iteration, snapshot.progress.iteration)
        (test,) = found(r" test +(\d+\.\d%)", app.status)
        assert agree(test, float(measured_by(snapshot, iteration)[TEST_ACCURACY]))
        assert "Esc the present" in app.status
    check_chart(app, snapshot, iteration)
    if app.find("#below").display:
        check_digit(app, dataset, parameters)
    check_fields(app)
    check_runs(app)


@pytest.mark.slow
@at_sizes(*SIZES)
@pytest.mark.parametrize("batch", [None, 20])
async def test_paused_finished_and_in_the_past(
    small: Dataset, size: tuple[int, int], batch: int | None
) -> None:
    async with opened(small, size, batch_size=batch, iterations=130) as app:
        await app.train(57)
        check_all(app, small)
        await app.press("right", "l")
        check_all(app, small)
        await app.press("l", "left_square_bracket", "left_square_bracket")
        assert app.app.workspace.past is not None
        check_all(app, small)
        await app.press(*["left_square_bracket"] * 20)
        check_all(app, small)
        await app.press("escape")
        assert app.app.workspace.past is None
        check_all(app, small)
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        check_all(app, small)
        await app.press("l", "left_square_bracket")
        assert app.app.workspace.past is not None
        check_all(app, small)


@pytest.mark.parametrize("width", [60, 72, 80, 100])
async def test_the_past_tells_its_test_and_the_way_back_at_any_width(
    small: Dataset, width: int
) -> None:
    async with opened(small, (width, 24), iterations=ENDLESS) as app:
        await app.train(123)
        await app.press("left_square_bracket")
        check_all(app, small)
        assert app.status.rstrip().endswith(("Esc the present", "Space forks here"))
        assert " at 121 " in app.lines(Chart)[1]
        assert "(at 120)" in app.lines(Chart)[1] or "train" in app.lines(Chart)[1]


@at_sizes(*SIZES)
async def test_a_second_run_beside_the_first_and_after_it(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size, iterations=400) as app:
        await app.train(57)
        await app.press("comma", "comma")
        assert app.app.workspace.at is not None
        check_all(app, small)
        await app.begin(alpha=0.5, seed=1)
        assert app.numbers == [1, 2]
        await app.until(lambda: "0/400" in app.status)
        assert app.app.workspace.at is None, "a reading of the run before"
        check_all(app, small)
        await app.train(31)
        check_all(app, small)
        await app.press("left_square_bracket")
        check_all(app, small)
        await app.press("comma", "comma")
        assert app.app.workspace.past is not None
        assert app.app.workspace.at != app.app.workspace.past.iteration
        check_all(app, small)


@at_sizes(*SIZES)
async def test_diverged(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size, iterations=ENDLESS) as app:
        await app.train(40)
        app.want(alpha=1e30)
        app.tap("space")
        await app.until_state(RunStatus.DIVERGED)
        await app.until(lambda: app.find("#coach").display)
        await app.until(lambda: app.find("#coach").region.area)
        await app.pilot.pause()  # until the other panels have taken their new sizes
        check_all(app, small)
        await app.press("left_square_bracket", "left_square_bracket")
        assert app.app.workspace.past is not None
        check_all(app, small)


@at_sizes(*SIZES)
async def test_while_it_trains(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size, iterations=ENDLESS) as app:
        app.tap("space")
        await app.until(lambda: app.iteration > 20)
        for _ in range(20):
            await app.pilot.pause(0.02)
            app.app.main.look()
            title, status, seen = app.lines(Chart)[0], app.status, app.app.main.seen
            assert seen
            assert seen.history
            assert seen.progress
            rows = seen.history.rows()[seen.progress.iteration :]
            done, _ = found(r" (\d+)/(\d+) ", status)
            assert int(done) == seen.progress.iteration
            train, test = found(r"train +(\d+\.\d%) .* test +(\d+\.\d%)", title)
            assert any(agree(train, value) for value in rows[:, TRAIN_ACCURACY])
            tested = measured_by(seen, seen.progress.iteration)[TEST_ACCURACY]
            assert any(agree(test, value) for value in [tested, *rows[:, TEST_ACCURACY]])
            if "loss" in status:
                (loss,) = found(r"loss +(\d+\.\d+)", status)
                assert agree(loss, seen.progress.loss)
