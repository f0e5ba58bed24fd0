"""The exceptions of this wing: something outside is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class DataError(Exception):
    """A source cannot be used; its message is one line that tells a person which, and why."""


class ClassesError(DataError):
    """A source has other classes than the caller knows there to be."""
