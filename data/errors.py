"""The exceptions of this wing, about invalid sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class DataError(Exception):
    """A source cannot be used; the message, one line, says which one and why."""


class ClassesError(DataError):
    """A source has classes other than the caller expects."""
