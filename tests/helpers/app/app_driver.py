"""The app on a small dataset, driven by Textual's Pilot, and what its panels say."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Parameters
from mnist_tui.net.run.history import Progress
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.config.place import Place
from mnist_tui.tui.lessons.lesson import Lesson
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.probabilities import Probabilities
from mnist_tui.tui.widgets.status_line import StatusLine
from textual.events import Key, MouseEvent
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets._toast import Toast  # the only way to what a notification says

from tests.helpers.support import PATIENCE

Test = TypeVar("Test", bound=Callable[..., Any])
ENDLESS = 1_000_000
TESTED: set[str] = set()  # keys that have a test


def presses(*keys: str) -> Callable[[Test], Test]:
    """Note that a test presses these keys; one without any fails test_every_key_has_a_test."""
    TESTED.update(keys)
    return lambda test: test


class SmallApp(MnistApp):
    """The app, but with a dataset at hand."""

    def __init__(
        self,
        dataset: Dataset,
        *,
        start: bool = False,
        place: Place | None = None,
        lessons: Sequence[Lesson] = (),
        **chosen: Any,
    ) -> None:
        self._small = dataset
        options = AppOptions(start=start, place=place)
        super().__init__("small", ((0, Hyperparameters(**chosen)),), options, lessons=lessons)

    def _load(self) -> Dataset:
        return self._small


class Driver:
    """One open app, with what a test asks and does."""

    def __init__(self, app: SmallApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until all that they lead to on the screen is done."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Wait until every key is handled that was pressed or tapped."""
        await self.pilot.pause()  # it may still be on its way
        await self.until(lambda: self.app.input.is_idle)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the app run until this holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"still not so; the status line says: {self.status}")

    def tap(self, key: str, character: str | None = None) -> None:
        """Press a key and go on at once; `press` waits until it is handled."""
        self.app.post_message(Key(key, character))

    async def until_state(self, state: RunStatus) -> None:
        """Let the app run until the run is in this state and the screen shows it as it is now."""

        def is_shown() -> bool:
            snapshot, shown = self.app.session.snapshot(), self.app.main.seen
            # A run that trains is always a little ahead of the screen.
            is_current = shown is snapshot or state is RunStatus.TRAINING
            return snapshot.state is state and is_current and state.value in self.status

        await self.until(is_shown)

    async def make(self, updates: int) -> None:
        """Make updates one by one with the key for it."""
        for _ in range(updates):
            before = self.iteration
            await self.press("s")
            await self.until(lambda before=before: self.iteration == before + 1)
            await self.until_state(RunStatus.PAUSED)

    async def train(self, updates: int) -> None:
        """Make updates as fast as they come, and rest."""
        goal = self.iteration + updates
        self.app.session.train(updates)
        await self.until(lambda: self.iteration == goal)
        await self.until_state(RunStatus.PAUSED)

    async def begin(self, **chosen: Any) -> None:
        """Begin a new run by these hyperparameters, and let it rest."""
        before = self.app.session.snapshot().run
        self.want(**chosen)
        self.app.session.begin()
        await self.until(lambda: self.app.session.snapshot().run is not before)
        await self.until_state(RunStatus.READY)

    def want(self, **chosen: Any) -> None:
        """Ask for other hyperparameters, as a field does."""
        self.app.session.change(replace(self.app.session.wanted, **chosen))

    def scroll(self, kind: type[MouseEvent], x: int, y: int) -> None:
        """Turn the mouse wheel over a place on the screen."""
        self.app.post_message(kind(None, x, y, 0, 0, 0, False, False, False, x, y))

    @property
    def numbers(self) -> list[int]:
        """The runs there are."""
        return [seen.run.number for seen in self.app.session.runs() if seen.run]

    @property
    def told(self) -> str:
        """All notifications on the screen."""
        return " ".join(str(toast.render()) for toast in self.app.screen.query(Toast))

    @property
    def progress(self) -> Progress:
        """Where the run stands."""
        progress = self.app.session.snapshot().progress
        assert progress is not None
        return progress

    @property
    def iteration(self) -> int:
        """How many updates were made."""
        return self.progress.iteration

    @property
    def parameters(self) -> Parameters:
        """The weights as last published."""
        parameters = self.app.session.snapshot().parameters
        assert parameters is not None
        return parameters

    @property
    def index(self) -> int:
        """Which test digit is shown."""
        return self.app.workspace.index

    def lines(self, widget: type[LinesWidget]) -> list[str]:
        """What a panel shows, row by row."""
        found = (self.app.screen.query(widget) or self.app.main.query(widget)).first()
        return [found.render_line(y).text for y in range(found.size.height)]

    @property
    def status(self) -> str:
        """The status line."""
        return self.lines(StatusLine)[0]

    @property
    def loaded(self) -> bool:
        """Whether the panels show the run and a digit; or there is no room for them."""
        if not self.find("#panels").display:
            return True
        return bool(self.shares) and "loading" not in self.status

    @property
    def shares(self) -> list[float]:
        """The percentages beside the bars."""
        rows = "\n".join(self.lines(Probabilities)[1:])
        return [float(number) for number in re.findall(r"([\d.]+) %", rows)]

    def find(self, selector: str) -> Widget:
        """A widget of the main screen."""
        return self.app.main.query_one(selector, Widget)


@asynccontextmanager
async def opened(
    dataset: Dataset, size: tuple[int, int] = (80, 24), **chosen: Any
) -> AsyncGenerator[Driver]:
    """The app, open and ready."""
    app = SmallApp(dataset, **chosen)
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.session.snapshot().progress is not None)
        await driver.until(lambda: driver.loaded)
        yield driver
        # Pilot takes the screens away while keys may still be on their way to them.
        await driver.until(lambda: app.return_code is not None or app.input.is_idle)


def network(app: Driver) -> Parameters:
    """The network that the screen shows."""
    viewed = app.app.main.viewed
    assert viewed is not None
    return viewed[0]


async def follows_training_and_the_past(
    app: Driver, widget: type[LinesWidget], rows: slice
) -> None:
    """Train until these rows of a widget change; back at the beginning it must be as before."""
    first = app.lines(widget)
    app.tap("space")
    await app.until(lambda: app.lines(widget)[rows] != first[rows])
    assert app.app.session.is_training
    app.tap("space")
    await app.until(lambda: not app.app.session.is_training)
    workspace = app.app.workspace
    await app.until(lambda: (app.tap("left_square_bracket"), workspace.past)[1] is not None)
    await app.until(
        lambda: (
            app.tap("left_square_bracket"),
            workspace.past and workspace.past.iteration == 0,
        )[1]
    )
    await app.until(lambda: app.lines(widget) == first)
