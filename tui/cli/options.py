"""Options that commands share: one for each hyperparameter, --data, and a few more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from ...data.source_spec import parse_spec
from ...net.errors import NetError
from ...net.hyperparameters import Hyperparameters
from ...net.presets import PRESETS
from ..config import recipe as recipes
from ..config.fields import FIELDS, Field, format_value
from ..config.input_scale import InputScale, parse_input_scale
from ..config.numbers import real_number, whole_number
from ..errors import UserError
from ..sweep.axes import parse_axis

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog

Command = TypeVar("Command", bound=Callable[..., Any])

path = click.Path(path_type=Path)
DATA_OPTIONS = (
    click.option(
        "--data",
        "source",
        default="mnist",
        show_default=True,
        shell_complete=path.shell_complete,
        help="mnist, or a file or folder: IDX, CSV, .npz, pictures and more; see docs/data.md.",
    ),
    click.option(
        "--test",
        metavar="FILE",
        help="All of this to test on, too.",
        default="",
        shell_complete=path.shell_complete,
    ),
    click.option(
        "--label",
        metavar="COLUMN",
        default="",
        help="Of a table, the label's column: first, last, its name or its number.",
    ),
    click.option(
        "--names",
        metavar="FILE",
        default="",
        help="A text file of the classes' names, one a line.",
        shell_complete=path.shell_complete,
    ),
    click.option(
        "--transpose", is_flag=True, help="Exchange rows and columns: images lie on their side."
    ),
)


EXPORT_OPTIONS = {
    "--history": "Write the metrics of one or more models, .csv or .json.",
    "--chart": "Draw the accuracy of one or more models, .svg or .png.",
    "--script": "Write a stand-alone script that repeats the run, .py.",
    "--predictions": "Write the predictions for --data, .csv or .json.",
    "--submission": "Write the predictions for --data in Kaggle's format, .csv.",
    "--safetensors": "Write the weights for PyTorch and others, .safetensors.",
    "--onnx": "Write the network for onnxruntime and others, .onnx.",
    "--keras": "Write the network for Keras 3, .keras.",
    "--tensorboard": "Write the metrics of one or more models for TensorBoard, a folder.",
}


class FieldType(click.ParamType[Any]):
    """An option for the field of the same name in the panel."""

    def __init__(self, field: Field, parse: Callable[[str], Any]) -> None:
        self.name, self.parse = field.label, parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the value; on failure, raise click's one-line usage error."""
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value)
        except UserError as problem:
            self.fail(str(problem), param, ctx)


class WholeNumber(click.types.IntParamType):
    """A whole number, parsed like the panel's fields."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the number; on failure, raise click's one-line usage error."""
        return super().convert(_whole_number(self, value, param, ctx), param, ctx)


class WholeRange(click.IntRange):
    """A whole number within bounds, parsed like the panel's fields."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the number; on failure, raise click's one-line usage error."""
        return super().convert(_whole_number(self, value, param, ctx), param, ctx)


def _whole_number(
    kind: click.ParamType[Any], value: Any, param: click.Parameter | None, ctx: click.Context | None
) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return whole_number(value)
    except ValueError:
        kind.fail(f"{value!r} is not a whole number such as 2", param, ctx)


class RealRange(click.FloatRange):
    """A number within bounds, parsed like the panel's fields."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the number; on failure, raise click's one-line usage error."""
        if isinstance(value, str):
            try:
                value = real_number(value)
            except ValueError:
                self.fail(f"{value!r} is not a number such as 0.2", param, ctx)
        return super().convert(value, param, ctx)


def hyperparameter_options(command: Command) -> Command:
    """Add an option for each hyperparameter, --preset and --data to a command."""
    return _options_parsed_by(lambda field: field.parse, command)


def axis_options(command: Command) -> Command:
    """Add the same options to a command, where each takes several values as well."""
    return _options_parsed_by(lambda field: partial(parse_axis, field.name), command)


