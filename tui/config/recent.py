"""The sources a person opened lately, kept with their settings."""

from __future__ import annotations

import json
from typing import Any

from ..datasets.paths import EMBEDDED
from ..text import printable
from .settings import load_setting, save_setting

SETTING = "recent"
MAX_RECENT = 10


def recent_sources() -> list[str]:
    """The last sources, the newest first; none that a terminal could not show as it is."""
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
