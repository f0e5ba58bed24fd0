"""Plays a lesson through the open app: at each step the keys that it asks for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.lessons.lesson import Lesson
from mnist_tui.tui.lessons.player import LessonPage
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.lesson_strip import ANSWER_KEYS, LessonStrip

from tests.helpers.app.app_driver import Driver, opened

HOLD = "hold "  # before a key that is pressed until the step is over
Keys = Sequence[str]


@dataclass
class Played:
    """What a lesson said."""

    pages: list[LessonPage] = field(default_factory=list[LessonPage])
    """The first of each step."""

    def said(self, step: int) -> str:
        """Return everything that step said, from 1."""
        page = self.pages[step - 1]
        return f"{page.verdict} {page.text} {page.ask}"


class LessonDriver:
    """A lesson that is being played."""

    def __init__(self, app: Driver, lesson: Lesson) -> None:
        self.app, self.lesson, self.played = app, lesson, Played()

    @property
    def page(self) -> LessonPage:
        """What the lesson shows now."""
        page = self.app.app.main.lesson_page
        assert page is not None
        return page

    @property
    def strip(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.app.lines(LessonStrip))

    async def begin(self) -> None:
        """Begin it, and wait for its first step."""
        self.app.app.main.begin_lesson(self.lesson)
        await self.app.until(lambda: self.page.step == 1)
        self.played.pages.append(self.page)

    async def do(self, keys: Keys, answer: int = 0) -> None:
        """Answer the question, if one is asked, and do what the step says, with these keys."""
        step = self.page.step
        if self.page.answers:
            await self.app.press(ANSWER_KEYS[answer])
            assert not self.page.answers, "it is answered"
        for key in keys:
            if key.startswith(HOLD):
                for _ in range(300):
                    if self.page.step != step:
                        break
                    await self.app.press(key.removeprefix(HOLD))
                    await self.app.pilot.pause(0.05)
            elif key == "…":
                await self.app.until_state(RunStatus.FINISHED)
            else:
                await self.app.press(key)
        await self.app.until(lambda: self.page.step == step + 1)
        self.played.pages.append(self.page)

    async def play(
        self, script: Sequence[Keys], answers: Mapping[int, int] | None = None
    ) -> Played:
        """Play it to the end; answers: by step, from 1, which one is given."""
        await self.begin()
        for step, keys in enumerate(script, 1):
            await self.do(keys, (answers or {}).get(step, 0))
        assert self.page.step == self.page.steps == len(self.lesson.steps)
        return self.played


def on_any_data(lesson: Lesson) -> Lesson:
    """Return the lesson as one that plays on other data, too."""
    return replace(lesson, start=replace(lesson.start, data=""))


@asynccontextmanager
async def lesson_on(
    dataset: Dataset, lesson: Lesson, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[LessonDriver]:
    """The app with these data, and the lesson ready to begin."""
    async with opened(dataset, size) as app:
        yield LessonDriver(app, lesson)
