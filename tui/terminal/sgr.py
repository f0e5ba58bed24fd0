"""Shortens a frame: sends colors and attributes, most of its bytes, only where they change.

Rich writes every style in full before its text and resets it afterwards. Here the style already in
force is left out, blanks need only their background, since they show no ink, and long rows of them
are erased instead of written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

SGR = re.compile(r"\x1b\[([\d;]*)m")
BLANK = re.compile(r"(?:[ \r\n]|\x1b\[\d*;?\d*H)*")  # blanks and cursor moves, which show no ink
LONG = re.compile(r" {14,}")  # blanks that are shorter to erase than to write
LENGTHS = {"5": 3, "2": 5}  # parameters of a palette color, and of a true color
SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "53"})  # lines and reverse


class Look(NamedTuple):
    """A character's style; an empty color is the terminal's default."""

    ink: str = ""
    ground: str = ""
    flags: frozenset[str] = frozenset()


PLAIN = Look()


@lru_cache(maxsize=4096)
def followed(look: Look, parameters: str) -> Look:
    """Return the style after a sequence with these parameters."""
    ink, ground, flags = look
    rest = parameters.split(";")
    while rest:
        first = rest[0]
        length = 1
        if first in {"", "0"}:
            ink, ground, flags = PLAIN
        elif first in {"38", "48"}:
            length = LENGTHS.get(rest[1] if len(rest) > 1 else "", len(rest))
            color = ";".join(rest[:length])
            ink, ground = (color, ground) if first == "38" else (ink, color)
        elif first in {"39", "49"}:
            ink, ground = ("", ground) if first == "39" else (ink, "")
        elif len(first) > 1 and first[:-1] in {"3", "9"}:
            ink = first
        elif len(first) > 1 and first[:-1] in {"4", "10"}:
            ground = first
        else:
            flags |= {first}
        rest = rest[length:]
    return Look(ink, ground, flags)


@lru_cache(maxsize=4096)
def change(before: Look, after: Look) -> str:
    """Return the shortest sequence from one style to another; empty if they are equal."""
    if before == after:
        return ""
    codes: list[str] = []
    if not before.flags <= after.flags:
        before = PLAIN
        codes.append("0")
    codes += sorted(after.flags - before.flags)
    if before.ink != after.ink:
        codes.append(after.ink or "39")
    if before.ground != after.ground:
        codes.append(after.ground or "49")
    return f"\x1b[{';'.join(codes)}m"


def _erased(blanks: re.Match[str]) -> str:
    """Return the sequence that erases these columns and moves the cursor past them."""
    count = len(blanks[0])
    return f"\x1b[{count}X\x1b[{count}C"


def without_repeats(data: str, *, erases: bool = False) -> str:
    """Shorten the output without changing the picture, from default style to default style.

    `erases` says whether the terminal erases with the background color in force.
    """
    out: list[str] = []
    wanted = current = PLAIN
    parts = SGR.split(data)  # text, parameters, text, …
    for i in range(0, len(parts), 2):
        if i:
            wanted = followed(wanted, parts[i - 1])
        text = parts[i]
        if not text:
            continue
        needed = wanted
        if not (wanted.flags | current.flags) & SEEN_ON_BLANKS:
            if BLANK.fullmatch(text):
                needed = Look(current.ink, wanted.ground, current.flags)
            if erases:
                text = LONG.sub(_erased, text)
        out += (change(current, needed), text)
        current = needed
    if current != PLAIN:
        out.append("\x1b[0m")
    return "".join(out)
