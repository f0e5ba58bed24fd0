"""The registry of everything that can be exported, for the window and for the command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.paths import absolute
from ..errors import UserError
from ..render.chart_view import ChartView
from .files import Content, check_folder_writable, check_writable, write_files
from .png import PICTURES, picture

if TYPE_CHECKING:
    from ...net.run.checkpoint import SavedModel
    from .predictions import Predictions

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


Make = Callable[[ExportInput, Path], Content]  # the content of the file with this name


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
    run_files: Callable[[Sequence[str]], list[str]] | None = None
    """For a folder: the file in it of each run, by the runs' names; None: it is one file."""
    option: str = ""
    """Of the command `export`; empty: only the app offers it."""

    def proposed(self, number: int) -> str:
        """Return a name for its file, of this run."""
        middle = f"-{number}" if self.of == "run" else ""
        return f"{self.stem}{middle}{self.endings[0]}"

    def files(self, path: Path, names: Sequence[str]) -> list[Path]:
        """Return the files that it writes at this path, for runs of these names."""
        return [path] if self.run_files is None else [path / file for file in self.run_files(names)]

    def check(self, path: Path, names: Sequence[str], *, overwrite: bool) -> None:
        """Raise UserError, before the work, if its files could not be written."""
        if self.run_files is None:
            check_writable(path, overwrite=overwrite, endings=self.endings)
        else:
            check_folder_writable(path, self.files(path, names), overwrite=overwrite)

    def contents(self, material: ExportInput, path: Path) -> dict[Path, Content]:
        """Make the content of each of its files. Raises one of EXPECTED_ERRORS."""
        assert self.make is not None, "the model is written by net/"
        if self.run_files is None:
            return {path: self.make(material, path)}
        files = self.files(path, [name for name, _ in material.runs])
        return {
            file: self.make(replace(material, runs=[run]), file)
            for file, run in zip(files, material.runs, strict=True)
        }

    def write(self, material: ExportInput, path: Path, *, overwrite: bool) -> None:
        """Make the content and write it. Raises one of EXPECTED_ERRORS."""
        if self.make is None:
            from ...net.run import checkpoint

            _, saved = material.run
            checkpoint.save(saved.state, path, saved.provenance)
        else:
            write_files(self.contents(material, path), overwrite=overwrite)


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
    from .submission import submission_text

    return submission_text(material.predict())


def _script(material: ExportInput, path: Path) -> str:
    from .script import script

    name, saved = material.run
    return script(name, saved, path.name)


def _safetensors(material: ExportInput, _: Path) -> bytes:
    from .interop.safetensors import safetensors_bytes

    return safetensors_bytes(material.run[1])


def _onnx(material: ExportInput, _: Path) -> bytes:
    from .interop.onnx import onnx_bytes

    return onnx_bytes(material.run[1])


def _keras(material: ExportInput, _: Path) -> bytes:
    from .interop.keras import keras_bytes

    return keras_bytes(material.run[1])


def _tensorboard(material: ExportInput, _: Path) -> bytes:
    from .tensorboard import events_bytes

    return events_bytes(material.run[1])


def _event_files(names: Sequence[str]) -> list[str]:
    from .tensorboard import event_files

    return event_files(names)


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
        "safetensors",
        "the weights, named as in PyTorch",
        "run",
        (".safetensors",),
        _safetensors,
        option="--safetensors",
    ),
    ExportFormat("ONNX", "the network, for onnxruntime", "run", (".onnx",), _onnx, option="--onnx"),
    ExportFormat("Keras", "the network, for Keras 3", "run", (".keras",), _keras, option="--keras"),
    ExportFormat(
        "TensorBoard",
        "a folder: the metrics of all runs",
        "tensorboard",
        ("",),
        _tensorboard,
        of="all",
        run_files=_event_files,
        option="--tensorboard",
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
