"""The confusion matrix of the test set, and the images of each cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.strip import Strip
from textual.widget import Widget

from ....net.inspection.confusion import confusion, predict
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import called, thing
from ...render.tiles import Tile, page, sizes
from ...screens.enter import enter
from ...screens.main.dashboard import Dashboard
from ...terminal.driver import has_shades
from ...widgets.digit_tile import digit_tile
from ..background_room import BackgroundRoom
from ..gallery.room import GalleryContent, GalleryRoom, Selection
from ..gallery.thumbnails import thumbnail_row
from ..room import Room
from .matrix import FRAME, Matrix

if TYPE_CHECKING:
    from ....net.inspection.confusion import Confusion, Predictions
    from ....net.network import Parameters

CAPTION = 11  # columns


class ConfusionRoom(BackgroundRoom):
    """Move over the cells with arrows; show a cell's images with Enter or a click."""

    HEADING = "Confusion"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["confusion"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self._answered: tuple[Parameters, int, Predictions] | None = (
            None  # and after how many updates
        )

    def furnish(self) -> list[Widget]:
        """Return the matrix, with the first images of its chosen cell below."""
        return [Matrix(self._below)]

    @property
    def matrix(self) -> Matrix:
        """The matrix."""
        return self.query_one(Matrix)

    def show(self, parameters: Parameters) -> None:
        """Compute this network's answers for all test images."""
        viewed, dataset = self.dashboard.viewed, self.workspace.session.dataset
        if viewed is None or dataset is None:
            return
        if self._answered is not None and self._answered[0].vector is parameters.vector:
            return  # only the selected digit has changed

        def job() -> tuple[Predictions, Confusion]:
            answers = predict(parameters, dataset.test)
            return answers, confusion(answers)

        self.compute(job, partial(self._take, *viewed))

    def action_move(self, down: int, across: int) -> None:
        """Move the cursor by this many cells."""
        label, predicted = self.matrix.cell
        self.matrix.go_to(label + down, predicted + across)

    def action_next(self, step: int) -> None:
        """Move the cursor to the next most frequent mistake; after the last, to the first."""
        if self.matrix.confusion is None:
            return
        cells = self.matrix.confusion.mistakes()
        if not cells:
            self.notify("The network makes no mistake.", markup=False)
            return
        here = self.matrix.cell
        where = cells.index(here) + step if here in cells else 0
        self.matrix.go_to(*cells[where % len(cells)])

    async def action_open(self) -> None:
        """Show the images of the cell at the cursor."""
        label, predicted = self.matrix.cell
        await self._hang(
            Selection(
                self._words(label, predicted),
                "There is none.",
                lambda _, answers: answers.cell(label, predicted),
            )
        )

    async def action_mistakes(self) -> None:
        """Show all mistakes, the most confident first."""
        await self._hang(
            Selection("Mistakes", "There is none.", lambda _, answers: answers.mistakes())
        )

    @on(Matrix.Opened)
    async def _opened(self, event: Matrix.Opened) -> None:
        event.stop()
        await self.action_open()

    async def _hang(self, choice: Selection) -> None:
        """Open the gallery with exactly the images that the matrix counts."""
        if self._answered is None:
            return
        parameters, iteration, answers = self._answered
        hanging = GalleryContent(parameters, iteration, answers, choice.choose(parameters, answers))
        await enter(self, GalleryRoom(self.dashboard, choice, hanging))

    def _take(
        self, parameters: Parameters, iteration: int, found: tuple[Predictions, Confusion]
    ) -> None:
        answers, counted = found
        cells = counted.mistakes() if self._answered is None else []
        self._answered = parameters, iteration, answers
        dataset = self.workspace.session.dataset
        self.matrix.update(counted, dataset.names if dataset else (), cells[0] if cells else None)

    def _below(self, width: int, height: int) -> list[Text | Strip]:
        """Draw the chosen cell's counts, and as many of its images as fit."""
        matrix, dataset = self.matrix, self.workspace.session.dataset
        if self._answered is None or matrix.confusion is None or dataset is None:
            return []
        answers = self._answered[2]
        label, predicted = matrix.cell
        chosen = answers.cell(label, predicted)
        total = int(matrix.confusion.counts[label].sum())
        count = (f"{len(chosen)} of {total}", matrix.ink("title"))
        title, legend = self._words(label, predicted), matrix.legend()
        if height < -(-sizes(dataset.side)[-1] // 2) + 2:
            words = f" Enter: these {thing(dataset)}s   a: all mistakes   n: next mistake"
            lines: list[Text | Strip] = [
                matrix.title(title, count),
                Text(words, matrix.ink("quiet"), no_wrap=True),
                Text.assemble(" ", *legend, no_wrap=True),
            ]
            return lines[:height]
        notes = [count] if matrix.has_legend else [*legend, count]
        if FRAME + len(title) + sum(len(text) for text, _ in notes) > width:
            notes = [count]
        lines = [matrix.title(title, *notes)]
        # As large as leaves room for a few.
        here = page(width, height - 1, dataset.side, min(len(chosen), width // 24), CAPTION)
        for begin in range(0, min(len(chosen), here.count), here.across):
            these = chosen[begin : min(begin + here.across, here.count)]
            tiles = [self._tile(int(digit), here.columns) for digit in these]
            lines += thumbnail_row(matrix, tiles, here)
        return lines

    def _tile(self, digit: int, columns: int) -> tuple[Tile, Text]:
        """Draw an image, and the network's confidence in its answer."""
        dataset = self.workspace.session.dataset
        assert dataset is not None
        assert self._answered is not None
        image = dataset.test.images[digit].reshape(dataset.side, dataset.side)
        sure = 100 * float(self._answered[2].confidence[digit])
        return digit_tile(self.matrix, image, columns, in_dots=not has_shades()), Text(
            f"{sure:5.1f}% sure", self.matrix.ink("quiet")
        )

    def _words(self, label: int, predicted: int) -> str:
        """Return a cell as a title."""
        dataset = self.workspace.session.dataset
        one, other = (called(dataset.names if dataset else (), k) for k in (label, predicted))
        return f"{one} read right" if label == predicted else f"{one} taken for {other}"
