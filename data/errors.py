"""The exceptions of this wing: something outside is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dataset import Unlabelled


class DataError(Exception):
    """A source cannot be used; its message is one line that tells a person which, and why."""


class UnlabelledError(DataError):
    """A source has no labels, and labels were asked for; `images` can still be answered."""

    def __init__(self, message: str, images: Unlabelled) -> None:
        super().__init__(message)
        self.images = images


class ClassesError(DataError):
    """A source has other classes than the caller knows there to be."""
