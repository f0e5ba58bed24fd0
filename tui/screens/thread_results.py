"""Brings what a thread has found to the screen that asked for it, if that is still open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from textual.app import App
from textual.screen import Screen


def is_open(screen: Screen[Any]) -> bool:
    """Return whether a screen can still be drawn on: neither left nor closed with its app.

    A screen that is being taken away loses its widgets before it is detached itself, so that
    `is_attached` still holds when nothing is left to update. The stack loses it first.
    """
    return screen.app.is_running and screen in screen.app.screen_stack


def call_if_open(screen: Screen[Any], function: Callable[..., object], *arguments: object) -> bool:
    """From a worker's thread, call `function` on the app's, unless the screen was left.

    Args:
        screen: the screen that the result is for.
        function: what shows the result; what it raises is raised here.
        arguments: its arguments.

    Returns:
        Whether it was called.
    """

    def call() -> bool:
        if not is_open(screen):
            return False
        function(*arguments)
        return True

    try:
        app = cast("App[Any]", screen.app)
    except RuntimeError:  # it was left a while ago, and does not know its app any more
        return False
    return app.is_running and app.call_from_thread(call)
