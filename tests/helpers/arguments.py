"""Arguments of the commands in tests/manual: numbers that may be left out, and --help."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any


def parser(doc: str | None) -> ArgumentParser:
    """Return a parser whose help is a module's docstring."""
    return ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)


def numbers(doc: str | None, **defaults: float) -> list[Any]:
    """Parse positional numbers of their defaults' types, in this order."""
    arguments = parser(doc)
    for name, default in defaults.items():
        arguments.add_argument(
            name, nargs="?", type=type(default), default=default, help=f"usually {default:g}"
        )
    return list(vars(arguments.parse_args()).values())
