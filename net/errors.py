"""The exception that net/ raises for requests it cannot fulfill."""

from __future__ import annotations


class NetError(Exception):
    """A request that the network cannot fulfill; the message is one line, written for the user."""
