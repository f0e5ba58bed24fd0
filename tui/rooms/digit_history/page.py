"""The page of the digit room: a heat strip of one digit's probabilities, and the pinned ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text

from ....net.inspection.prediction_history import PredictionHistory
from ...render.axes import nice_end
from ...render.glyphs import RAMP, ascii_rows
from ...render.labels import called, image_title
from ...text import plural
from ...widgets.lines import LinesWidget
from ..layout import Block, side_by_side, words
from .heatmap import BLOCKS, NAMES, Span, answers, heat, rows_of, ruler

LEFT = 16  # columns before the strip: the class and its probability
PICTURE = 110  # columns of a window with room for the digit itself
MIN_PIN_ROWS = 4  # rows kept for pinned digits, heading included, if there are any
MAX_CLASS_ROWS = 4  # of one class
MIN_ROWS_FOR_FACTS = 12  # with fewer, the facts take one line
LATEST_FLIPS = 3  # flips listed one by one


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What is shown: prediction histories by digit, and the selected digit."""

    index: int
    image: NDArray[np.uint8]  # side × side
    traces: dict[int, PredictionHistory]  # of the selected and the pinned digits
    pinned: tuple[int, ...]
    start: int  # the run's first iteration
    done: int
    wanted: int  # planned iterations
    past: int | None  # the past iteration shown, if any
    blocks: bool
    names: tuple[str, ...] = ()  # of the classes
    thing: str = "digit"  # the word for an image

    def called(self, k: int) -> str:
        """Return a class's one-cell sign in the strips, and its name if that differs."""
        name, cell = called(self.names, k), NAMES[k % len(NAMES)]
        return str(k) if name == str(k) else name if name == cell else f"{cell} {name}"


