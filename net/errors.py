"""The one exception of this wing: what was asked of the network cannot be done."""


class NetError(Exception):
    """Something asked for cannot be; its message is one line that tells a person what and why."""


class DivergedError(NetError):
    """An update led out of the finite numbers; the run stands at the weights before it."""
