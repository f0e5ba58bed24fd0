"""The draw room: a digit of your own, normalized like MNIST's, and the network's prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text
from textual import on
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widget import Widget

from ....data.findings import Specks
from ....data.images.normalization import centered
from ....data.images.stray_ink import cleaned
from ....net.engine.inference import probabilities
from ...datasets import findings
from ...errors import UserError
from ...keymap.main_keys import FILE_ACTIONS
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import is_of_digits, thing
from ...screens.dialogs.prompts import ConfirmDialog, NameDialog
from ...screens.enter import enter
from ...screens.main.dashboard import Dashboard
from ...screens.main.room_actions import ROOMS, load_room
from ...terminal.driver import has_shades
from ...widgets.lines import LinesWidget
from ...widgets.prediction_bars import MIN_COLUMNS, PredictionBars
from ..room import Room
from . import drawing_store
from .canvas import Canvas, FramedPicture
from .frame import EDGE, columns_for
from .legend import EMPTY, KEY_HINTS, flowed, pen_sign, pen_words, verdict
from .open_dialog import OpenDrawingDialog
from .pen import Drawing, balance

if TYPE_CHECKING:
    from ....net.network import Parameters

BARS = 2  # rows of the screen outside the room: status line and footer
BROAD = 36  # columns for the prediction that an enlarged picture must leave
WORDS, FEWEST_WORDS = 5, 2  # rows below the canvas
LOW = 24  # rows of a screen; on a lower one there are fewer words


def widths(width: int, height: int, side: int) -> tuple[int, int]:
    """Return the columns for the canvas and the centered picture on this screen; 0: no room."""
    words = WORDS if height >= LOW else FEWEST_WORDS
    most = max(1, 2 * (height - BARS - words - EDGE))
    both = width - MIN_COLUMNS - 1 - 2 * EDGE
    if both < 2 * min(side, 28):
        return columns_for(side, min(most, width - MIN_COLUMNS - 1 - EDGE)), 0
    least = columns_for(side, min(side, most, both // 2))
    canvas = columns_for(side, min(most, both - least))
    view = columns_for(side, min(most, width - BROAD - 2 * EDGE - canvas, canvas))
    return canvas, max(least, view)


class DrawRoom(Room):
    """Draws with mouse or keys; every stroke is predicted at once."""

    HEADING = "Draw"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["draw"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        dataset = self.workspace.session.dataset
        assert dataset is not None, "a room is entered when there are digits"
        self.dataset = dataset
        kept = self.workspace.drawing
        if not isinstance(kept, Drawing) or kept.side != dataset.side:
            self.workspace.drawing = kept = Drawing(dataset.side)
        self.drawing = kept
        self._parameters: Parameters | None = None
        self._blocks = has_shades()

    def furnish(self) -> list[Widget]:
        """Three side by side, and words below."""
        easel = Horizontal(
            Canvas("your drawing", id="canvas"),
            FramedPicture("as the network sees it", id="centred"),
            PredictionBars(id="answers"),
            id="easel",
        )
        return [easel, LinesWidget(id="tools")]

    def on_mount(self) -> None:
        """Share the screen out before it is laid out, or it would be drawn twice."""
        self._share_out(self.free(self.app.size))
        super().on_mount()

    def on_resize(self) -> None:
        """Divide the screen among the panels again."""
        self._share_out(self.free(self.size))
        self.call_after_refresh(self.draw)

    def _share_out(self, size: Size) -> None:
        canvas, view = widths(size.width, size.height, self.drawing.side)
        self.query_one(Canvas).size_to(canvas)
        self.query_one("#centred", FramedPicture).size_to(view)
        self.query_one(PredictionBars).styles.height = (canvas + 1) // 2 + EDGE

    def show(self, parameters: Parameters) -> None:
        """Show the same drawing, read by this network."""
        self._parameters = parameters
        self.draw()

    def draw(self) -> None:
        """Everything, as the drawing now is."""
        viewed = self.dashboard.viewed
        if self._parameters is None or viewed is None:
            return
        pixels, drawing = self.drawing.pixels, self.drawing
        own = cleaned(pixels)
        form = centered(own.ink, drawing.side, self.dataset.layout)
        pen = drawing.x, drawing.y, pen_sign(drawing)
        self.query_one(Canvas).update(pixels, balance(pixels), blocks=self._blocks, pen=pen)
        self.query_one("#centred", FramedPicture).update(form, balance(form), blocks=self._blocks)
        answers, tools = self.query_one(PredictionBars), self.query_one("#tools", LinesWidget)
        quiet, columns = tools.ink("quiet"), self.size.width - 2
        blank = next((words for words in EMPTY if len(words) <= columns), EMPTY[-1])
        first = Text(f" {blank}", quiet, no_wrap=True)
        if pixels.any():
            shares = probabilities(self._parameters, np.stack([form.ravel(), pixels.ravel()]))
            both: list[list[float]] = shares.T.tolist()
            drawn = [f"{100 * share:.1f}" for share in both[1]]
            names = dataset.names if (dataset := self.workspace.session.dataset) else ()
            answers.update(both[0], drawn, ("centred", "drawn"), names)
            words = verdict(
                both[0],
                both[1],
                names,
                columns=columns,
                untrained=viewed[1] == 0,
                digits=is_of_digits(self.dataset),
            )
            if own.specks:
                words += f" · {findings.words(Specks(own.specks))}"
            first = Text(f" {words}", no_wrap=True)
        else:
            answers.update((), (), ("", ""), blank="As you draw, each class gets its probability.")
        keys = [words.format(thing(self.dataset)) for words in KEY_HINTS]
        key_lines = [Text(f" {words}", quiet, no_wrap=True) for words in flowed(keys, columns)]
        tools.show([first, Text(f" {pen_words(drawing, columns)}", no_wrap=True), *key_lines])

    # The pen

    @on(Canvas.Drawn)
    def _drawn(self, event: Canvas.Drawn) -> None:
        """By the mouse: a dot where it goes down, a stroke from there on."""
        drawing = self.drawing
        erase = event.erase or drawing.erases
        if event.begins:
            drawing.lift()
            drawing.go(event.x, event.y, draw=False, erase=erase)
        drawing.go(event.x, event.y, draw=True, erase=erase)
        self.draw()

    @on(Canvas.Lifted)
    def _lifted(self) -> None:
        self.drawing.lift()

    def action_move(self, dx: int, dy: int) -> None:
        """Move the pen."""
        self.drawing.move(dx, dy)
        self.draw()

    def action_pen(self) -> None:
        """Pen down, pen up."""
        self.drawing.put(down=not self.drawing.down)
        self.draw()

    def action_eraser(self) -> None:
        """Erase instead of draw, and back."""
        self.drawing.change_tool()
        self.draw()

    def action_thicken(self, by: int) -> None:
        """Choose another nib."""
        self.drawing.thicken(by)
        self.draw()

    # The drawing as a whole

    def action_undo(self) -> None:
        """One step back."""
        if not self.drawing.undo():
            self.notify("There is nothing to undo.", markup=False)
        self.draw()

    def action_redo(self) -> None:
        """One step on."""
        if not self.drawing.redo():
            self.notify("There is nothing to redo.", markup=False)
        self.draw()

    def action_clear(self) -> None:
        """Blank paper."""
        self.drawing.clear()
        self.draw()

    def action_push(self, dx: int, dy: int) -> None:
        """Move the ink, so that it is off the middle."""
        self.drawing.push(dx, dy)
        self.draw()

    def action_take(self, by: int) -> None:
        """Replace the drawing by a test digit."""
        workspace, side = self.workspace, self.drawing.side
        workspace.index = (workspace.index + by) % len(self.dataset.test)
        self.drawing.replace(self.dataset.test.images[workspace.index].reshape(side, side))
        self.draw()

    def action_glyphs(self) -> None:
        """Blocks or characters."""
        self._blocks = not self._blocks
        self.draw()

    async def action_network(self) -> None:
        """Show the whole network at work on the centred drawing."""
        if not self.drawing.pixels.any():
            self.notify("Draw something first; then there is something to look at.", markup=False)
            return
        own = cleaned(self.drawing.pixels)
        form = centered(own.ink, self.drawing.side, self.dataset.layout)
        await enter(self, load_room(*ROOMS["network"])(self.dashboard, form))

    # Saved drawings

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As everywhere; and strangers have no drawings."""
        if action in FILE_ACTIONS and not self.dashboard.may_touch_files:
            return False
        return super().check_action(action, parameters)

    def action_save_drawing(self) -> None:
        """Ask for a name, and write the drawing under it."""
        taken = drawing_store.names()
        free = next(n for n in range(1, len(taken) + 2) if f"drawing {n}" not in taken)
        self.app.push_screen(
            NameDialog(f"drawing {free}", "Save as", drawing_store.path_of), self._save
        )

    def _save(self, name: str | None, *, over: bool = False) -> None:
        """Under this name, or ask first whether over what has it."""
        if name is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._save(name, over=True)

        try:
            if drawing_store.save(name, self.drawing.pixels, over=over):
                self.notify(f"Saved: {drawing_store.path_of(name)}", markup=False)
            else:
                question = f"There is a drawing “{name}”. Write over it?"
                self.app.push_screen(ConfirmDialog(question), answered)
        except UserError as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def action_open_drawing(self) -> None:
        """Ask which drawing, and put it on the canvas."""
        if found := drawing_store.names():
            self.app.push_screen(OpenDrawingDialog(found), self._open)
        else:
            self.notify("No drawing was saved yet; w saves this one.", markup=False)

    def _open(self, name: str | None) -> None:
        if name is None:
            return
        side = self.drawing.side
        try:
            pixels = drawing_store.load(name)
        except UserError as problem:
            self.notify(str(problem), severity="warning", markup=False)
            return
        fits = pixels.shape == (side, side)  # otherwise it was drawn for images of another size
        self.drawing.replace(pixels if fits else centered(pixels, side, self.dataset.layout))
        self.draw()
