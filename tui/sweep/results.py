"""The results of a sweep on disk: one table, results.csv, that grows by whole lines.

A row is a finished run, or a run that halving stopped at a rung. Rows are appended with one write
each time and flushed to disk, so that a crash can cut the last line only. A reader ignores a line
without its end, and the next writer removes it; nothing else is ever changed. Readers need no lock.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.fields import FIELDS, format_value
from ..config.numbers import real_number, whole_number
from ..errors import UserError
from ..folder_lock import FolderInUseError, lock_folder
from ..text import printable
from .cells import Cell

if TYPE_CHECKING:
    from types import TracebackType

    from ...net.hyperparameters import Hyperparameters

TABLE = "results.csv"
MODELS = "models"  # the folder of kept models
CHOSEN = tuple(field.name for field in FIELDS)
MEASURED = (
    "budget",
    "iteration",
    "train_accuracy",
    "train_loss",
    "test_accuracy",
    "test_loss",
    "seconds",
    "diverged_at",
    "model",
    "worker",
    "recipe",
)
COLUMNS = (*CHOSEN, *MEASURED)
MAX_LINE = 130_000  # characters; the csv module takes cells of 131,072


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What came of one run, or of one rung of a run."""

    cell: Cell
    budget: int  # updates it was to make; fewer than cell.iterations on a rung of halving
    iteration: int  # updates it has made; fewer than the budget if it diverged
    train_accuracy: float  # of the final weights over the complete training set, 0 to 1
    train_loss: float  # mean cross-entropy, in nats
    test_accuracy: float
    test_loss: float
    seconds: float  # of training, and of measuring, for this row alone
    diverged_at: int | None = None  # the update that led to infinite numbers; None: none did
    model: str | None = None  # the file of the kept model, in the folder MODELS
    worker: str = ""  # name of the worker that computed it

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters that the run began with."""
        return self.cell.hyperparameters

    @property
    def seed(self) -> int:
        """The seed of initial weights and batches."""
        return self.cell.seed

    @property
    def diverged(self) -> bool:
        """Whether the run left the finite numbers; its weights are those before that update."""
        return self.diverged_at is not None

    @property
    def is_complete(self) -> bool:
        """Whether the run has ended: it has made all its updates, or has diverged."""
        return self.diverged or self.iteration == self.cell.iterations


def read_results(folder: Path) -> tuple[SweepResult, ...]:
    """Return all results so far, in the order in which they came; none if there is no table.

    Raises UserError as `ResultsReader.poll` does.
    """
    return ResultsReader(folder).poll()


class ResultsReader:
    """Reads a table while it grows; each `poll` reads only what is new."""

    def __init__(self, folder: Path) -> None:
        """Take the sweep's folder; the table need not exist yet."""
        self.path = folder / TABLE
        self._offset = 0  # bytes read so far: whole lines
        self._lines = 0

    def poll(self) -> tuple[SweepResult, ...]:
        """Return the results that were appended since the last call.

        Raises:
            UserError: The table cannot be read, or a line is not as this program writes it.
        """
        try:
            if not self.path.exists():
                return ()
            with self.path.open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except OSError as failure:
            raise UserError(f"{self.path}: cannot be read: {failure.strerror}") from failure
        content = content[: content.rfind(b"\n") + 1]
        found: list[SweepResult] = []
        for line in content.decode(errors="replace").split("\n")[:-1]:
            self._lines += 1
            if self._lines > 1:
                found.append(self._result(line))
            elif line != ",".join(COLUMNS):
                raise self._wrong("does not name the columns of a sweep")
        self._offset += len(content)
        return tuple(found)

    def _result(self, line: str) -> SweepResult:
        if len(line) > MAX_LINE:
            raise self._wrong("is too long")
        (cells,) = csv.reader([line])
        if len(cells) != len(COLUMNS):
            raise self._wrong(f"has {len(cells)} cells; expected {len(COLUMNS)}")
        row = dict(zip(COLUMNS, cells, strict=True))
        try:
            return SweepResult(
                cell=Cell.parse(row["recipe"]),
                budget=whole_number(row["budget"]),
                iteration=whole_number(row["iteration"]),
                train_accuracy=_share(row["train_accuracy"]),
                train_loss=_number(row["train_loss"]),
                test_accuracy=_share(row["test_accuracy"]),
                test_loss=_number(row["test_loss"]),
                seconds=_number(row["seconds"]),
                diverged_at=whole_number(row["diverged_at"]) if row["diverged_at"] else None,
                model=_file_name(row["model"]) if row["model"] else None,
                worker=printable(row["worker"]),
            )
        except (UserError, ValueError) as problem:
            raise self._wrong(f"is damaged: {problem}") from problem

    def _wrong(self, what: str) -> UserError:
        return UserError(f"{self.path}: line {self._lines:,} {what}")


