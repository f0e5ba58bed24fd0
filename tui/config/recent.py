"""The sources a person opened lately, kept with their settings."""

from __future__ import annotations

import json
from typing import Any

from ..datasets.paths import EMBEDDED
from ..text import printable
from .settings import remember, remembered

SETTING = "recent"
MOST = 10


def recent() -> list[str]:
    """The last sources, the newest first; none that a terminal could not show as it is."""
    try:
        found: Any = json.loads(remembered(SETTING) or "[]")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    every: list[Any] = found  # pyright: ignore[reportUnknownVariableType]: JSON
    return [one for one in every if isinstance(one, str) and printable(one, len(one)) == one][:MOST]


def note(source: str) -> None:
    """Remember this one as the newest; the set in the program needs no remembering."""
    if source != EMBEDDED:
        others = [other for other in recent() if other != source]
        remember(SETTING, json.dumps([source, *others][:MOST]))
