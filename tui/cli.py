"""The command line: arguments to the app, or to a command without a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from ..net.errors import NetError
from ..net.hyperparameters import Hyperparameters
from ..net.presets import PRESETS
from .fields import BY_NAME, FIELDS, Field, shown
from .launch import LAST
from .problem import EXPECTED, Problem
from .terminal import COLORS, GLYPHS
from .text import printable

Command = TypeVar("Command", bound=Callable[..., Any])
WRONG_USE = 2


class FieldType(click.ParamType[Any]):
    """An option that is read as the field of that name in the panel is."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.name = field.label

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, or click's one line of what is wrong."""
        if not isinstance(value, str):
            return value
        try:
            return self.field.parse(value)
        except Problem as problem:
            self.fail(str(problem), param, ctx)


def hyperparameter_options(command: Command) -> Command:
    """Give a command an option for each hyperparameter, and --data."""
    defaults = Hyperparameters()
    for field in reversed(FIELDS):
        value = shown(getattr(defaults, field.name))
        command = click.option(
            field.option,
            field.name,
            type=FieldType(field),
            metavar=field.label.upper(),
            help=f"{field.hint[0].upper()}{field.hint[1:]}.  [default: {value}]",
        )(command)
    command = click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        default=next(iter(PRESETS)),
        show_default=True,
        help="Begin with a set that goes together; other options change parts of it.",
    )(command)
    return data_option(command)


def data_option(command: Command) -> Command:
    """Give a command --data."""
    return click.option(
        "--data",
        "source",
        default="mnist",
        show_default=True,
        help="What to learn: mnist, or a folder with four IDX files.",
    )(command)


def chosen(values: dict[str, Any]) -> Hyperparameters:
    """The hyperparameters out of a command's options; a value out of range is wrong use."""
    given = {field.name: values[field.name] for field in FIELDS if _given(field.name)}
    try:
        return replace(PRESETS[values["preset"]].hyperparameters, **given)
    except NetError as problem:
        raise click.UsageError(str(problem)) from problem


def _given(name: str) -> bool:
    context = click.get_current_context()
    return context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT


threads_option = click.option(
    "--threads",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Threads that share an update; the result does not depend on it.  [default: cores]",
)
model_argument = click.argument("model", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mnist-tui")
@hyperparameter_options
@threads_option
@click.option("--start", is_flag=True, help="Train at once, without waiting for Space.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value=LAST,
    metavar="[FILE]",
    help="Go on with the last session, or with a run that train --out has saved.",
)
@click.option("--glyphs", type=click.Choice(GLYPHS), default="auto", help="What to draw with.")
@click.option("--color", type=click.Choice(COLORS), default="auto", help="How many colours.")
@click.option(
    "--kiosk", is_flag=True, help="For strangers: no files, no suspend, small networks, one thread."
)
@click.pass_context
def cli(  # noqa: PLR0913  (click hands every option over by name)
    context: click.Context,
    source: str,
    *,
    threads: int | None,
    start: bool,
    resume: str | None,
    glyphs: str,
    color: str,
    kiosk: bool,
    **values: Any,
) -> None:
    """Train a neural network on MNIST in your terminal; watch it, steer it, question it.

    Without a command it opens the app. Press ? there for all keys.
    """
    if context.invoked_subcommand is not None:
        given = [option for option in cli.params if option.name and _given(option.name)]
        if given:
            raise click.UsageError(
                f"{given[0].opts[-1]} stands before {context.invoked_subcommand}; write it after"
            )
        return
    named = [field.option for field in FIELDS if _given(field.name)]
    if resume is not None and (named or _given("preset")):
        raise click.UsageError(f"--resume goes on as it was; leave out {(*named, '--preset')[0]}")
    if kiosk and (resume is not None or _given("source")):
        raise click.UsageError("--kiosk reads no files: leave out --resume and --data")
    from .launch import Options, run

    options = Options(1 if kiosk else threads, start, resume, kiosk)
    data = source if _given("source") else None
    context.exit(run(data, chosen(values), options, glyphs=glyphs, color=color))


@cli.command()
@hyperparameter_options
@click.option("--out", "model", type=click.Path(path_type=Path), help="Write the run to this .npz.")
@click.option("--history", type=click.Path(path_type=Path), help="Write its metrics as CSV.")
@click.option("--force", "overwrite", is_flag=True, help="Write over files that exist.")
@threads_option
@json_option
@click.option("--quiet", is_flag=True, help="Say nothing but --json's object and errors.")
@click.pass_context
def train(context: click.Context, source: str, **values: Any) -> None:
    """Train without a screen. Ctrl-C stops early and keeps what was learnt."""
    from . import headless

    hyperparameters = chosen(values)
    options = headless.Options(
        **{k: v for k, v in values.items() if k not in BY_NAME and k != "preset"}
    )
    context.exit(headless.train(source, hyperparameters, options))


@cli.command()
@model_argument
@data_option
@json_option
@click.pass_context
def evaluate(context: click.Context, model: Path, source: str, *, as_json: bool) -> None:
    """How well a saved network does on test images."""
    from . import headless

    context.exit(headless.evaluate(model, source, as_json=as_json))


@cli.command()
@model_argument
@data_option
@click.option("--index", default=0, show_default=True, help="Which test image.")
@json_option
@click.pass_context
def predict(context: click.Context, model: Path, source: str, index: int, *, as_json: bool) -> None:
    """What a saved network sees in one test image, and how sure it is of each digit."""
    from . import headless

    context.exit(headless.predict(model, source, index, as_json=as_json))


@cli.command()
@threads_option
@json_option
@click.pass_context
def bench(context: click.Context, threads: int | None, *, as_json: bool) -> None:
    """How fast it trains on this machine; takes a minute or two."""
    from .bench import bench as measure

    context.exit(measure(as_json=as_json, threads=threads))


def main() -> None:
    """Run the command line; whatever is expected to go wrong is one line on stderr."""
    try:
        code = cli.main(prog_name="mnist-tui", standalone_mode=False)
    except click.UsageError as wrong:
        _say(f"{wrong.format_message()} (see mnist-tui --help)")
        code = WRONG_USE
    except EXPECTED as problem:
        _say(str(problem))
        code = 1
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # Whoever read stdout has gone; nothing more can reach them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as failure:
        _say(f"the result cannot be written: {failure.strerror or failure}")
        code = 1
    sys.exit(code or 0)


def _say(message: str) -> None:
    click.echo(f"mnist-tui: {printable(message)}", err=True)
