"""Keys that select and show a test digit."""

from __future__ import annotations

from ...render.labels import thing
from .dashboard import Dashboard


class DigitActions(Dashboard):
    """Actions that change the selected digit."""

    def action_digit(self, by: int) -> None:
        """Go this many digits further, wrapping around."""
        if (dataset := self.session.dataset) is not None:
            self.workspace.index = (self.workspace.index + by) % len(dataset.test)

    def action_go_to(self, index: int) -> None:
        """Go to this digit; negative numbers count from the end."""
        if (dataset := self.session.dataset) is not None:
            self.workspace.index = index % len(dataset.test)

    def action_ask_index(self) -> None:
        """Ask for a number and go there."""
        from ..dialogs.go_to import GoToDialog

        if (dataset := self.session.dataset) is not None:
            self.app.push_screen(
                GoToDialog(len(dataset.test), thing(dataset)),
                lambda index: self.action_go_to(index) if index is not None else None,
            )

    def action_mistake(self, step: int) -> None:
        """Go to the nearest digit that the network shown gets wrong."""
        dataset, viewed = self.session.dataset, self.viewed
        if dataset is None or viewed is None:
            return
        from ....net.engine.inference import next_mistake

        found = next_mistake(viewed[0], dataset.test, self.workspace.index, step)
        if found is None:
            self.notify(f"The network gets no other test {thing(dataset)} wrong.", markup=False)
        else:
            self.workspace.index = found

    def action_deformed(self) -> None:
        """Show deformed copies of the chosen digit beside it."""
        from ..dialogs.augmentation import AugmentationDialog

        if (dataset := self.session.dataset) is not None:
            image = dataset.test.images[self.workspace.index].reshape(dataset.side, dataset.side)
            self.app.push_screen(AugmentationDialog(image))

    def action_glyphs(self) -> None:
        """Draw the digit the other way."""
        self.blocks = not self.blocks
