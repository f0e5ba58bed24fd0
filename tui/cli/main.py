"""The entry point: parses the command line, runs the app or a command, reports errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import EXPECTED_ERRORS
from ..shortage import shortage_message
from ..terminal.capabilities import COLORS, GLYPHS
from ..text import printable
from .complete_lesson import complete_lesson
from .launch import LAST_SESSION
from .options import (
    given_hyperparameter_options,
    hyperparameter_log_from_options,
    hyperparameter_options,
    input_scale_option,
    is_given,
    path,
    recipe_option,
    share_option,
    threads_option,
)
from .subcommands import COMMANDS

if TYPE_CHECKING:
    from ..config.input_scale import InputScale

USAGE_ERROR = 2
# How long a thread may hold Python's lock while others wait. With the default of 0.005, the two
# threads of an update and the screen's spend that time waiting for each other.
SWITCH_INTERVAL_S = 0.001


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mnist-tui")
@hyperparameter_options
@share_option
@recipe_option
@threads_option
@click.option("--start", is_flag=True, help="Start training at once, without waiting for Space.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value=LAST_SESSION,
    metavar="[PATH]",
    shell_complete=path.shell_complete,
    help="Resume the last session, the session in a folder, or a run saved in a file: one of "
    "mnist-tui's, or a network from elsewhere as safetensors, ONNX or .keras.",
)
@input_scale_option
@click.option(
    "--lesson",
    "lesson_names",
    multiple=True,
    metavar="NAME|FILE",
    shell_complete=complete_lesson,
    help="Begin a lesson: by its name or number, or from a file. With --kiosk, the only ones.",
)
@click.option(
    "--at",
    "line",
    metavar="LINE",
    help="Open the place that C copies in the app: its run is made again.",
)
@click.option(
    "--sweep",
    "sweep_folder",
    type=path,
    metavar="FOLDER",
    help="Show a sweep: the folder that sweep --out names, also while it fills.",
)
@click.option(
    "--glyphs", type=click.Choice(GLYPHS), default="auto", help="Characters to draw with."
)
@click.option("--color", type=click.Choice(COLORS), default="auto", help="Number of colours.")
@click.option(
    "--kiosk",
    is_flag=True,
    help="For public terminals: no files, no suspending, small networks, one thread.",
)
@click.pass_context
def cli(  # noqa: PLR0913  (click passes every option by name)
    context: click.Context,
    source: str,
    *,
    share: float | None,
    recipe: str | None,
    threads: int | None,
    start: bool,
    resume: str | None,
    input_scale: InputScale | None,
    lesson_names: tuple[str, ...],
    line: str | None,
    sweep_folder: Path | None,
    glyphs: str,
    color: str,
    kiosk: bool,
    **values: Any,
) -> None:
    """Train a neural network on MNIST in your terminal; watch it, steer it, question it.

    Without a command, the app opens. Press ? there for all keys.
    """
    if context.invoked_subcommand is not None:
        given = [option for option in cli.params if option.name and is_given(option.name)]
        if given:
            raise click.UsageError(
                f"write {given[0].opts[-1]} after {context.invoked_subcommand}, not before"
            )
        return
    named = given_hyperparameter_options() + ["--recipe"] * (recipe is not None)
    named += ["--test-share"] * (share is not None and not is_given("source"))
    if resume is not None and named:
        raise click.UsageError(f"--resume continues a session unchanged; leave out {named[0]}")
    if kiosk and (resume is not None or is_given("source")):
        raise click.UsageError("--kiosk reads no files: leave out --resume and --data")
    if input_scale is not None and resume in (None, LAST_SESSION):
        raise click.UsageError("--input-scale says something of --resume FILE: name that, too")
    if line is not None and (extra := [*named, *["--lesson"] * bool(lesson_names)]):
        raise click.UsageError(f"--at sets the run and what is shown: leave out {extra[0]}")
    if sweep_folder is not None and (kiosk or line is not None):
        reason = "--kiosk reads no files" if kiosk else "--at sets what is shown"
        raise click.UsageError(f"{reason}: leave out --sweep")
    if sweep_folder is not None and not sweep_folder.is_dir():
        raise click.UsageError(f"--sweep: there is no folder {printable(sweep_folder)}")
    if line is not None and resume is not None:
        raise click.UsageError("--resume goes on where a session was left; leave out --at")
    from ..config.app_options import AppOptions
    from ..config.place import parse_place
    from ..lessons.library import find_lesson
    from .launch import run_app

    options = AppOptions(
        1 if kiosk else threads,
        share,
        start,
        resume,
        input_scale,
        None if line is None else parse_place(line),
        sweep_folder,
        kiosk,
    )
    lessons = tuple(find_lesson(name) for name in lesson_names)
    data = source if is_given("source") else None
    context.exit(
        run_app(
            data,
            hyperparameter_log_from_options(values, recipe),
            options,
            lessons=lessons,
            glyphs=glyphs,
            color=color,
        )
    )


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; an expected error prints one line on stderr."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        code = cli.main(prog_name="mnist-tui", standalone_mode=False)
    except click.UsageError as wrong:
        command = wrong.ctx.command_path if wrong.ctx else "mnist-tui"
        words = " ".join(wrong.format_message().split())  # click puts choices on lines of their own
        _print_error(f"{words} (see {command} --help)")
        code = USAGE_ERROR
    except EXPECTED_ERRORS as problem:
        _print_error(str(problem))
        code = 1
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # The reader of stdout has exited: discard the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except (MemoryError, RuntimeError, ImportError, OSError) as failure:
        if (short := shortage_message(failure)) is None and not isinstance(failure, OSError):
            raise
        _print_error(short or f"the result cannot be written: {_reason(failure)}")
        code = 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # the terminal is gone; avoid Python's exit code 120
        os._exit(code or 0)
    sys.exit(code or 0)


def _reason(failure: BaseException) -> object:
    return getattr(failure, "strerror", None) or failure


def _print_error(message: str) -> None:
    click.echo(f"mnist-tui: {printable(message)}", err=True)