class DigitPage(LinesWidget):
    """Draws the latest content."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._watched: Watched | None = None
        self._span: Span | None = None  # as drawn last
        self._left = LEFT  # columns before the strip, likewise
        self._strip_rows = range(0)  # where on the page

    def update(self, watched: Watched) -> None:
        """Show this."""
        self._watched = watched
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._watched is None:
            self.show([self.title("Watch one image"), Text("  asking …", self.ink("quiet"))])
            return
        watched, trace = self._watched, self._watched.traces[self._watched.index]
        width, height = self.size.width, self.size.height
        classes = range(trace.probabilities.shape[1])
        self._left = LEFT - 2 + max(2, *(len(watched.called(k)) for k in classes))
        digits = watched.thing == "digit"
        note = image_title(watched.index, trace.label, watched.names, digits=digits)
        pin = ("pinned · ", self.ink("moving")) if watched.index in watched.pinned else ("", "")
        lines = [self.title(f"Watch one {watched.thing}", pin, (note, self.ink("chosen")))]  # pyright: ignore[reportArgumentType]
        lines += self._facts(watched, trace)[: 3 if height >= MIN_ROWS_FOR_FACTS else 1]
        side = len(watched.image) if width >= PICTURE else 0
        strip = max(0, width - self._left - 1 - (side + 3 if side else 0))
        end = nice_end(max(1, watched.done), max(1, watched.wanted, watched.done))
        self._span = Span(watched.start, max(end, watched.start + 1), watched.done, strip)
        pins = min(len(watched.pinned) + 2, max(MIN_PIN_ROWS, height // 4)) if watched.pinned else 0
        room = height - len(lines) - pins - 4
        block = self._heat(watched, trace, self._span, room)
        if side:
            picture = [Text(row, self.ink("title")) for row in ascii_rows(watched.image, side // 2)]
            block = side_by_side((width - side - 3, block), (side, picture), gap=3)
        self._strip_rows = range(len(lines), len(lines) + len(block))
        lines += block
        self.show([*lines, *self._pinned(watched, self._span, height - len(lines))])

    def iteration_at(self, x: int, y: int) -> float | None:
        """Return the iteration at a position on the page, if it lies on the strip."""
        if self._span is None or y not in self._strip_rows:
            return None
        column = x - self._left
        return self._span.iteration(column) if 0 <= column < self._span.width else None

    def _facts(self, watched: Watched, trace: PredictionHistory) -> Block:
        """First right, flips, now, in words."""
        flips, first = trace.changes(), trace.first_right
        last = int(trace.classes[trace.at(np.array([watched.past or watched.done]))[0]])
        right = last == trace.label
        line = Text(" ", no_wrap=True)
        when = "never right yet" if first is None else f"first right at {first}"
        line.append(when, self.ink("warning") if first is None else self.ink("moving"))
        then = "then" if watched.past is not None else "now"
        verdict = f"   {then} {called(watched.names, last)} {'✓ right' if right else '✗ wrong'}   "
        line.append(verdict, self.ink("moving" if right else "warning"))
        count = f"{len(flips)} {plural('flip', len(flips))}"
        has_room = line.cell_len + len(count) <= self.size.width
        line.append(count if has_room else "", self.ink("title"))
        for many in range(min(LATEST_FLIPS, len(flips)), 0, -1):  # as many of the latest as fit
            listed = ", ".join(
                f"{called(watched.names, f.before)}→{called(watched.names, f.after)}"
                f" at {f.iteration}"
                for f in flips[-many:]
            )
            listed = f": {'… ' if many < len(flips) else ''}{listed}"
            if line.cell_len + len(listed) < self.size.width:
                line.append(listed, self.ink("title"))
                break
        ramp = (BLOCKS if watched.blocks else RAMP).strip()
        note = f" {len(trace.iterations):>6} {plural('moment', len(trace.iterations))} kept."
        for words_ in ("A flip: the answer changed.", f"Denser {ramp} is likelier."):
            note += f" {words_}" if len(note) + len(words_) + 1 < self.size.width else ""
        return [line, Text(note, self.ink("quiet"), no_wrap=True), Text()]

    def _heat(self, watched: Watched, trace: PredictionHistory, span: Span, room: int) -> Block:
        shown = rows_of(trace, room)
        if 1 < room < trace.probabilities.shape[1]:  # the last row counts those not shown
            shown = rows_of(trace, room - 1)
        tall = min(MAX_CLASS_ROWS, max(1, room // trace.probabilities.shape[1]))
        at = watched.done if watched.past is None else watched.past
        now = trace.probabilities[trace.at(np.array([at]))[0]]
        block: Block = []
        wide = self._left - LEFT + 2
        for k in shown:
            mine = k == trace.label
            strip = heat(trace, span, k, self.ink, blocks=watched.blocks)
            for y in range(tall):
                line = Text(no_wrap=True)
                cell = f"{watched.called(k):>2}".ljust(wide)
                name = f" {cell} {'◂' if mine else ' '} {100 * float(now[k]):6.1f} %  "
                role = "chosen" if mine else "quiet"
                line.append(name if y == (tall - 1) // 2 else " " * self._left, self.ink(role))
                block.append(line.append_text(strip))
        if len(shown) < trace.probabilities.shape[1] and room > 1:
            less = trace.probabilities.shape[1] - len(shown)
            block.append(Text(f" … {less} classes less likely", self.ink("quiet")))
        line = Text(no_wrap=True).append(f"{'taken for':>{self._left - 2}}  ", self.ink("quiet"))
        block.append(line.append_text(answers(trace, span, self.ink)))
        for row in ruler(span, watched.past, self.ink):
            block.append(Text(" " * self._left).append_text(row))
        return block

    def _pinned(self, watched: Watched, span: Span, room: int) -> Block:
        room = max(0, room)
        if not watched.pinned:
            hint = (
                f"Enter pins this {watched.thing}: pinned ones stay here, a line each, to compare."
            )
            return [Text(), *words(f" {hint}", self.size.width - 2, self.ink("quiet"))][:room]
        facts = f"{'first right':>12}{'flips':>6}  "
        width = max(8, self.size.width - 15 - len(facts) - 1)
        head = f"   pinned label {'what it was taken for':<{width}}"[: 15 + width]
        block = [Text(), Text(f"{head} {facts}", self.ink("quiet"), no_wrap=True)]
        small = Span(span.start, span.end, span.done, width)
        for index in watched.pinned:
            trace = watched.traces[index]
            mine = index == watched.index
            line = Text(no_wrap=True)
            style = self.ink("chosen" if mine else "quiet")
            label = called(watched.names, trace.label, 4)
            line.append(f" {'▸' if mine else ' '} {index:>6} {label:>4} ", style)
            line.append_text(answers(trace, small, self.ink))
            first, flips = trace.first_right, len(trace.changes())
            line.append(f" {'never' if first is None else first:>12}{flips:>6}")
            right = trace.classes[-1] == trace.label
            line.append(" ✓" if right else " ✗", self.ink("moving" if right else "warning"))
            line.stylize(Style(meta={"digit": index}))
            block.append(line)
        if len(block) > room > 0:
            more = len(block) - room + 1
            block = [*block[: room - 1], Text(f"   … {more} more", self.ink("quiet"))]
        return block[:room]