class ResultsWriter:
    """Appends to the table; one process at a time."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder, which must exist; begin the table, or remove a last line cut short.

        Raises:
            UserError: Another sweep writes there, or the folder is not writable.
        """
        self.path = folder / TABLE
        self._file = -1
        try:
            self._lock = lock_folder(folder)
        except FolderInUseError as held:
            raise UserError(f"{folder}: another sweep is writing there") from held
        except OSError as failure:
            raise self._refusal(failure) from failure
        try:
            flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o666)
            length = _complete_length(self._file)
            os.ftruncate(self._file, length)
            if not length:
                self._write(_line(COLUMNS))
        except OSError as failure:
            self.close()
            raise self._refusal(failure) from failure

    def append(self, results: Iterable[SweepResult]) -> None:
        """Add rows and return once they are on disk.

        Raises:
            UserError: The disk refuses; the lines that it took whole stay.
        """
        text = "".join(_line(row_of(result).values()) for result in results)
        if not text:
            return
        try:
            self._write(text)
        except OSError as failure:
            os.ftruncate(self._file, _complete_length(self._file))
            raise self._refusal(failure) from failure

    def close(self) -> None:
        """Release the folder; later calls do nothing."""
        for descriptor in (self._file, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._lock = -1

    def __enter__(self) -> ResultsWriter:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the table."""
        self.close()

    def _write(self, text: str) -> None:
        data = memoryview(text.encode())
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def _refusal(self, failure: OSError) -> UserError:
        return UserError(f"{self.path}: cannot be written: {failure.strerror}")


def row_of(result: SweepResult) -> dict[str, str]:
    """Return a result as the table has it, by column; numbers keep every bit."""
    chosen = {name: _exact(getattr(result.hyperparameters, name)) for name in CHOSEN}
    measured = {name: getattr(result, name) for name in MEASURED if name != "recipe"}
    shown = {name: "" if value is None else _exact(value) for name, value in measured.items()}
    return {**chosen, **shown, "recipe": result.cell.recipe}


def latest(results: Sequence[SweepResult]) -> tuple[SweepResult, ...]:
    """Return one result for each cell: of the rungs of halving, the highest."""
    found: dict[str, SweepResult] = {}
    for result in results:
        known = found.get(result.cell.recipe)
        if known is None or result.budget >= known.budget:
            found[result.cell.recipe] = result
    return tuple(found.values())


def _exact(value: object) -> str:
    return repr(value) if isinstance(value, float) else format_value(value)


def _line(cells: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _number(text: str) -> float:
    return float(text) if text in ("inf", "-inf", "nan") else real_number(text)


def _share(text: str) -> float:
    value = real_number(text)
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is no accuracy from 0 to 1")
    return value


def _file_name(text: str) -> str:
    if Path(text).name != text or text != printable(text):
        raise ValueError("the model is no file name")
    return text


def _complete_length(file: int) -> int:
    """Return the number of bytes up to the end of the last complete line."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - 65536)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
