"""The exceptions of this wing: what was asked of the network cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class NetError(Exception):
    """Something asked for cannot be; its message is one line that tells a person what and why."""
