"""A gallery of digits, such as those of one cell of the confusion matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on

from ....net.inspection.confusion import predict
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import SHORT_CLASS_COLUMNS, a, called, is_of_digits, widest
from ...render.tiles import Tile
from ...screens.main.dashboard import Dashboard
from ...terminal.driver import has_shades
from ...text import plural
from ...widgets.digit_tile import digit_tile
from ..room import Room
from .tile_grid import Contents, TileGrid
from .tile_room import TileRoom

if TYPE_CHECKING:
    from ....net.inspection.confusion import Indices, Predictions
    from ....net.network import Parameters


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of images, and its title."""

    title: str
    nothing: str  # shown if there are none
    choose: Callable[[Parameters, Predictions], Indices]


@dataclass(frozen=True, slots=True, eq=False)
class GalleryContent:
    """The content of a gallery, which does not change while the network learns."""

    parameters: Parameters
    iteration: int
    answers: Predictions
    chosen: Indices


class GalleryRoom(TileRoom):
    """Show the images with their predictions at the time of opening or renewing."""

    HEADING = "Gallery"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["gallery"])]

    def __init__(
        self, dashboard: Dashboard, choice: Selection, hanging: GalleryContent | None = None
    ) -> None:
        super().__init__(dashboard)
        self._choice = choice
        self._hanging = hanging
        self._outdated: bool | None = None  # whether the network has changed since
        self._dots = not has_shades()

    def show(self, parameters: Parameters) -> None:
        """Fill the gallery the first time; afterwards, only say whether it is up to date."""
        if self._hanging is None:
            self.action_renew()
        elif self._outdated != (self._hanging.parameters.vector is not parameters.vector):
            self._hang(self._hanging)

    def action_renew(self) -> None:
        """Compute the present network's answers, and show them."""
        viewed, dataset = self.dashboard.viewed, self.workspace.session.dataset
        if viewed is None or dataset is None:
            return
        parameters, iteration = viewed

        def job() -> GalleryContent:
            answers = predict(parameters, dataset.test)
            chosen = self._choice.choose(parameters, answers)
            return GalleryContent(parameters, iteration, answers, chosen)

        self.hurry()
        self.compute(job, self._hang)

    def action_glyphs(self) -> None:
        """Toggle between colors and characters."""
        self._dots = not self._dots
        self.tiles.redraw()

    @on(TileGrid.Picked)
    def _picked(self, event: TileGrid.Picked) -> None:
        """Go to the main screen, at this image."""
        event.stop()
        if self._hanging is not None:
            self.workspace.index = int(self._hanging.chosen[event.index])
            while self.app.screen is not self.dashboard:
                self.app.pop_screen()

    def _hang(self, hanging: GalleryContent) -> None:
        viewed, dataset = self.dashboard.viewed, self.workspace.session.dataset
        if viewed is None or dataset is None:
            return
        self._hanging = hanging
        self._outdated = viewed[0].vector is not hanging.parameters.vector
        when = f"after {hanging.iteration} {plural('update', hanging.iteration)}"
        note = f"{when}, r renews" if self._outdated else when
        k = widest(dataset.names, hanging.answers.classes, SHORT_CLASS_COLUMNS)
        self.tiles.update(
            Contents(
                title=self._choice.title,
                notes=[(note, self.tiles.ink("chosen" if self._outdated else "quiet"))],
                count=len(hanging.chosen),
                side=dataset.side,
                caption=2 * k + 10,
                draw=self._draw,
                foot=self._foot,
                nothing=self._choice.nothing,
            )
        )

    def _draw(self, index: int, columns: int) -> tuple[Tile, Text]:
        """Draw one image, and the answer to it."""
        hanging, dataset, tiles = self._hanging, self.workspace.session.dataset, self.tiles
        assert hanging is not None
        assert dataset is not None
        digit = int(hanging.chosen[index])
        image = dataset.test.images[digit].reshape(dataset.side, dataset.side)
        tile = digit_tile(tiles, image, columns, in_dots=self._dots)
        label, predicted, confidence = _answer(hanging.answers, digit)
        right = label == predicted
        both = "→".join(called(dataset.names, k, SHORT_CLASS_COLUMNS) for k in (label, predicted))
        caption = Text.assemble(
            (both, tiles.ink("title")),
            (" ✓" if right else " ✗", tiles.ink("moving" if right else "warning")),
            (f" {confidence:5.1f}%", tiles.ink("quiet")),
        )
        return tile, caption

    def _foot(self, index: int) -> list[Text]:
        """Describe the image at the cursor."""
        dataset = self.workspace.session.dataset
        assert self._hanging is not None
        assert dataset is not None
        digit = int(self._hanging.chosen[index])
        label, predicted, confidence = _answer(self._hanging.answers, digit)
        digits = is_of_digits(dataset)
        one, other = (a(called(dataset.names, k), digits=digits) for k in (label, predicted))
        taken = "and so the network says" if label == predicted else f"taken for {other}"
        line = Text.assemble(
            (f" Test image #{digit}", self.tiles.ink("chosen")),
            (f" is {one}, {taken}, {confidence:.1f} % sure.", self.tiles.ink("title")),
            no_wrap=True,
        )
        tell = "  Enter goes there."
        if line.cell_len + len(tell) <= self.size.width:
            line.append(tell, self.tiles.ink("quiet"))
        return [line]


def _answer(answers: Predictions, digit: int) -> tuple[int, int, float]:
    """Return label, answer, and confidence in percent."""
    confidence = 100 * float(answers.confidence[digit])
    return int(answers.labels[digit]), int(answers.predicted[digit]), confidence
