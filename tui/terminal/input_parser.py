"""Parses the terminal's input into key, mouse and paste events.

Textual's own parser takes unknown sequences for typed text: a late reply of the terminal
pauses training, and bytes that are not UTF-8 end the input thread. This one follows the grammar of
ECMA-48: a complete but unknown control sequence is dropped as a whole, and only text
is ever taken for text.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Generator, Iterable

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._parser import ParseTimeout, Peek1, Read1, TokenCallback
from textual._xterm_parser import (
    BRACKETED_PASTE_END,
    BRACKETED_PASTE_START,
    FOCUSIN,
    FOCUSOUT,
    IS_ITERM,
    XTermParser,
)
from textual.keys import Keys
from textual.message import Message

ESC, BEL, CTRL_C = "\x1b", "\x07", "\x03"
CTRL_C_KITTY = "\x1b[99;5u"
TIMEOUT_S = 1.0  # without a byte, after which an incomplete paste or sequence ends
MAX_PASTE_BYTES = 1 << 20  # further ones are read and dropped
MAX_SEQUENCE = 64  # characters; longer ones are dropped
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# The beginnings of reports, as opposed to Esc followed by one of these keys.
REPORTS = {
    "]": (re.compile(r"\d*"), re.compile(r"\d+;")),  # OSC: colors, clipboard
    "P": (re.compile(r"[\d;]*"), re.compile(r"[\d;]*[!$+>|]")),  # DCS: version, settings
    "_": (re.compile(r""), re.compile(r"G")),  # APC: graphics
}
KEYPAD = {57399 + digit: str(digit) for digit in range(10)} | {
    57409: ".",
    57410: "/",
    57411: "*",
    57412: "-",
    57413: "+",
    57415: "=",
    57416: ",",
}
RELEASE = "3"  # kitty's type of the event
LOCKS_AND_SHIFT = 1 | 64 | 128  # kitty's modifiers that leave a keypad's key a character

_KITTY = re.compile(
    r"\x1b\[(?P<code>\d+)(?::[\d:]*)?(?:;(?P<modifiers>\d*)(?::(?P<type>\d))?)?"
    r"(?:;(?P<text>[\d:]*))?(?P<end>[u~ABCDEFHPQS])"
)
_MOUSE = re.compile(r"\x1b\[<\d{1,5};-?\d{1,5};-?\d{1,5}[Mm]")
_RESIZE = re.compile(r"\x1b\[48;(\d{1,5})[:\d]*;(\d{1,5})[:\d]*;(\d{1,6})[:\d]*;(\d{1,6})[:\d]*t")
_MODE = re.compile(r"\x1b\[\?(\d+);(\d)\$y")

Reading = Generator[Read1 | Peek1, str, None]
ReadingOne = Generator[Read1 | Peek1, str, str]


def plain_key(sequence: str) -> str:
    """Translate a key of kitty's protocol for Textual's tables; empty if it has no effect.

    Alternate keys and event types, which an earlier program may have left switched on, are
    removed, releases are dropped, and keypad characters become those of the main keys.
    """
    if (match := _KITTY.fullmatch(sequence)) is None:
        return sequence if sequence in ANSI_SEQUENCES_KEYS else ""
    if match["type"] == RELEASE:
        return ""
    code, modifiers, text = int(match["code"]), match["modifiers"] or "", match["text"] or ""
    if match["end"] != "u" and f"{code}{match['end']}" not in FUNCTIONAL_KEYS:
        return ""  # not a code point
    if code in KEYPAD and match["end"] == "u":
        code = ord(KEYPAD[code])
        if not text and not (int(modifiers or "1") - 1) & ~LOCKS_AND_SHIFT:
            text = str(code)
    parameters = ";".join((str(code), modifiers, text)).rstrip(";")
    return f"{ESC}[{parameters}{match['end']}"


class InputParser(XTermParser):
    """Feed it bytes as they arrive; call `tick` when some time has passed."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._again: deque[str] = deque()  # to be read again, before new input
        super().__init__()

    def feed_bytes(self, data: bytes) -> Iterable[Message]:
        """Parse these bytes together with incomplete earlier ones."""
        # A character is a byte here, until it is text; none is no end.
        return self.feed(data.decode("latin-1")) if data else ()

    def parse(self, token_callback: TokenCallback[Message]) -> Reading:
        """Take one key, sequence or paste after the other."""
        self._emit = token_callback
        while True:
            character = yield from self._next()
            if character == ESC:
                self._decoder.reset()  # drop an incomplete character
                yield from self._escape()
            else:
                self._type(character)

    def _next(self, timeout: float | None = None) -> ReadingOne:
        """Return the next byte. Raises ParseTimeout."""
        return self._again.popleft() if self._again else (yield self.read1(timeout))

    # Output

    def _type(self, byte: str) -> None:
        """Handle a byte of text; invalid UTF-8 is dropped."""
        for character in self._decoder.decode(byte.encode("latin-1")):
            if character != REPLACEMENT:
                self._press(character)

    def _press(self, sequence: str) -> None:
        """Emit the keys that a character or sequence stands for; none if it is unknown."""
        try:
            keys = list(self._sequence_to_key_events(sequence))
        except (ValueError, OverflowError):  # not a code point
            return
        for key in keys:
            if key.key != Keys.Ignore:
                self._emit(key)

    def _give_up(self, sequence: str) -> None:
        """Treat an incomplete sequence as the Escape key and others."""
        self._press(ESC)
        self._unread(sequence)

    def _unread(self, sequence: str) -> None:
        self._again.extendleft(reversed(sequence))

    # Input

    def _escape(self) -> Reading:
        """Escape was read: the key itself, or the beginning of a sequence."""
        try:
            character = yield from self._next(constants.ESCAPE_DELAY)
        except ParseTimeout:
            self._give_up("")
            return
        if character == "[":
            yield from self._control_sequence()
        elif character == "O":
            yield from self._single_shift()
        elif character in REPORTS:
            yield from self._report(character)
        else:
            self._give_up(character)

    def _single_shift(self) -> Reading:
        """SS3 and one character: arrows, function keys and the keypad of older terminals."""
        try:
            final = yield from self._next(constants.ESCAPE_DELAY)
        except ParseTimeout:
            self._give_up("O")
            return
        if f"{ESC}O{final}" in ANSI_SEQUENCES_KEYS:
            self._press(f"{ESC}O{final}")
        else:
            self._give_up("O" + final)

    def _control_sequence(self) -> Reading:
        """CSI: parameters, intermediate characters, a final one."""
        body = ""
        while True:
            try:
                character = yield from self._next(TIMEOUT_S if body else constants.ESCAPE_DELAY)
            except ParseTimeout:
                if body in {"", "["}:
                    self._give_up("[" + body)
                return
            if character == "M" and not body:
                yield from self._old_mouse_report()
                return
            if not " " <= character <= "~":  # not part of any sequence
                self._unread(character)
                if body in {"", "["}:
                    self._give_up("[" + body)
                return
            if len(body) < MAX_SEQUENCE:
                body += character
            is_final = character >= "@" and body != "["  # the Linux console's F1 is ESC [ [ A
            if is_final or f"{ESC}[{body}" in ANSI_SEQUENCES_KEYS:  # rxvt ends some with $
                break
        yield from self._take(f"{ESC}[{body}")

    def _old_mouse_report(self) -> Reading:
        """X10's form: three bytes of any value, for terminals that know no better one."""
        try:
            for _ in range(3):
                yield from self._next(TIMEOUT_S)
        except ParseTimeout:
            pass

    def _report(self, kind: str) -> Reading:
        """Read a reply of the terminal up to its terminator; no caller waits for one."""
        may_be, is_one = REPORTS[kind]
        beginning = ""
        is_sure = False
        while True:
            try:
                character = yield from self._next(TIMEOUT_S if is_sure else constants.ESCAPE_DELAY)
            except ParseTimeout:
                if not is_sure:
                    self._give_up(kind + beginning)
                return
            if not is_sure:
                beginning += character
                is_sure = is_one.fullmatch(beginning) is not None
                if not is_sure and may_be.fullmatch(beginning) is None:
                    self._give_up(kind + beginning)
                    return
            elif character == ESC:
                yield from self._terminator()
                return
            elif character < " ":
                if character != BEL:  # its terminator is lost
                    self._unread(character)
                return

    def _terminator(self) -> Reading:
        """ESC inside a report: the first half of its end, or of the next key."""
        try:
            character = yield from self._next(constants.ESCAPE_DELAY)
        except ParseTimeout:
            self._give_up("")
            return
        if character != "\\":
            self._unread(ESC + character)

    def _take(self, sequence: str) -> Reading:
        """Act on a complete control sequence, or drop it."""
        if sequence == BRACKETED_PASTE_START:
            yield from self._paste()
        elif sequence == FOCUSIN:
            self._emit(events.AppFocus())
        elif sequence == FOCUSOUT:
            self._emit(events.AppBlur())
        elif _MOUSE.fullmatch(sequence):
            if (event := self.parse_mouse_code(sequence)) is not None:
                self._emit(event)
        elif match := _RESIZE.fullmatch(sequence):
            self._resize(*map(int, match.groups()))
        elif match := _MODE.fullmatch(sequence):
            self._mode(match[1], int(match[2]))
        elif key := plain_key(sequence):
            self._press(key)

    def _resize(self, height: int, width: int, pixel_height: int, pixel_width: int) -> None:
        """Handle the terminal's report of its new size."""
        if height and width:
            event = events.Resize.from_dimensions((width, height), (pixel_width, pixel_height))
            self.terminal_size, self.terminal_pixel_size = event.size, event.pixel_size
            self.mouse_pixels = pixel_height > 0 and pixel_width > 0
            self._emit(event)

    def _mode(self, mode: str, setting: int) -> None:
        """Handle the terminal's report on a mode it supports: DECRPM."""
        if mode == "2026" and setting > 0:
            self._emit(messages.TerminalSupportsSynchronizedOutput())
        elif mode == "2048" and constants.SMOOTH_SCROLL and not IS_ITERM:
            self._emit(messages.InBandWindowResize.from_setting_parameter(setting))

    def _paste(self) -> Reading:
        """Text up to the end of a bracketed paste; without one, up to a silence, or Ctrl+C."""
        taken: list[str] = []
        last = ""  # enough characters for the longest terminator
        while not last.endswith((BRACKETED_PASTE_END, CTRL_C, CTRL_C_KITTY)):
            try:
                character = yield from self._next(TIMEOUT_S)
            except ParseTimeout:
                break
            last = last[-8:] + character
            if len(taken) < MAX_PASTE_BYTES:
                taken.append(character)
        text = "".join(taken)
        for end in (BRACKETED_PASTE_END, CTRL_C, CTRL_C_KITTY):
            text = text.removesuffix(end)
            if last.endswith(end) and end != BRACKETED_PASTE_END:
                self._unread(end)
        text = text.encode("latin-1").decode("utf-8", "replace")
        self._emit(events.Paste(text.replace("\x00", "")))
