"""The terminal's capabilities: detected from the environment, unless options override them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from ..errors import UserError

GLYPHS = ("auto", "ascii", "blocks")
COLORS = ("auto", "truecolor", "256", "16", "none")
INCAPABLE = ("dumb", "unknown", "")  # cannot position text
OLD = ("vt52", "vt100", "vt102", "vt220", "vt320")  # no colors, and only ASCII
ASCII_ONLY = (*OLD, "linux")  # Linux's own console has no braille


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How to draw on the terminal."""

    ascii_only: bool  # nothing but ASCII
    blocks: bool  # digits as half-blocks from the start
    color: str  # truecolor, 256, 16, none, or auto: as Textual finds it


DEFAULT_CAPABILITIES = Capabilities(ascii_only=False, blocks=False, color="auto")


def detect_capabilities(
    glyphs: str, color: str, environment: Mapping[str, str], screen: TextIO
) -> Capabilities:
    """Choose glyphs and colors for a terminal. Raises UserError if it cannot position text."""
    term = environment.get("TERM", "")
    if term in INCAPABLE:
        raise UserError(
            f"this terminal cannot place text (TERM={term or 'not set'}); "
            "use “mnist-tui train”, or set TERM to what it is"
        )
    if color == "auto" and (environment.get("NO_COLOR") or term in OLD):
        color = "none"
    is_ascii = glyphs == "ascii" or (
        glyphs == "auto" and (term in ASCII_ONLY or not _speaks_utf8(environment, screen))
    )
    return Capabilities(is_ascii, glyphs == "blocks", color)


def _speaks_utf8(environment: Mapping[str, str], screen: TextIO) -> bool:
    """Return whether locale and stream agree on UTF-8; an unset locale counts as UTF-8."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "UTF-8").upper().replace("-", "")
    encoding = (screen.encoding or "").upper().replace("-", "")
    return "UTF8" in locale and encoding == "UTF8"


def set_color_mode(color: str) -> None:
    """Set the color mode in the environment, which Textual reads when it is imported."""
    systems = {"truecolor": "truecolor", "256": "256", "16": "standard"}
    if color in systems:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = systems[color]
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ.pop("NO_COLOR", None)
