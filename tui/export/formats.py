"""The registry of everything that can be exported, for the window and for the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.paths import absolute
from ..errors import UserError
from ..render.chart_view import ChartView
from .files import write_atomically
from .png import PICTURES, picture

if TYPE_CHECKING:
    from ...net.run.checkpoint import SavedModel
    from .tables import Predictions

    Named = list[tuple[str, SavedModel]]


@dataclass(frozen=True, slots=True, eq=False)
class ExportInput:
    """Everything that exports are made from; nothing changes it any more."""

    runs: Named
    """The runs asked for, the current one last."""
    predict: Callable[[], Predictions]
    """Returns the predictions of the current run; called only for a format that holds them."""
    view: ChartView = field(default_factory=ChartView)
    """Of the chart."""
    screen: str = ""
    """As SVG."""

    @property
    def run(self) -> tuple[str, SavedModel]:
        """The current run."""
        return self.runs[-1]


Make = Callable[[ExportInput, Path], str | bytes]  # the content of the file with this name


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One kind of file to export."""

    title: str
    says: str
    """What it is good for."""
    stem: str
    """Of the file name proposed."""
    endings: tuple[str, ...]
    """That the file name may have."""
    make: Make | None
    """None for the model, which net/ writes itself."""
    of: str = "run"
    """The runs it holds: run, all, or those on the chart."""
    asks: bool = False
    """Whether it asks for images to predict."""
    draws: bool = False
    """Whether it draws with the one figure that belongs to the screen's thread."""
    option: str = ""
    """Of the command `export`; empty: only the app offers it."""

    def proposed(self, number: int) -> str:
        """Return a name for its file, of this run."""
        middle = f"-{number}" if self.of == "run" else ""
        return f"{self.stem}{middle}{self.endings[0]}"

    def write(self, material: ExportInput, path: Path, *, overwrite: bool) -> None:
        """Make the content and write it. Raises one of EXPECTED_ERRORS."""
        if self.make is None:
            from ...net.run import checkpoint

            _, saved = material.run
            checkpoint.save(saved.state, path, saved.provenance)
        else:
            write_atomically(path, self.make(material, path), overwrite=overwrite)


def target(text: str) -> Path:
    """Return the path that was typed, in full; a link stays one. Raises UserError for none."""
    if not text.strip():
        raise UserError("the name of a file is missing")
    try:
        return absolute(Path(text.strip()).expanduser())
    except (RuntimeError, ValueError) as failure:
        raise UserError(f"{text.strip()}: is no path: {failure}") from failure


def _history(material: ExportInput, path: Path) -> str:
    from .tables import history_text

    return history_text(material.runs, path.suffix)


def _predictions(material: ExportInput, path: Path) -> str:
    from .tables import predictions_text

    return predictions_text(material.predict(), path.suffix)


def _submission(material: ExportInput, _: Path) -> str:
    from .tables import submission_text

    return submission_text(material.predict())


def _script(material: ExportInput, path: Path) -> str:
    from .script import script

    name, saved = material.run
    return script(name, saved, path.name)


def _chart(material: ExportInput, path: Path) -> str | bytes:
    from .chart_svg import chart_svg

    return picture(chart_svg(material.runs, material.view), path)


def _screen(material: ExportInput, path: Path) -> str | bytes:
    return picture(material.screen, path)


TABLES, CSV = (".csv", ".json"), (".csv",)
FORMS = (
    ExportFormat("model", "for predict and --resume", "run", (".npz",), None),
    ExportFormat(
        "history of this run", "a row an update; .csv or .json", "history", TABLES, _history
    ),
    ExportFormat(
        "history of all runs",
        "the same; .csv or .json",
        "histories",
        TABLES,
        _history,
        of="all",
        option="--history",
    ),
    ExportFormat(
        "predictions",
        "every probability; .csv or .json",
        "predictions",
        TABLES,
        _predictions,
        asks=True,
        option="--predictions",
    ),
    ExportFormat(
        "Kaggle submission",
        "ImageId,Label; for its test.csv",
        "submission",
        CSV,
        _submission,
        asks=True,
        option="--submission",
    ),
    ExportFormat(
        "script", "repeats this run with NumPy alone", "run", (".py",), _script, option="--script"
    ),
    ExportFormat(
        "chart",
        "as it shows the runs now; .svg or .png",
        "chart",
        PICTURES,
        _chart,
        of="chart",
        draws=True,
        option="--chart",
    ),
    ExportFormat(
        "screen", "as it was before this window; .svg or .png", "screen", PICTURES, _screen
    ),
)
