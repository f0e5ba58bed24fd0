"""What a person can take away from the open app, and how each is made from its runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.paths import absolute, expanded
from ..errors import UserError
from .files import write_atomically
from .png import PICTURES, picture

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...data.readers.safe_files import OnProgress
    from ...net.run.checkpoint import SavedModel
    from ..render.chart_view import ChartView
    from .tables import Predictions

    Named = list[tuple[str, SavedModel]]


@dataclass(frozen=True, slots=True, eq=False)
class ExportInput:
    """All that results are made from; nothing changes it any more."""

    runs: Named  # those that are asked for, the current one last
    dataset: Dataset
    view: ChartView  # of the chart
    screen: str  # as SVG
    on_progress: OnProgress

    @property
    def run(self) -> tuple[str, SavedModel]:
        """The current one."""
        return self.runs[-1]


Put = Callable[[ExportInput, Path, str, bool], None]  # to a path, of these images, overwrite


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One thing to take away."""

    title: str
    says: str  # what it is good for
    stem: str  # of the name proposed
    endings: tuple[str, ...]  # that the name may have
    put: Put
    of: str = "run"  # the runs it is of: run, all, or those on the chart
    asks: bool = False  # for images to answer
    draws: bool = False  # with the one figure that belongs to the screen's thread

    def proposed(self, number: int) -> str:
        """A name for its file, of this run."""
        middle = f"-{number}" if self.of == "run" else ""
        return f"{self.stem}{middle}{self.endings[0]}"


def target(text: str) -> Path:
    """The path that was typed, whole; a link stays one. Raises UserError for none."""
    if not text.strip():
        raise UserError("the name of a file is missing")
    try:
        return absolute(Path(text.strip()).expanduser())
    except (RuntimeError, ValueError) as failure:
        raise UserError(f"{text.strip()}: is no path: {failure}") from failure


def _model(material: ExportInput, path: Path, _: str, overwrite: bool) -> None:  # noqa: ARG001  (one signature for all)
    from ...net.run.checkpoint import save

    saved = material.run[1]
    save(saved.state, path, saved.provenance)


def _text(make: Callable[[ExportInput, Path, str], str | bytes]) -> Put:
    """One that writes a text, or a picture."""

    def put(material: ExportInput, path: Path, of: str, overwrite: bool) -> None:
        write_atomically(path, make(material, path, of), overwrite=overwrite)

    return put


def _history(material: ExportInput, path: Path, _: str) -> str:
    from .tables import history_text

    return history_text(material.runs, path.suffix)


def _predictions(material: ExportInput, path: Path, of: str) -> str:
    from .tables import predictions_text

    return predictions_text(_answers(material, of), path.suffix)


def _submission(material: ExportInput, _: Path, of: str) -> str:
    from .tables import submission_text

    return submission_text(_answers(material, of))


def _answers(material: ExportInput, of: str) -> Predictions:
    """What the network says to these images; to the test images if none are named."""
    from ..datasets.loading import PredictionInput, questions_for
    from .tables import answers

    name, saved = material.run
    test = material.dataset.test
    if of.strip():
        questions = questions_for(saved, expanded(of), on_progress=material.on_progress, model=name)
    else:
        questions = PredictionInput(
            material.dataset.name, test.images, test.labels, material.dataset.names
        )
    return answers(saved, questions)


def _script(material: ExportInput, path: Path, _: str) -> str:
    from .script import script

    name, saved = material.run
    return script(name, saved, path.name)


def _chart(material: ExportInput, path: Path, _: str) -> str | bytes:
    from .chart_svg import chart_svg

    return picture(chart_svg(material.runs, material.view), path)


def _screen(material: ExportInput, path: Path, _: str) -> str | bytes:
    return picture(material.screen, path)


TABLES, CSV = (".csv", ".json"), (".csv",)
FORMS = (
    ExportFormat("model", "for predict and --resume", "run", (".npz",), _model),
    ExportFormat(
        "history of this run", "a row an update; .csv or .json", "history", TABLES, _text(_history)
    ),
    ExportFormat(
        "history of all runs",
        "the same; .csv or .json",
        "histories",
        TABLES,
        _text(_history),
        of="all",
    ),
    ExportFormat(
        "predictions",
        "every probability; .csv or .json",
        "predictions",
        TABLES,
        _text(_predictions),
        asks=True,
    ),
    ExportFormat(
        "Kaggle submission",
        "ImageId,Label; for its test.csv",
        "submission",
        CSV,
        _text(_submission),
        asks=True,
    ),
    ExportFormat("script", "repeats this run with NumPy alone", "run", (".py",), _text(_script)),
    ExportFormat(
        "chart",
        "as it shows the runs now; .svg or .png",
        "chart",
        PICTURES,
        _text(_chart),
        of="chart",
        draws=True,
    ),
    ExportFormat(
        "screen", "as it was before this window; .svg or .png", "screen", PICTURES, _text(_screen)
    ),
)
