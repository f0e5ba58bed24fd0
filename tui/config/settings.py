"""The user's settings, saved in the configuration folder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from .. import atomic_file
from ..text import printable
from .app_options import EMBEDDED

NAME = "settings.json"
MAX_BYTES = 1 << 16  # a larger file is not ours


def folder() -> Path:
    """Return the folder of the settings: XDG_CONFIG_HOME/mnist-tui, usually ~/.config/mnist-tui."""
    return user_config_path("mnist-tui", appauthor=False)


def load_setting(name: str) -> str | None:
    """Return a setting, or None if there is no readable one."""
    value = _read().get(name)
    return value if isinstance(value, str) else None


def save_setting(name: str, value: str) -> None:
    """Keep a setting. A folder that cannot be written to is no reason to stop: it is forgotten."""
    settings = {**_read(), name: value}
    with contextlib.suppress(OSError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_file.write(folder() / NAME, json.dumps(settings, indent=1) + "\n")


def _read() -> dict[str, Any]:
    """All settings; none from a file that is not as this program writes it."""
    try:
        with (folder() / NAME).open("rb") as file:
            found: Any = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]: JSON


SETTING = "recent"


MAX_RECENT = 10


def recent_sources() -> list[str]:
    """Return the most recent sources, newest first, without those a terminal could not show."""
    try:
        found: Any = json.loads(load_setting(SETTING) or "[]")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    every: list[Any] = found  # pyright: ignore[reportUnknownVariableType]: JSON
    return [one for one in every if isinstance(one, str) and printable(one, len(one)) == one][
        :MAX_RECENT
    ]


def remember_source(source: str) -> None:
    """Remember this one as the newest; the set in the program needs no remembering."""
    if source != EMBEDDED:
        others = [other for other in recent_sources() if other != source]
        save_setting(SETTING, json.dumps([source, *others][:MAX_RECENT]))
