"""Expected errors: one exception of our own, and those that the other wings raise."""

from __future__ import annotations

from ..data.errors import DataError
from ..net.errors import NetError


class UserError(Exception):
    """A request that cannot be fulfilled; the message, one line, says what to do instead."""


EXPECTED_ERRORS = (UserError, DataError, NetError)
