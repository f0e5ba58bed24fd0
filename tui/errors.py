"""What goes wrong as expected: one exception of our own, and the ones the other wings raise."""

from __future__ import annotations

from ..data.errors import DataError
from ..net.errors import NetError


class UserError(Exception):
    """Something a person asked for cannot be; the message, one line, says what to do instead."""


EXPECTED_ERRORS = (UserError, DataError, NetError)
