"""Lessons in the app: the list, the strip beneath every screen, answers, and the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.config.place import parse_place
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.lessons.lesson import Lesson
from mnist_tui.tui.lessons.lesson_file import parse_lesson
from mnist_tui.tui.lessons.library import NAMES, built_in
from mnist_tui.tui.render import large_text
from mnist_tui.tui.rooms.draw.room import DrawRoom
from mnist_tui.tui.rooms.gallery.tile_grid import TileGrid
from mnist_tui.tui.rooms.maths.room import MathsRoom
from mnist_tui.tui.screens.dialogs.lessons import LessonsDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import BEFORE, Chart
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.lesson_strip import LessonStrip
from mnist_tui.tui.widgets.probabilities import Probabilities
from rich.text import Text
from textual.geometry import Region
from textual.widgets import OptionList
from textual.widgets._toast import Toast

from tests.helpers.app.app_driver import Driver, SmallApp, opened, presses
from tests.helpers.app.lesson_driver import LessonDriver, lesson_on, on_any_data
from tests.helpers.support import program

SHORT = parse_lesson(
    """
title = "Short"
[start]
recipe = "alpha=0.1 batch=50 iterations=90"
updates = 3
digit = 2
[[step]]
show = "chart"
text = "So far {updates} updates."
ask = "And then?"
do = "s: one update"
when = { more_updates = 1 }
[[step.answer]]
text = "one"
when = { updates = 4 }
why = "There are {updates}."
[[step.answer]]
text = "two"
when = { updates = 1000 }
[[step.answer]]
text = "three"
when = { updates = 1000 }
[[step.answer]]
text = "four"
when = { updates = 1000 }
[[step]]
do = "m: the maths room"
when = { room = "maths" }
[[step]]
text = "Here."
do = "L"
""",
    "short",
    "short.toml",
)
SIZES = [(80, 24), (60, 20), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_strip_stands_in_full_under_every_screen(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with lesson_on(small, SHORT, size) as lesson:
        await lesson.begin()
        app, place = lesson.app, Region(0, 0, *size)
        for key, expected in (
            ("", "one"),
            ("f2", "s: one update"),
            ("s", "m: the maths"),
            ("m", "Here."),
        ):
            if key:
                await app.press(key)
            await app.until(lambda expected=expected: expected in lesson.strip)
            strip = app.app.screen.query_one(LessonStrip)
            assert place.contains_region(strip.region)
            footer = app.app.screen.query("KeyFooter").first().region
            assert not strip.content_region.overlaps(footer)
        assert isinstance(app.app.screen, MathsRoom)
        await app.press("escape", "d")
        assert isinstance(app.app.screen, DrawRoom)
        await app.until(lambda: "Here." in lesson.strip)
        tools = app.app.screen.query_one("#tools")
        assert (
            tools.region.bottom <= app.app.screen.query_one(LessonStrip).region.y or size[0] >= 140
        )


async def test_it_begins_where_it_says(small: Dataset) -> None:
    async with lesson_on(small, SHORT) as lesson:
        await lesson.begin()
        app = lesson.app
        assert (app.iteration, app.index, app.numbers) == (3, 2, [1])
        assert app.app.session.snapshot().hyperparameters.batch_size == 50
        assert "So far 3 updates." in lesson.strip


@presses("f2", "f3", "f4", "f5")
@pytest.mark.parametrize(("key", "verdict"), [("f2", "You said: one. Right."), ("f3", "two")])
async def test_an_answer_is_judged_by_the_run(small: Dataset, key: str, verdict: str) -> None:
    async with lesson_on(small, SHORT) as lesson:
        await lesson.begin()
        await lesson.app.press("s")
        await lesson.app.until(lambda: lesson.app.iteration == 4)
        assert lesson.page.step == 1, "it is not told before the answer"
        await lesson.app.press(key)
        await lesson.app.until(lambda: lesson.page.step == 2)
        assert verdict in lesson.page.verdict
        assert "There are 4." in lesson.strip
        await lesson.app.press("f4", "f5")
        assert lesson.page.step == 2, "nothing is asked"


async def test_a_click_answers(small: Dataset) -> None:
    async with lesson_on(small, SHORT) as lesson:
        await lesson.begin()
        row = next(y for y, line in enumerate(lesson.strip.splitlines()) if "F3 two" in line)
        column = lesson.strip.splitlines()[row].index("two")
        await lesson.app.pilot.click(LessonStrip, offset=(column, row))
        await lesson.app.until(lambda: lesson.page.given == "two")


@presses("L")
async def test_the_list_has_every_lesson_and_begins_the_one_chosen(mnist: Dataset) -> None:
    async with opened(mnist) as app:
        await app.press("L")
        dialog = app.app.screen
        assert isinstance(dialog, LessonsDialog)
        assert [option.id for option in dialog.offers] == list(NAMES)
        await app.press("enter")
        await app.until(lambda: app.app.main.lesson_page and app.app.main.lesson_page.step == 1)
        assert app.app.main.player
        assert app.app.main.player.lesson is built_in(NAMES[0])


async def test_a_lesson_given_by_name_is_followed_by_the_next(mnist: Dataset) -> None:
    app = SmallApp(mnist, lessons=(built_in("alpha"),))
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.main.lesson_page and app.main.lesson_page.step == 1)
        await driver.press("L")
        dialog = app.screen
        assert isinstance(dialog, LessonsDialog)
        assert [option.id for option in dialog.offers] == list(NAMES), "numbers stay as they are"
        await driver.press("enter")
        assert app.main.player
        assert app.main.player.lesson.name == "breaking"


async def test_a_lesson_alone_says_what_comes_next(small: Dataset) -> None:
    async with lesson_on(small, SHORT, (120, 40)) as lesson:
        app = lesson.app
        await app.train(1)
        await app.until(lambda: "Space: " in "\n".join(app.lines(Chart)))
        await lesson.begin()
        await app.press("s")
        await app.until(lambda: app.iteration == 4)
        await app.until_state(RunStatus.PAUSED)
        assert "Space: " not in "\n".join(app.lines(Chart))
        await app.press("L", "home", "down", "down", "enter")
        await app.until(lambda: "Space: " in "\n".join(app.lines(Chart)))


async def test_the_weights_are_explained_above_a_lesson_too(small: Dataset) -> None:
    async with lesson_on(small, SHORT) as lesson:
        await lesson.begin()
        await lesson.app.press("w")
        await lesson.app.until(lambda: "active on" in "\n".join(lesson.app.lines(TileGrid)))
        assert "+ ink here excites" in "\n".join(lesson.app.lines(TileGrid))


async def test_a_lesson_begins_with_the_chart_it_asks_for(small: Dataset) -> None:
    on_loss = replace(SHORT, start=replace(SHORT.start, chart="loss"))
    async with lesson_on(small, on_loss) as lesson:
        await lesson.begin()
        chart = lesson.app.app.main.query_one(Chart)
        assert chart.view.loss
        lesson.lesson = SHORT
        await lesson.begin()
        assert not chart.view.loss


async def test_within_a_lesson_the_list_skips_goes_back_and_leaves(small: Dataset) -> None:
    async with lesson_on(small, SHORT) as lesson:
        await lesson.begin()
        app = lesson.app
        await app.press("L", "home", "enter")
        assert lesson.page.step == 2
        await app.press("L", "home", "down", "enter")
        assert lesson.page.step == 1
        await app.press("m", "L", "home", "down", "down", "enter")
        await app.until(lambda: app.app.screen is app.app.main)
        assert app.app.main.lesson_page is None
        assert not app.app.main.query_one(LessonStrip).display
        assert not app.app.main.has_class("-lesson")
        assert app.iteration == 3, "the run stays"


async def test_a_lesson_about_mnist_does_not_begin_on_other_data(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.main.begin_lesson(built_in("loss"))
        await app.until(lambda: "The lesson “What loss is” is on other data" in app.told)
        assert "choose it again with L" in app.told
        assert app.app.main.lesson_page is None
        app.app.main.begin_lesson(on_any_data(replace(built_in("breaking"))))
        await app.until(lambda: app.app.main.lesson_page and app.app.main.lesson_page.step == 1)


async def test_a_lesson_whose_run_cannot_be_made_leaves_no_strip(small: Dataset) -> None:
    start = parse_place("updates=1 | batch=600")
    async with opened(small) as app:
        app.app.main.begin_lesson(replace(SHORT, start=start))
        await app.until(lambda: "The lesson “Short” cannot be opened: its run" in app.told)
        assert app.app.main.lesson_page is None


async def test_a_place_pasted_while_a_lesson_is_being_made_ends_it(small: Dataset) -> None:
    far = parse_place("updates=900000 | iterations=1000000 batch=50")
    async with opened(small) as app:
        app.app.main.begin_lesson(replace(SHORT, start=far))
        assert app.app.main.lesson_page is not None
        app.app.main.go(parse_place("updates=0 | batch=40"))
        assert app.app.main.lesson_page is None


async def test_before_the_data_are_there_neither_window_opens() -> None:
    class Slow(MnistApp):
        def _load(self) -> Dataset:
            raise UserError("they never come")

    app = Slow("small", ((0, Hyperparameters()),))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.main.action_lessons()
        app.main.action_place()
        await pilot.pause()
        assert not isinstance(app.screen, LessonsDialog)


class Kiosk(MnistApp):
    """A kiosk with a dataset at hand, bound to lessons."""

    def __init__(self, dataset: Dataset, *lessons: Lesson) -> None:
        self._small = dataset
        options = AppOptions(threads=1, kiosk=True)
        super().__init__(None, ((0, Hyperparameters(iterations=3)),), options, lessons=lessons)

    def _load(self) -> Dataset:
        return self._small


async def test_a_kiosk_bound_to_a_lesson_begins_it_and_has_no_other(small: Dataset) -> None:
    app = Kiosk(small, SHORT)
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)  # type: ignore[arg-type]  # asks nothing of a SmallApp
        lesson = LessonDriver(driver, SHORT)
        await driver.until(lambda: app.main.lesson_page and lesson.page.step == 1)
        assert app.main.lessons == (SHORT,)


def test_options_that_contradict_a_place_are_refused() -> None:
    for options, said in (
        (("--at", "| alpha=1", "--alpha", "2"), "leave out --alpha"),
        (("--at", "| alpha=1", "--lesson", "loss"), "leave out --lesson"),
        (("--at", "| alpha=1", "--resume"), "leave out --at"),
        (
            (
                "--at",
                "alpha=1",
            ),
            "the place has no bar",
        ),
        (("--lesson", "no-such"), "there is no lesson “no-such”"),
    ):
        ended = program(*options)
        assert ended.returncode in (1, 2)
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1


async def test_the_low_chart_beside_a_lesson_says_no_half_sentence(small: Dataset) -> None:
    async with lesson_on(small, on_any_data(built_in("what-it-sees"))) as lesson:
        app = lesson.app
        assert BEFORE in " ".join(" ".join(app.lines(Chart)).split())
        await lesson.begin()
        await app.until(lambda: "The share" not in " ".join(app.lines(Chart)))
        assert "Space: it learns." in " ".join(app.lines(Chart))


def ends_in(lesson: LessonDriver, words: str) -> bool:
    """Whether the strip's last line begins so, in large letters."""
    drawn = large_text.enlarged(Text(words), lesson.app.app.console)
    shown = lesson.app.lines(LessonStrip)[-large_text.ROWS :]
    return all(row.startswith(part.plain.rstrip()) for row, part in zip(shown, drawn, strict=True))


