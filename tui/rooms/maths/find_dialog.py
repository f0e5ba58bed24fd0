"""A small window that asks which unit, class, pixel or weight to follow."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Label

from ...screens.dialogs.input_dialog import InputDialog
from .walk.path import UnitPath


class FindDialog(InputDialog[UnitPath]):
    """Ends with a path, or None."""

    def __init__(self, what: str, such_as: str, read: Callable[[str], UnitPath]) -> None:
        """Create the dialog.

        Args:
            what: the question.
            such_as: examples of an answer.
            read: parses text into a path; raises UserError.
        """
        super().__init__(what)
        self._such_as, self._read = such_as, read

    def hints(self) -> list[Label]:
        """Return the examples."""
        return [Label(self._such_as, id="such-as", markup=False)]

    def parse(self, text: str) -> UnitPath:
        """Return the path."""
        return self._read(text)
