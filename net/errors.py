"""The exceptions of this wing: what was asked of the network cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .run.diagnosis import Diagnosis


class NetError(Exception):
    """Something asked for cannot be; its message is one line that tells a person what and why."""


class DivergedError(NetError):
    """An update led out of the finite numbers; the run stands at the weights before it."""

    def __init__(self, message: str, trouble: Diagnosis) -> None:
        super().__init__(message)
        self.trouble = trouble
