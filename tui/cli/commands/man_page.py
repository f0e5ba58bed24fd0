"""The manual page, made from the definitions of the command line, so that it cannot be out of date.

It is written in man(7)'s macros, which man shows on every POSIX system.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import metadata

import click


def man_page(program: click.Group, name: str) -> str:
    """Return the page of the program of this name, with all its commands."""
    about = metadata(name)
    context = click.Context(program, info_name=name)
    return "\n".join(
        [
            f'.TH {name.upper()} 1 "" "{name} {about["Version"]}" "User Commands"',
            ".SH NAME",
            f"{_escaped(name)} \\- {_escaped(about['Summary'])}",
            ".SH SYNOPSIS",
            *_synopsis(context),
            ".SH DESCRIPTION",
            *_description(program),
            ".SH OPTIONS",
            *_options(context),
            ".SH COMMANDS",
            *(line for command in _commands(context) for line in _section(command)),
            "",
        ]
    )


def _commands(context: click.Context) -> Iterator[click.Context]:
    """Yield a context for each command of a group, those of groups within it, too."""
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.commands[name]
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(inner)
        else:
            yield inner


def _section(context: click.Context) -> list[str]:
    """Return a command's own part of the page."""
    return [
        f".SS {_escaped(context.command_path)}",
        *_synopsis(context),
        ".PP",
        *_description(context.command),
        *_options(context),
    ]


def _synopsis(context: click.Context) -> list[str]:
    usage = " ".join(context.command.collect_usage_pieces(context))
    return [f".B {_escaped(context.command_path)}", _escaped(usage)]


def _description(command: click.Command) -> list[str]:
    """Return a command's help, a line a paragraph."""
    paragraphs = (command.help or "").strip().split("\n\n")
    lines = [[".PP", _escaped(" ".join(paragraph.split()))] for paragraph in paragraphs]
    return [line for pair in lines for line in pair][1:]


def _options(context: click.Context) -> list[str]:
    records = (param.get_help_record(context) for param in context.command.get_params(context))
    return [
        line
        for record in records
        if record is not None and record[1]  # arguments have no help of their own
        for line in (".TP", f".B {_escaped(record[0])}", _escaped(record[1]))
    ]


def _escaped(text: str) -> str:
    """Return text that stands for itself: no escapes, no macro, hyphens that can be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    plain = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in plain)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
