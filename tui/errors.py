"""What goes wrong as expected: one exception of our own, and the ones the other wings raise."""

from __future__ import annotations

from ..data.errors import DataError
from ..net.errors import NetError


class Problem(Exception):  # noqa: N818  (it is told to a person, who did nothing wrong with it)
    """Something a person asked for cannot be; the message, one line, says what to do instead."""


EXPECTED = (Problem, DataError, NetError)
