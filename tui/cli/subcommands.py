"""Definitions of the subcommands: they check arguments and call the command's module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...net.presets import PRESETS
from ..config.fields import BY_NAME
from ..config.recipe import parse_recipe
from .commands.serve import serve
from .commands.shell import completion, man
from .options import (
    WholeNumber,
    WholeRange,
    axis_options,
    data_option,
    deformations_option,
    export_options,
    force_option,
    hyperparameter_log_from_options,
    hyperparameter_options,
    input_scale_option,
    is_given,
    json_option,
    model_argument,
    path,
    quiet_option,
    recipe_option,
    share_option,
    threads_option,
)

if TYPE_CHECKING:
    from ..config.input_scale import InputScale


@click.command()
@hyperparameter_options
@share_option
@recipe_option
@click.option("--out", "model", type=path, help="Save the run in this .npz file.")
@click.option("--history", type=path, help="Write the metrics to this .csv or .json file.")
@force_option
@threads_option
@json_option
@click.option("--quiet", is_flag=True, help="Print only errors, and the object of --json.")
@click.pass_context
def train(context: click.Context, source: str, recipe: str | None, **values: Any) -> None:
    """Train without a screen. Ctrl-C stops early and keeps what was learnt."""
    from .commands.train import TrainOptions, run_training

    log = hyperparameter_log_from_options(values, recipe)
    options = TrainOptions(
        **{k: v for k, v in values.items() if k not in BY_NAME and k != "preset"}
    )
    context.exit(run_training(source, log, options))


@click.command()
@click.argument("models", nargs=-1, required=True, type=path, metavar="MODEL…")
@data_option
@share_option
@input_scale_option
@deformations_option
@json_option
@quiet_option
@click.pass_context
def evaluate(  # noqa: PLR0913  (click passes every option by name)
    context: click.Context,
    models: tuple[Path, ...],
    source: str,
    share: float | None,
    *,
    input_scale: InputScale | None,
    deformations: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure a saved network on test images; several together answer by their mean probability."""
    from .commands.evaluate import evaluate_models
    from .commands.predict import PredictSource

    data = PredictSource(source, share, quiet, input_scale, deformations)
    context.exit(evaluate_models(models, data, as_json=as_json))


