"""Saliency: which pixels speak for or against a class, and what happens if some are flipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widget import Widget

from ....net.inspection.saliency import first_order_estimate, flip_pixels, saliency
from ....net.network import forward
from ....net.validation import as_columns
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import called, class_columns, image_title, is_of_digits, thing, worded
from ...screens.main.dashboard import Dashboard
from ...widgets.prediction_bars import PredictionBars
from ..room import Room
from .facts import Facts
from .heatmap import SaliencyMap

if TYPE_CHECKING:
    from ....net.network import Parameters

SIDE_PANEL = 23  # columns of the prediction and the numbers
BARS = 2  # rows of the screen outside the room
FEWEST_FACTS = 6
LEGEND = (  # each is shown below the numbers if it fits
    "+ for − against × flip",
    "Another digit forgets the flips; r does too.",
    "",
    "A slope is the gradient of the logit over the pixel; a doubled sign is a steep one.",
    "Flipped: what the logit would change by were the network straight: slope times step.",
)
SPREAD = 34  # rows of the room from which the prediction's rows are spaced


class SaliencyRoom(Room):
    """Moves a cursor over the digit's pixels and flips them."""

    HEADING = "Pixels: saliency and flips"
    BINDINGS = [
        *Room.BINDINGS,
        *(key.binding for key in ROOM_KEYS["pixels"]),
        *(Binding(str(k), f"of({k})", show=False) for k in range(1, 10)),  # 0 stands for all
    ]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        dataset = self.workspace.session.dataset
        assert dataset is not None, "a room is entered when there are digits"
        self.dataset = dataset
        self.row = self.column = dataset.side // 2  # of the cursor
        self.flips: set[int] = set()  # flipped pixels
        self._index = self.workspace.index
        self._chosen: int | None = (
            None  # a class; None: the network's answer to the unchanged digit
        )
        self._class = 0  # the class shown
        self._parameters: Parameters | None = None
        self._promised = np.zeros(0)

    def furnish(self) -> list[Widget]:
        """Put the digit at the left and the numbers at the right."""
        side = Vertical(PredictionBars(id="answers"), Facts("Numbers", id="facts"), id="side")
        return [Horizontal(SaliencyMap(id="slopes"), side)]

    def on_mount(self) -> None:
        """Share the screen out before it is laid out, or it would be drawn twice."""
        self._share_out(self.free(self.app.size))
        super().on_mount()

    def on_resize(self) -> None:
        """Divide the screen among the panels again."""
        self._share_out(self.free(self.size))

    def _share_out(self, size: Size) -> None:
        """Give the picture what it can fill, the numbers the rest."""
        side, rows = self.dataset.side, size.height - BARS
        most = size.width - SIDE_PANEL - 1
        zoom = max(1, min(most // (2 * side), (rows - 1) // side))
        wide = 2 * zoom * side
        self.query_one(SaliencyMap).styles.width = wide if wide <= most else max(1, min(side, most))
        classes = self.dataset.classes
        answers = 2 + (2 * classes if rows >= SPREAD else classes)
        self.query_one(PredictionBars).styles.height = min(
            answers, max(rows - FEWEST_FACTS, rows // 2)
        )

    def show(self, parameters: Parameters) -> None:
        """Show this network's slopes; the flips last as long as the digit."""
        self._parameters = parameters
        if self.workspace.index != self._index:
            self._index = self.workspace.index
            self.flips.clear()
        self.draw()

    def draw(self) -> None:
        """Everything, with the flips as they now are."""
        parameters = self._parameters
        if parameters is None:
            return
        side = self.dataset.side
        image = self.dataset.test.images[self._index]
        now = flip_pixels(image, self.flips)
        with np.errstate(all="ignore"):
            passed = forward(parameters, as_columns(parameters, np.stack([image, now])))
        before, after = passed.A[-1].T.astype(float)  # probabilities
        answer = int(before.argmax())
        self._class = k = answer if self._chosen is None else self._chosen
        slopes = saliency(parameters, now, k)
        self._promised = first_order_estimate(slopes, now)
        finite = np.nan_to_num(slopes.astype(float), nan=0.0, posinf=0.0, neginf=0.0)
        steepest = float(np.abs(finite).max())
        shares = finite / steepest if steepest else finite
        names = self.dataset.names
        label = int(self.dataset.test.labels[self._index])
        name = called(names, k)
        what = image_title(self._index, label, names, digits=is_of_digits(self.dataset))
        self.query_one(SaliencyMap).update(
            (
                f"{what}. Which pixels speak for {name}?",
                f"{what.removeprefix('Test image ')}. Which pixels speak for {name}?",
                f"Which pixels speak for {name}?",
                f"Pixels for {name}",
            ),
            now.reshape(side, side),
            shares.reshape(side, side),
            (self.row, self.column),
            {divmod(i, side) for i in self.flips},
        )
        points = [f"{100 * moved:+.1f}" for moved in after - before]
        self.query_one(PredictionBars).update(
            after.tolist(), points, ("now", "moved"), names, chosen=k
        )
        cursor = self.row * side + self.column
        Z = passed.Z[-1][k].tolist()
        panel = self.query_one(Facts)
        facts = (
            (f"logit of {name[: class_columns(2 * panel.size.width)]}", f"{Z[1]:+.3f}"),
            (
                f"  by {len(self.flips)} flip{'' if len(self.flips) == 1 else 's'}",
                f"{Z[1] - Z[0]:+.3f}",
            ),
            ("row, column", f"{self.row}, {self.column}"),
            ("  ink", str(int(now[cursor]))),
            ("  slope", f"{slopes[cursor]:+.3f}"),
            ("flipped: about", f"{self._promised[cursor]:+.3f}"),
        )
        panel.update(facts, [worded(text, thing(self.dataset)) for text in LEGEND])

    # The cursor and the flips

    def action_go(self, down: int, across: int) -> None:
        """Move the cursor, round the edges."""
        side = self.dataset.side
        self.row, self.column = (self.row + down) % side, (self.column + across) % side
        self.draw()

    def action_flip(self) -> None:
        """Turn the pixel under the cursor over."""
        self.flips ^= {self.row * self.dataset.side + self.column}
        self.draw()

    @on(SaliencyMap.Pointed)
    def _pointed(self, event: SaliencyMap.Pointed) -> None:
        """By the mouse: there, and turn it over."""
        self.row, self.column = event.row, event.column
        self.action_flip()

    def action_restore(self) -> None:
        """Forget all flips."""
        self.flips.clear()
        self.draw()

    def action_jump(self, sign: int) -> None:
        """To the pixel whose flip promises to move the logit most, up (1) or down (-1)."""
        if not len(self._promised):  # pressed before the first frame
            return
        gains = np.nan_to_num(sign * self._promised, nan=-np.inf)
        gains[list(self.flips)] = -np.inf  # flipped pixels are not flipped back
        self.row, self.column = divmod(int(gains.argmax()), self.dataset.side)
        self.draw()

    # The class

    def action_of(self, k: int) -> None:
        """Show the slopes of this class's logit."""
        if k < self.dataset.classes:
            self._chosen = k
            self.draw()

    def action_next(self, by: int) -> None:
        """Go to the next class's slopes."""
        self.action_of((self._class + by) % self.dataset.classes)

    def action_answer(self) -> None:
        """Those of the network's answer, whichever it is."""
        self._chosen = None
        self.draw()
