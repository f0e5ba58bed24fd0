"""Expected errors: one exception of our own, and those that the other wings raise."""

from __future__ import annotations

from ..data.errors import DataError
from ..net.errors import NetError


class UserError(Exception):
    """A request that cannot be fulfilled; the message, one line, says what to do instead."""


EXPECTED_ERRORS = (UserError, DataError, NetError)


def needs_extra(what: str, package: str, extra: str) -> str:
    """Return the message for a package that is not installed: what needs it, how to get it."""
    return f"{what} needs the package {package}: pip install 'mnist-tui[{extra}]'"
