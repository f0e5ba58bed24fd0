"""The one exception of this wing: something outside is not as it should be."""


class DataError(Exception):
    """A source cannot be used; its message is one line that tells a person which, and why."""
