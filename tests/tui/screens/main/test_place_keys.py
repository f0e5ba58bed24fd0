"""A place copied in one app and opened in another: the very same screen."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.config.place import Place, format_place, parse_place
from mnist_tui.tui.rooms.maths.room import MathsRoom
from mnist_tui.tui.screens.dialogs.place import PlaceDialog
from mnist_tui.tui.screens.dialogs.recipe import RecipeDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import Chart

from tests.helpers.app.app_driver import Driver, SmallApp, opened, presses
from tests.helpers.datasets.synthetic_data import made_up


async def copied(app: Driver) -> str:
    """The line that C shows, and copies."""
    await app.press("C")
    dialog = app.app.screen
    assert isinstance(dialog, PlaceDialog)
    assert app.app.clipboard == dialog.line
    await app.press("escape")
    return dialog.line


async def until_there(app: Driver, place: Place) -> None:
    """Wait until the app shows this place."""
    await app.until(lambda: app.app.main.place() == place)


def weights(app: Driver) -> bytes:
    """All bits of the network that is looked at."""
    assert app.app.main.viewed is not None
    return app.app.main.viewed[0].vector.tobytes()


@pytest.mark.slow
@presses("C")
async def test_a_copied_place_opens_the_same_screen_elsewhere(small: Dataset) -> None:
    async with opened(small, alpha=0.2, batch_size=50, iterations=60, seed=3) as app:
        await app.train(20)
        await app.press("plus")
        await app.train(20)
        await app.press("right", "right", "left_square_bracket", "left_square_bracket", "l", "m")
        line, before = await copied(app), weights(app)
        assert isinstance(app.app.screen, MathsRoom)
    place = parse_place(line)
    assert (place.updates, place.digit, place.room, place.chart) == (40, 2, "maths", "loss")
    assert place.moment is not None
    assert len(place.course) == 2
    async with opened(small) as app:
        await app.press("P", *line, "enter")
        await until_there(app, place)
        await app.until(lambda: isinstance(app.app.screen, MathsRoom))
        assert weights(app) == before
        assert app.iteration == 40
        assert app.app.main.query_one(Chart).view.loss


async def test_a_run_of_the_session_need_not_be_made_again(small: Dataset) -> None:
    async with opened(small, batch_size=50, iterations=60) as app:
        await app.train(10)
        line = await copied(app)
        await app.begin(alpha=0.5)
        await app.train(3)
        app.app.main.go(parse_place(line))
        await until_there(app, parse_place(line))
        assert app.numbers == [1, 2]


async def test_a_diverged_run_is_a_place_too(small: Dataset) -> None:
    async with opened(small, alpha=1e30, iterations=50) as app:
        await app.press("space")
        await app.until_state(RunStatus.DIVERGED)
        line, made = await copied(app), app.iteration
    async with opened(small) as app:
        app.app.main.go(parse_place(line))
        await until_there(app, parse_place(line))
        assert app.iteration == made


async def test_at_opens_a_place_when_the_data_are_there(small: Dataset) -> None:
    place = parse_place("digit=5 updates=7 | alpha=0.3 batch=50")
    app = SmallApp(small, place=place)
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.session.snapshot().run is not None)
        await driver.until(lambda: driver.iteration == 7 and driver.index == 5)


async def test_a_place_on_other_data_is_refused(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(1)
        line = await copied(app)
    async with opened(made_up(28, ("0", "1"))) as app:
        app.app.main.go(parse_place(line))
        await app.until(lambda: "This place is on other data" in app.told)
        assert app.iteration == 0


async def test_a_wrong_line_is_refused_below_the_field(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("P", *"room=kitchen | alpha=1", "enter")
        assert isinstance(app.app.screen, RecipeDialog)
        complaint = app.app.screen.query_one(".complaint")
        assert "room=kitchen" in str(complaint.render())


async def test_a_place_that_does_not_fit_the_data_is_refused(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.main.go(parse_place("updates=1 | batch=600"))
        await app.until(lambda: "batch is 600" in app.told)


async def test_pausing_on_the_way_ends_the_journey(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.main.go(parse_place("updates=900000 | iterations=1000000 batch=50"))
        await app.until(lambda: app.iteration > 50)
        app.app.session.pause()
        await app.until_state(RunStatus.PAUSED)
        made = app.iteration
        await app.until(lambda: not app.app.main.is_going)
        assert app.iteration == made


@pytest.mark.parametrize("digit", [0, 199, 200, 10**9])
async def test_a_digit_that_is_not_there_is_another_one(small: Dataset, digit: int) -> None:
    async with opened(small) as app:
        place = parse_place("updates=0 | batch=50")
        app.app.main.go(Place(place.course, digit=digit))
        await app.until(lambda: not app.app.main.is_going)
        assert app.index == digit % 200
        assert parse_place(format_place(Place(place.course, digit=digit))).digit == digit