@presses("0")
async def test_presenting_shows_the_lesson_in_large_letters(small: Dataset) -> None:
    async with lesson_on(small, on_any_data(built_in("breaking")), (200, 60)) as lesson:
        app = lesson.app
        strip = app.app.main.query_one(LessonStrip)
        await lesson.begin()
        beside = strip.region
        assert beside.width < 50
        await app.press("0")
        await app.until(lambda: strip.region.width == 200)
        assert "Why it breaks" in app.lines(LessonStrip)[0]
        assert strip.region.height == 1 + 4 * large_text.ROWS, "the answers stand in one line"
        await app.until(lambda: ends_in(lesson, " F2 near 0   F3 about"))
        await app.press("f2")
        await app.until(lambda: ends_in(lesson, " ▸ s three times"))
        await app.press("0")
        await app.until(lambda: strip.region == beside)
        assert "three steps" in lesson.strip


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
@presses("0", "2", "3")
async def test_a_panel_alone_is_there_when_the_lesson_is_about_another(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with lesson_on(small, on_any_data(built_in("breaking")), size) as lesson:
        app = lesson.app
        await lesson.begin()
        panels = {"0": (Digit, Probabilities), "2": (Digit,), "3": (Probabilities,)}
        for key, shown in panels.items():
            await app.press(key)
            for panel in shown:
                await app.until(lambda panel=panel: app.app.main.query_one(panel).size.height > 5)
            await app.press(key)
            await app.until(lambda: app.app.main.query_one(Chart).size.height > 5)


async def test_the_list_goes_on_below_its_words_where_it_is_narrow(small: Dataset) -> None:
    async with opened(small, (60, 20)) as app:
        await app.press("L")
        await app.until(lambda: isinstance(app.app.screen, LessonsDialog))
        offers = app.app.screen.query_one(OptionList)
        rows = [offers.render_line(y).text for y in range(offers.size.height)]
        assert rows[0].startswith(" 1  What the network sees")
        assert rows[2].startswith("    answers untrained.")
        assert all(row[:2].strip().isdigit() or row.startswith("    ") for row in rows)


def lowest_toast(app: Driver) -> int:
    """The row below the lowest message; 0 without one."""
    return max((toast.region.bottom for toast in app.app.screen.query(Toast)), default=0)


async def test_a_message_leaves_the_lesson_in_sight(small: Dataset) -> None:
    async with lesson_on(small, on_any_data(built_in("breaking"))) as lesson:
        app = lesson.app
        await lesson.begin()
        for opener, screen in (("", "MainScreen"), ("m", "MathsRoom")):
            await app.press(*opener)
            await app.until(lambda screen=screen: type(app.app.screen).__name__ == screen)
            app.app.screen.notify("Alpha is 0.2 from here on.", timeout=600)
            await app.until(lambda: lowest_toast(app) > 0)
            assert lowest_toast(app) <= app.app.screen.query_one(LessonStrip).region.y
