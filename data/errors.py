"""The exceptions of this wing: something outside is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence

LISTED = 8  # names that a message lists


class DataError(Exception):
    """A source cannot be used; its message is one line that tells a person which, and why."""


class ClassesError(DataError):
    """A source has other classes than the caller knows there to be."""


class SeveralSetsError(DataError):
    """Files lie beside each other that are of more than one set."""

    def __init__(self, folder: object, names: Sequence[str], cure: str) -> None:
        """names: of the sets; cure: how to name one of them."""
        self.names = tuple(names)
        super().__init__(f"{folder}: holds several sets, {listed(names)}; {cure}")


def listed(names: Sequence[str]) -> str:
    """Names as a message lists them."""
    shown = ", ".join(name[:40] for name in names[:LISTED])
    return shown + f" and {len(names) - LISTED} more" * (len(names) > LISTED)
