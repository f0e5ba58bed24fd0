"""Handles input in order: each key waits until the effects of the one before it are complete.

Textual passes a printable key to the focused field at once, while other keys bubble up to the app
first, and a window that a key opens appears only after some messages. Keys that arrive together, as
over SSH, would overtake each other.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic, thread_time
from typing import Any

from textual.app import App
from textual.command import CommandPalette
from textual.events import InputEvent, Key, MouseMove, Paste
from textual.message_pump import MessagePump
from textual.widgets import Input

Event = InputEvent | Paste
PATIENCE_S = 5.0  # for a key's effects; then the next one is handled anyway
REPEAT_S = 0.1  # maximum time between two repeats of a held key
LATE_S = 0.5  # after which a repeat is dropped, if its action is slow
LONG_S = 0.06  # of this thread's processor time, above which an action is slow
POLL_INTERVAL_S = 0.01  # while a screen works in a thread


class InputQueue:
    """Passes events to the app one by one."""

    def __init__(self, app: App[Any], is_held_up: Callable[[], bool] = lambda: False) -> None:
        """Create an empty queue.

        Args:
            app: the app that handles the events.
            is_held_up: returns whether work that earlier keys caused is unfinished.
        """
        self._app, self._is_held_up = app, is_held_up
        self._waiting: deque[tuple[Event, bool]] = deque()  # with whether a held key repeats
        self._admitted: list[Event] = []  # posted to the app again
        self._is_typing = False  # whether the last one was a character for a field
        self._pressed: Key | None = None  # the last one to arrive
        self._began = self._took = 0.0  # this thread's seconds, of the last event
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the queue is empty and the effects of every event are complete."""
        return self._task is None

    def admits(self, event: Event) -> bool:
        """Return whether to handle an event now; otherwise post it again when its turn comes."""
        if any(event is admitted for admitted in self._admitted):
            self._admitted.remove(event)
            return True
        repeats = self._repeats(event)
        if self._task is not None and (self._waiting or not self._types_on(event)):
            self._waiting.append((event, repeats))
            return False
        if repeats and self._is_late(event):
            return False
        self._is_typing = self._is_typed(event)
        self._began = thread_time()
        if self._task is None and not isinstance(event, MouseMove):  # it has no effects
            self._task = asyncio.create_task(self._go_on(), name="input queue")
        return True

    def close(self) -> None:
        """Discard what waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _is_typed(self, event: Event) -> bool:
        """Return whether an event types a character into a field."""
        return (
            isinstance(event, Key) and event.is_printable and isinstance(self._app.focused, Input)
        )

    def _types_on(self, event: Event) -> bool:
        """Return whether a character follows another; these wait only for each other."""
        return self._is_typing and self._is_typed(event)

    def _repeats(self, event: Event) -> bool:
        """Return whether an event comes from a held key."""
        if not isinstance(event, Key):
            return False
        before, self._pressed = self._pressed, event
        return (
            before is not None and before.key == event.key and event.time - before.time <= REPEAT_S
        )

    def _is_late(self, event: Event) -> bool:
        """Return whether a held key's repeat is too late to be meant; in a field none ever is."""
        is_behind = monotonic() - event.time > LATE_S and self._took > LONG_S
        return (is_behind or self._is_held_up()) and not isinstance(self._app.focused, Input)

    async def _go_on(self) -> None:
        """Handle waiting events one by one until none is left."""
        await self._settle()
        while self._waiting:
            event, repeats = self._waiting.popleft()
            if repeats and self._is_late(event):
                continue
            self._is_typing = self._is_typed(event)
            self._began = thread_time()
            self._admitted.append(event)
            if not self._app.post_message(event):  # it is closing
                break
            if not (self._waiting and self._types_on(self._waiting[0][0])):
                await self._settle()
        self._task = None

    async def _settle(self) -> None:
        """Wait until every message that an event has led to is handled."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await _reached(self._app)
                while True:
                    if (busy := next(self._busy(), None)) is not None:
                        await _reached(busy)
                        await _reached(self._app)  # where actions are run
                    elif self._is_preparing():
                        await asyncio.sleep(POLL_INTERVAL_S)
                    else:
                        return
        except TimeoutError:
            pass
        finally:
            self._took = thread_time() - self._began

    def _busy(self) -> Iterator[MessagePump]:
        """Everything with messages that are not handled yet."""
        pumps: list[MessagePump] = [self._app, *self._app.screen_stack]
        if self._app.screen_stack:
            pumps += self._app.screen.walk_children()
        return (pump for pump in pumps if pump.message_queue_size and pump.is_running)

    def _is_preparing(self) -> bool:
        """Return whether the screen has yet to find what the next key acts on, in a thread.

        A room's own keys wait for its numbers; those that leave it or train do not.
        """
        screen = self._app.screen_stack[-1] if self._app.screen_stack else None
        if isinstance(screen, CommandPalette):
            return any(worker.is_running and worker.node is screen for worker in self._app.workers)
        if self._waiting and (own := getattr(screen, "own_keys", None)) is not None:
            event, _ = self._waiting[0]
            if not (isinstance(event, Key) and event.key in own):
                return False
        return bool(getattr(screen, "is_preparing", False))


async def _reached(pump: MessagePump) -> None:
    """Wait until it has handled what is in its queue now."""
    reached = asyncio.Event()
    if pump.call_later(reached.set):
        await reached.wait()
