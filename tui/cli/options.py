"""What several commands take: an option for each hyperparameter, the data, and a few more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from ...data.source_spec import parse_spec
from ...net.errors import NetError
from ...net.hyperparameters import Hyperparameters
from ...net.presets import PRESETS
from ..config import recipe as recipes
from ..config.fields import FIELDS, Field, format_value
from ..config.numbers import real_number, whole_number
from ..errors import UserError

if TYPE_CHECKING:
    from ...net.run.state import Course

Command = TypeVar("Command", bound=Callable[..., Any])


DATA_OPTIONS = (
    click.option(
        "--data",
        "source",
        default="mnist",
        show_default=True,
        help="mnist, or a file or folder: IDX, CSV, .npz, pictures and more; see docs/data.md.",
    ),
    click.option("--test", metavar="FILE", help="All of this to test on, too.", default=""),
    click.option(
        "--label",
        metavar="COLUMN",
        default="",
        help="Of a table, the label's column: first, last, its name or its number.",
    ),
    click.option(
        "--names", metavar="FILE", default="", help="A text file of the classes' names, one a line."
    ),
    click.option(
        "--transpose", is_flag=True, help="Exchange rows and columns: images lie on their side."
    ),
)


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
        except UserError as problem:
            self.fail(str(problem), param, ctx)


class WholeRange(click.IntRange):
    """A whole number within bounds, read as the panel's fields are."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or click's one line of what is wrong."""
        if isinstance(value, str):
            try:
                value = whole_number(value)
            except ValueError:
                self.fail(f"{value!r} is not a whole number such as 2", param, ctx)
        return super().convert(value, param, ctx)


class RealRange(click.FloatRange):
    """A number within bounds, read as the panel's fields are."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or click's one line of what is wrong."""
        if isinstance(value, str):
            try:
                value = real_number(value)
            except ValueError:
                self.fail(f"{value!r} is not a number such as 0.2", param, ctx)
        return super().convert(value, param, ctx)


def hyperparameter_options(command: Command) -> Command:
    """Give a command an option for each hyperparameter, and --data."""
    defaults = Hyperparameters()
    for field in reversed(FIELDS):
        value = format_value(getattr(defaults, field.name))
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
    """Give a command --data, and what says of data what their content cannot tell."""

    @wraps(command)
    def with_source(*arguments: Any, source: str, **values: Any) -> Any:
        given = {name: values.pop(name) for name in ("test", "label", "names", "transpose")}
        spec = replace(parse_spec(source), **{k: v for k, v in given.items() if v})
        named = next((f"--{name}" for name, value in given.items() if value), None)
        if named and not is_given("source"):
            raise click.UsageError(f"{named} says something of --data: name them, too")
        return command(*arguments, source=str(spec), **values)

    for option in reversed(DATA_OPTIONS):
        option(with_source)
    return cast("Command", with_source)


def chosen(values: dict[str, Any]) -> Hyperparameters:
    """The hyperparameters out of a command's options; a value out of range is wrong use."""
    given = {field.name: values[field.name] for field in FIELDS if is_given(field.name)}
    try:
        return replace(PRESETS[values["preset"]].hyperparameters, **given)
    except NetError as problem:
        raise click.UsageError(str(problem)) from problem


def chosen_course(values: dict[str, Any], recipe: str | None) -> Course:
    """What a run is to go by: the options, or a recipe, which says all of it."""
    if recipe is None:
        return ((0, chosen(values)),)
    given = given_hyperparameters()
    if given:
        raise click.UsageError(f"--recipe says all hyperparameters: leave out {given[0]}")
    return recipes.parse_recipe(recipe)


def given_hyperparameters() -> list[str]:
    """The options of the command that runs that choose hyperparameters and were given."""
    names = [field.option for field in FIELDS if is_given(field.name)]
    return names + ["--preset"] * is_given("preset")


def is_given(name: str) -> bool:
    """Whether an option of the command that runs was given."""
    context = click.get_current_context()
    return context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT


threads_option = click.option(
    "--threads",
    type=WholeRange(1, 256),
    metavar="N",
    help="Threads that share an update; the result does not depend on it.  [default: cores]",
)
recipe_option = click.option(
    "--recipe", help="Hyperparameters on one line, as export --recipe writes them."
)
path = click.Path(path_type=Path)
model_argument = click.argument("model", type=path)
share_option = click.option(
    "--test-share",
    "share",
    type=RealRange(0, 1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Of data without a test part: how much of each class to test on.  [default: 0.2]",
)
force_option = click.option(
    "--force", "overwrite", is_flag=True, help="Write over files that exist."
)
quiet_option = click.option("--quiet", is_flag=True, help="Say nothing but results and errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
