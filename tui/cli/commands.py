"""The commands without a screen: their arguments, checked, and handed to who does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..config.fields import BY_NAME
from .options import (
    WholeRange,
    chosen_course,
    data_option,
    force_option,
    hyperparameter_options,
    is_given,
    json_option,
    model_argument,
    path,
    quiet_option,
    recipe_option,
    share_option,
    threads_option,
)


@click.command()
@hyperparameter_options
@share_option
@recipe_option
@click.option("--out", "model", type=path, help="Write the run to this .npz.")
@click.option("--history", type=path, help="Write its metrics, .csv or .json.")
@force_option
@threads_option
@json_option
@click.option("--quiet", is_flag=True, help="Say nothing but --json's object and errors.")
@click.pass_context
def train(context: click.Context, source: str, recipe: str | None, **values: Any) -> None:
    """Train without a screen. Ctrl-C stops early and keeps what was learnt."""
    from . import train as headless

    course = chosen_course(values, recipe)
    options = headless.TrainOptions(
        **{k: v for k, v in values.items() if k not in BY_NAME and k != "preset"}
    )
    context.exit(headless.train(source, course, options))


@click.command()
@model_argument
@data_option
@share_option
@json_option
@quiet_option
@click.pass_context
def evaluate(
    context: click.Context,
    model: Path,
    source: str,
    share: float | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """How well a saved network does on test images."""
    from . import predict as answering

    data = answering.PredictSource(source, share, quiet)
    context.exit(answering.evaluate(model, data, as_json=as_json))


@click.command()
@model_argument
@data_option
@share_option
@click.option("--index", type=WholeRange(), default=0, show_default=True, help="Which image.")
@click.option("--image", metavar="FILE", help="A picture instead, any size; - for stdin.")
@click.option("--out", "predictions", type=path, help="All answers instead, as .csv or .json.")
@click.option("--submission", type=path, help="All answers as Kaggle wants them: ImageId,Label.")
@force_option
@json_option
@quiet_option
@click.pass_context
def predict(  # noqa: PLR0913  (click hands every option over by name)
    context: click.Context,
    model: Path,
    source: str,
    share: float | None,
    *,
    index: int,
    image: str | None,
    predictions: Path | None,
    submission: Path | None,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """What a saved network sees in one image, and how sure it is; or its answers to all of them."""
    to_files = predictions is not None or submission is not None
    if image is not None and (to_files or any(map(is_given, ("source", "share", "index")))):
        raise click.UsageError("--image is one picture: leave out --data, --index and files")
    if to_files and is_given("index"):
        raise click.UsageError("--index is one image: leave it out, or leave out the files")
    from . import predict as answering

    data = answering.PredictSource(source, share, quiet)
    if image is not None:
        code = answering.predict_picture(model, image, as_json=as_json, quiet=quiet)
    elif to_files:
        outputs = answering.Outputs(predictions, submission, overwrite)
        code = answering.predict_all(model, data, outputs, as_json=as_json)
    else:
        code = answering.predict_one(model, data, index, as_json=as_json)
    context.exit(code)


@click.command()
@click.argument("paths", nargs=-1, type=path, metavar="[FOLDER|FILE]…")
@json_option
@click.pass_context
def models(context: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Saved networks, and what made each of them; those of this folder if none are named."""
    from .models import show

    context.exit(show(paths or (Path(),), as_json=as_json))


@click.command()
@click.argument("saved", nargs=-1, required=True, type=path, metavar="MODEL…")
@click.option("--history", type=path, help="Its metrics, of several models too, .csv or .json.")
@click.option("--chart", type=path, help="Its accuracy as a picture, of several too, .svg or .png.")
@click.option("--script", type=path, help="A stand-alone script that makes this very run, .py.")
@click.option("--recipe", is_flag=True, help="Its hyperparameters on one line, for --recipe.")
@click.option("--predictions", type=path, help="Its answers to --data, .csv or .json.")
@click.option("--submission", type=path, help="Its answers to --data as Kaggle wants them.")
@data_option
@share_option
@force_option
@quiet_option
@click.pass_context
def export(
    context: click.Context,
    saved: tuple[Path, ...],
    source: str,
    share: float | None,
    **values: Any,
) -> None:
    """Saved runs in other forms. The name of a file tells its form."""
    from . import export as exporting

    wanted = exporting.Wanted(**values)
    if wanted.is_nothing:
        raise click.UsageError(f"say what to export: {' '.join(exporting.WAYS)}")
    if len(saved) > 1 and (single := wanted.of_one):
        raise click.UsageError(f"{single} is of one model; {len(saved)} are named")
    context.exit(exporting.export(saved, wanted, source, share))


@click.command()
@data_option
@share_option
@click.option("--out", "folder", type=path, help="Write them to this folder as four IDX files.")
@click.option(
    "--deformed",
    "deformed_count",
    type=WholeRange(1, 80_000_000),
    metavar="N",
    help="Write N deformed copies of its training images instead of them.",
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
    """What a source of data holds; with --out also in MNIST's own form, for other programs."""
    from . import data as describing

    if deformed_count is not None and folder is None:
        raise click.UsageError("--deformed writes files: name their folder with --out")
    context.exit(describing.describe(source, share, folder, deformed_count, **values))


@click.command()
@threads_option
@json_option
@click.pass_context
def bench(context: click.Context, threads: int | None, *, as_json: bool) -> None:
    """How fast it trains on this machine; takes a minute or two."""
    from .bench import bench as measure

    context.exit(measure(as_json=as_json, threads=threads))


COMMANDS = (train, evaluate, predict, models, export, data, bench)
