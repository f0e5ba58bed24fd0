"""A small window that asks for the number of a test image."""

from __future__ import annotations

from ...config.fields import integer_parser
from ...errors import UserError
from .input_dialog import InputDialog


class GoToDialog(InputDialog[int]):
    """Ends with an index from 0 to count - 1, or None."""

    def __init__(self, count: int, thing: str = "digit") -> None:
        """Create the dialog for `count` images, each called a `thing`."""
        super().__init__(f"Go to test {thing}, 0 to {count - 1}")
        self._count = count

    def parse(self, text: str) -> int:
        """Return the index."""
        index = integer_parser("the number", "17")(text)
        if not 0 <= index < self._count:
            raise UserError(f"the number must be from 0 to {self._count - 1}, not {index}")
        return index
