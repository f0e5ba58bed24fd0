"""Lessons: chosen from a list, and led on by what happens in the app."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...widgets.chart import Chart
from ...widgets.lesson_strip import BESIDE_COLUMNS, LessonStrip
from .dashboard import REFRESH_S
from .place_actions import Journey, PlaceActions, room_of

if TYPE_CHECKING:  # the first picture does not wait for what only a lesson needs
    from ...lessons.lesson import Lesson
    from ...lessons.observation import Observation
    from ...lessons.player import LessonPage, LessonPlayer
    from ...training.snapshot import Snapshot


class LessonActions(PlaceActions):
    """Plays a lesson: looks as often as the dashboard does, and shows what it says."""

    def __init__(
        self,
        *arguments: Any,
        lessons: Sequence[Lesson] = (),
        only_these: bool = False,
        **options: Any,
    ) -> None:
        """Take what can be played besides the built-in lessons.

        Args:
            arguments: As `Dashboard` takes them.
            lessons: The first of them begins as soon as the data are loaded.
            only_these: Whether the built-in lessons are left out.
            options: As `PlaceActions` takes them.
        """
        super().__init__(*arguments, **options)
        self._own, self._only_own = tuple(lessons), only_these
        self._next: Lesson | None = self._own[0] if self._own else None  # once it can begin
        self.player: LessonPlayer | None = None
        self._played: set[str] = set()  # names of the lessons that were played to their end

    def on_mount(self) -> None:
        """Look as often as the dashboard does."""
        self.set_interval(REFRESH_S, self.watch_lesson)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All that can be chosen: files first, then the built-in ones in their order."""
        from ...lessons.library import NAMES, built_in

        if self._only_own:
            return self._own
        files = (lesson for lesson in self._own if lesson.name not in NAMES)
        return (*files, *map(built_in, NAMES))

    @property
    def lesson_page(self) -> LessonPage | None:
        """What the strip shows, on this screen and in rooms."""
        return self.player.page if self.player else None

    def advice(self, snapshot: Snapshot, shown: Sequence[Snapshot]) -> Sequence[str]:
        """Leave it to the lesson to say what comes next."""
        return () if self.player else super().advice(snapshot, shown)

    def observation(self) -> Observation:
        """Return what there is to be seen now."""
        from ...lessons.observation import Observation

        screen = self.app.screen
        return Observation.of(
            self.session,
            self.workspace.state,
            room_of(screen),
            str(getattr(screen, "page", "")),
            self.query_one(Chart).quantity,
        )

    def begin_lesson(self, lesson: Lesson) -> None:
        """Go to where a lesson begins, and begin it."""
        self._next = None
        from ...lessons.player import LessonPlayer

        self.player = player = LessonPlayer(lesson)

        def begin() -> None:
            if self.player is player:
                self._clear_chart()
                player.begin(self.observation(), time.monotonic())
                self.show_lesson()

        def leave() -> None:
            if self.player is player:
                self.end_lesson()

        name = f"The lesson “{lesson.title}”"
        self.go(lesson.start, Journey(name, "choose it again with L", begin, leave))
        self.show_lesson()

    def _clear_chart(self) -> None:
        """Leave the lesson's own run alone on it, as lessons speak of it."""
        picture = self.session.picture()
        numbers = {seen.run.number for seen in picture.runs if seen.run}
        current = picture.current.run
        self.workspace.hidden = frozenset(numbers - {current.number if current else 0})
        self.show_run()

    def end_lesson(self) -> None:
        """Close the strip; the runs stay."""
        self.player = None
        self.show_lesson()
        self.show_run()

    def watch_lesson(self) -> None:
        """Go on if what the lesson waits for has happened."""
        if self._next is not None and self.session.snapshot().run is not None:
            self.begin_lesson(self._next)
        player = self.player
        if player is None:
            return
        if player.has_begun:
            player.watch(self.observation(), time.monotonic())
            if player.is_last:
                self._played.add(player.lesson.name)
        self.show_lesson()

    def show_lesson(self) -> None:
        """Show the lesson's page wherever there is a strip for it."""
        from ...lessons.lesson import SHOWN

        page = self.lesson_page
        beneath = page is not None and self.app.size.width < BESIDE_COLUMNS
        self.set_class(beneath, "-lesson")
        for panel in SHOWN:
            self.set_class(
                beneath and self.player is not None and self.player.step.show == panel,
                f"-on-{panel}",
            )
        for screen in {self, self.app.screen}:
            for strip in screen.query(LessonStrip):
                strip.update(page)

    def action_answer(self, index: int) -> None:
        """Answer the lesson's question."""
        if self.player is not None and self.player.answer(index):
            self.show_lesson()

    def action_lessons(self) -> None:
        """Choose a lesson; within one, also a step back, a step on, or its end."""
        from ..dialogs.lessons import LessonsDialog

        if self.session.snapshot().run is None:
            self.notify("The data are still being read; then a lesson can begin.")
            return
        player = self.player
        self.app.push_screen(
            LessonsDialog(self.lessons, player.lesson if player else None, self._played),
            self._chosen,
        )

    def _chosen(self, choice: str | None) -> None:
        player, now = self.player, time.monotonic()
        if choice in ("back", "skip") and player is not None:
            player.move(1 if choice == "skip" else -1, self.observation(), now)
            self.show_lesson()
        elif choice == "end":
            self.close_rooms()
            self.end_lesson()
        elif choice is not None:
            found = next((one for one in self.lessons if one.name == choice), None)
            if found is not None:
                self.begin_lesson(found)