@click.command()
@model_argument
@data_option
@share_option
@input_scale_option
@click.option(
    "--index",
    type=WholeNumber(),
    default=0,
    metavar="N",
    help="Number of the image.  [default: 0]",
)
@click.option(
    "--image",
    metavar="FILE",
    help="Classify a picture of any size; - for stdin.",
    shell_complete=path.shell_complete,
)
@click.option(
    "--out", "predictions", type=path, help="Write the predictions for all images, .csv or .json."
)
@click.option(
    "--submission", type=path, help="Write the predictions in Kaggle's format: ImageId,Label."
)
@force_option
@deformations_option
@json_option
@quiet_option
@click.pass_context
def predict(  # noqa: PLR0913  (click passes every option by name)
    context: click.Context,
    model: Path,
    source: str,
    share: float | None,
    *,
    input_scale: InputScale | None,
    index: int,
    image: str | None,
    predictions: Path | None,
    submission: Path | None,
    overwrite: bool,
    deformations: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Classify one image with a saved network; or all images, into a file."""
    to_files = predictions is not None or submission is not None
    if image is not None and (to_files or any(map(is_given, ("source", "share", "index")))):
        raise click.UsageError("--image is one picture: leave out --data, --index and files")
    if to_files and is_given("index"):
        raise click.UsageError("--index is one image: leave it out, or leave out the files")
    from .commands.predict import (
        PredictOutputs,
        PredictSource,
        predict_all,
        predict_one,
        predict_picture,
    )

    data = PredictSource(source, share, quiet, input_scale, deformations)
    if image is not None:
        code = predict_picture(model, image, data, as_json=as_json)
    elif to_files:
        outputs = PredictOutputs(predictions, submission, overwrite)
        code = predict_all(model, data, outputs, as_json=as_json)
    else:
        code = predict_one(model, data, index, as_json=as_json)
    context.exit(code)


@click.command()
@click.argument("paths", nargs=-1, type=path, metavar="[FOLDER|FILE]…")
@json_option
@click.pass_context
def models(context: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """List saved networks and their provenance; without arguments, those in this folder."""
    from .commands.models import list_models

    context.exit(list_models(paths or (Path(),), as_json=as_json))


@click.command()
@click.argument("saved", nargs=-1, required=True, type=path, metavar="MODEL…")
@export_options
@click.option("--table", type=path, help="Write a sweep's results, .csv, .json or .parquet.")
@click.option("--heat-map", type=path, help="Draw a sweep's test accuracy, .svg or .png.")
@click.option("--recipe", is_flag=True, help="Print the hyperparameters on one line, for --recipe.")
@data_option
@share_option
@input_scale_option
@force_option
@quiet_option
@click.pass_context
def export(
    context: click.Context,
    saved: tuple[Path, ...],
    source: str,
    share: float | None,
    input_scale: InputScale | None,
    **values: Any,
) -> None:
    """Export saved runs. The file extension selects the format."""
    from .commands.export import OPTIONS, ExportRequest, export_runs, export_sweep

    table: Path | None = values.pop("table")
    heat_map: Path | None = values.pop("heat_map")
    request = ExportRequest(**values, scale=input_scale)
    if table is not None or heat_map is not None:
        folder, *others = saved
        if others or not request.is_empty:
            raise click.UsageError(
                "--table and --heat-map are of one sweep's folder, and go with nothing else"
            )
        context.exit(export_sweep(folder, table, heat_map, request))
    if request.is_empty:
        options = " ".join((*OPTIONS, "--table", "--heat-map"))
        raise click.UsageError(f"say what to export: {options}")
    if len(saved) > 1 and (single := request.single_model_option):
        raise click.UsageError(f"{single} is of one model; {len(saved)} are named")
    context.exit(export_runs(saved, request, source, share))


@click.command()
@data_option
@share_option
@click.option("--out", "folder", type=path, help="Write the data to this folder as four IDX files.")
@click.option(
    "--deformed",
    "deformed_count",
    type=WholeRange(1, 80_000_000),
    metavar="N",
    help="Write N deformed copies of the training images instead.",
)
@force_option
@json_option
@quiet_option
@click.pass_context
def data(
    context: click.Context,
    source: str,
    share: float | None,
    folder: Path | None,
    deformed_count: int | None,
    **values: Any,
) -> None:
    """Describe a data source; with --out, convert it to MNIST's IDX files."""
    from .commands.data import describe

    if deformed_count is not None and folder is None:
        raise click.UsageError("--deformed writes files: name their folder with --out")
    context.exit(describe(source, share, folder, deformed_count, **values))


@click.command()
@axis_options
@share_option
@recipe_option
@click.option("--out", "folder", type=path, required=True, help="Folder of the results.")
@click.option(
    "--random",
    "draws",
    type=WholeRange(1, 1_000_000),
    metavar="N",
    help="Draw N settings instead of trying all; a range may then be 0.01:1:log.",
)
@click.option(
    "--draw-seed",
    type=WholeRange(0),
    default=0,
    metavar="N",
    help="Seed of --random.  [default: 0]",
)
@click.option(
    "--halving",
    is_flag=False,
    flag_value=3,
    type=WholeRange(2, 1000),
    metavar="[FACTOR]",
    help="Train all settings a little, the best third further, and so on.",
)
@click.option("--models", "keeps_models", is_flag=True, help="Keep the model of each run, too.")
@click.option(
    "--workers",
    type=WholeRange(1, 1024),
    metavar="N",
    help="Number of processes on this machine.  [default: cores]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Use the Dask cluster of this scheduler.")
@click.option("--tls-ca-file", type=path, metavar="FILE", help="With --scheduler: its authority.")
@click.option("--tls-cert", type=path, metavar="FILE", help="With --scheduler: your certificate.")
@click.option("--tls-key", type=path, metavar="FILE", help="With --scheduler: its key.")
@json_option
@quiet_option
@click.pass_context
def sweep(context: click.Context, source: str, recipe: str | None, **values: Any) -> None:
    """Train with many hyperparameters, on all cores or on a Dask cluster.

    A hyperparameter takes several values: 0.01,0.1 or 0.01:1:log9 or, of whole numbers, 0:5 (0 to
    4); hidden layers are joined by -, as in 32,128-64. The same --out continues with
    what is missing, and needs no other option then.
    """
    from .commands.sweep import SweepOptions, run_sweep

    axes = [values[name] for name in BY_NAME if is_given(name)]
    options = {k: v for k, v in values.items() if k not in BY_NAME and k != "preset"}
    tls = [options.pop(name) for name in ("tls_ca_file", "tls_cert", "tls_key")]
    if any(tls) and (not all(tls) or options["scheduler"] is None):
        raise click.UsageError("--tls-ca-file, --tls-cert, --tls-key: all go with --scheduler")
    if options["scheduler"] is not None and options["workers"] is not None:
        raise click.UsageError("--workers are of this machine: leave out --scheduler")
    if recipe is not None and is_given("preset"):
        raise click.UsageError("--recipe sets all hyperparameters: leave out --preset")
    base = None if recipe is None else parse_recipe(recipe)
    if is_given("preset"):
        base = ((0, PRESETS[values["preset"]].hyperparameters),)
    context.exit(
        run_sweep(
            source if is_given("source") else None,
            base,
            axes,
            SweepOptions(**options, tls=tuple(tls) if all(tls) else None),
        )
    )


@click.command()
@threads_option
@json_option
@click.pass_context
def bench(context: click.Context, threads: int | None, *, as_json: bool) -> None:
    """Measure how fast this machine trains; takes a minute or two."""
    from .commands.bench import run_benchmark

    context.exit(run_benchmark(as_json=as_json, threads=threads))


@click.group()
def lesson() -> None:
    """Check lessons that you write; list those in the program."""


@lesson.command()
@click.argument("files", nargs=-1, required=True, type=path, metavar="FILE…")
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...]) -> None:
    """Check lesson files: prints what is wrong, with its line, or that a file is in order."""
    from .commands.lesson import check_lessons

    context.exit(check_lessons(files))


@lesson.command("list")
@click.pass_context
def list_(context: click.Context) -> None:
    """List the lessons in the program, in the order in which they are meant."""
    from .commands.lesson import list_lessons

    context.exit(list_lessons())


COMMANDS = (
    *(train, sweep, evaluate, predict, models, export, data, lesson, serve, bench),
    *(completion, man),
)
