"""The lesson commands: check the files of lessons, and list those in the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ...errors import UserError
from ...lessons.lesson_file import read_lesson
from ...lessons.library import NAMES, built_in
from ...text import plural, printable


def check_lessons(files: Sequence[Path]) -> int:
    """Print a line for each file; return 1 if one of them is no lesson."""
    code = 0
    for file in files:
        try:
            found = read_lesson(file)
        except UserError as problem:
            click.echo(f"mnist-tui: {problem}", err=True)
            code = 1
        else:
            steps = len(found.steps)
            questions = sum(step.question is not None for step in found.steps)
            click.echo(
                f"{printable(file)}: “{found.title}”, {steps} {plural('step', steps)}, "
                f"{questions} {plural('question', questions)}, in order"
            )
    return code


def list_lessons() -> int:
    """Print each lesson's name, title and what it is about."""
    width = max(map(len, NAMES))
    for number, lesson in enumerate(map(built_in, NAMES), 1):
        click.echo(f"{number:2}  {lesson.name:{width}}  {lesson.title} ({lesson.minutes:g} min)")
        click.echo(f"    {'':{width}}  {lesson.about}")
    return 0
