"""What a shell completes after --lesson."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def complete_lesson(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the built-in lessons that begin so; without one, the shell completes files."""
    from ..lessons.library import NAMES

    names = [CompletionItem(name) for name in NAMES if name.startswith(incomplete)]
    return names or click.Path().shell_complete(context, parameter, incomplete)
