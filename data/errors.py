"""The exceptions of this wing, about invalid sources."""

from __future__ import annotations

from collections.abc import Sequence

LISTED = 8  # names that a message lists


class DataError(Exception):
    """A source cannot be used; the message, one line, says which one and why."""


class ClassesError(DataError):
    """A source has classes other than the caller expects."""


class SeveralSetsError(DataError):
    """A folder or archive holds files of more than one set."""

    def __init__(self, folder: object, names: Sequence[str], cure: str) -> None:
        """Build the message.

        Args:
            folder: Where they are.
            names: Of the sets.
            cure: How to name one of them.
        """
        self.names = tuple(names)
        super().__init__(f"{folder}: holds several sets, {listed(names)}; {cure}")


def listed(names: Sequence[str]) -> str:
    """Return names as a message lists them."""
    shown = ", ".join(name[:40] for name in names[:LISTED])
    return shown + f" and {len(names) - LISTED} more" * (len(names) > LISTED)