def _options_parsed_by(
    parser_of: Callable[[Field], Callable[[str], Any]], command: Command
) -> Command:
    defaults = Hyperparameters()
    for field in reversed(FIELDS):
        value = format_value(getattr(defaults, field.name))
        command = click.option(
            field.option,
            field.name,
            type=FieldType(field, parser_of(field)),
            metavar=field.label.upper(),
            help=f"{field.hint[0].upper()}{field.hint[1:]}.  [default: {value}]",
        )(command)
    command = click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        default=next(iter(PRESETS)),
        show_default=True,
        help="A complete set of hyperparameters; other options override parts of it.",
    )(command)
    return data_option(command)


def data_option(command: Command) -> Command:
    """Add --data to a command, and what says of data what their content cannot tell."""

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


def export_options(command: Command) -> Command:
    """Add an option for each kind of file that a run can be exported to."""
    for option, what in reversed(EXPORT_OPTIONS.items()):
        command = click.option(option, type=path, help=what)(command)
    return command


def hyperparameters_from_options(values: dict[str, Any]) -> Hyperparameters:
    """Return the hyperparameters that options select. Raises UsageError if one is out of range."""
    given = {field.name: values[field.name] for field in FIELDS if is_given(field.name)}
    try:
        return replace(PRESETS[values["preset"]].hyperparameters, **given)
    except NetError as problem:
        raise click.UsageError(str(problem)) from problem


def hyperparameter_log_from_options(
    values: dict[str, Any], recipe: str | None
) -> HyperparameterLog:
    """Return the hyperparameters of a run, from options or from a recipe, but not both.

    Args:
        values: Values of the options, by name.
        recipe: Value of --recipe.

    Raises:
        UsageError: Both are given, or a value is out of range; UserError for a wrong recipe.
    """
    if recipe is None:
        return ((0, hyperparameters_from_options(values)),)
    given = given_hyperparameter_options()
    if given:
        raise click.UsageError(f"--recipe sets all hyperparameters: leave out {given[0]}")
    return recipes.parse_recipe(recipe)


def given_hyperparameter_options() -> list[str]:
    """Return the hyperparameter options that were given to the running command."""
    names = [field.option for field in FIELDS if is_given(field.name)]
    return names + ["--preset"] * is_given("preset")


def is_given(name: str) -> bool:
    """Return whether an option was given to the running command."""
    context = click.get_current_context()
    return context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT


threads_option = click.option(
    "--threads",
    type=WholeRange(1, 256),
    metavar="N",
    help="Number of threads; the result does not depend on it.  [default: cores]",
)
recipe_option = click.option(
    "--recipe", help="All hyperparameters on one line, as export --recipe prints them."
)
model_argument = click.argument("model", type=path)
share_option = click.option(
    "--test-share",
    "share",
    type=RealRange(0, 1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Fraction of each class to test on, if the data have no test part.  [default: 0.2]",
)


class ScaleType(click.ParamType["InputScale"]):
    """What stands for paper and for ink."""

    name = "PAPER..INK"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> InputScale:
        """Parse the value; on failure, raise click's one-line usage error."""
        try:
            return value if isinstance(value, InputScale) else parse_input_scale(value)
        except UserError as problem:
            self.fail(str(problem), param, ctx)


input_scale_option = click.option(
    "--input-scale",
    "input_scale",
    type=ScaleType(),
    metavar="PAPER..INK",
    help="Of a network from elsewhere, what it reads: 0..1, 0..255, mnist (by its mean and "
    "deviation) or other numbers for paper and ink.  [default: found by trying]",
)
deformations_option = click.option(
    "--deformations",
    type=WholeRange(0, 1000),
    default=0,
    metavar="K",
    help="Answer by the mean of K deformed copies of each image, such as 8.  [default: none]",
)
force_option = click.option("--force", "overwrite", is_flag=True, help="Overwrite existing files.")
quiet_option = click.option("--quiet", is_flag=True, help="Print only results and errors.")
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout."
)
