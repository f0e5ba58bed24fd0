"""Sweeps' folders with made-up results, and their numbers reckoned from the table alone."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mnist_tui.tui.sweep.cells import Cell
from mnist_tui.tui.sweep.manifest import Manifest, write_manifest
from mnist_tui.tui.sweep.results import TABLE, ResultsWriter, SweepResult

TEST_IMAGES = 10_000
GRID = Manifest("iterations=50", {"alpha": "0.01:1:log5", "hidden": "4,9-6", "seed": "0:3"})


def result(cell: Cell) -> SweepResult:
    """Return a made-up result: runs with alpha 1 diverge, but for the first seed of 9-6."""
    chosen = cell.hyperparameters
    accuracy = (
        0.9 + 0.01 * math.log10(sum(chosen.hidden)) - 0.2 * math.log10(chosen.alpha / 0.3) ** 2
    )
    accuracy = max(0.1, accuracy) + 0.0013 * chosen.seed
    is_sound = chosen.alpha < 1 or (chosen.seed == 0 and len(chosen.hidden) == 2)
    return SweepResult(
        cell,
        cell.iterations,
        cell.iterations if is_sound else 7,
        accuracy,
        1 - accuracy,
        accuracy,
        1 - accuracy,
        1.5 + chosen.seed,
        None if is_sound else 7,
    )


def made(folder: Path, manifest: Manifest = GRID, count: int | None = None) -> Path:
    """Fill a folder with the results of the first `count` runs; None: of all."""
    folder.mkdir(exist_ok=True)
    cells = manifest.plan()
    write_manifest(folder, replace(manifest, cells=len(cells), test_images=TEST_IMAGES))
    append(folder, cells[:count])
    return folder


def append(folder: Path, cells: Iterable[Cell]) -> None:
    """Add the results of these runs."""
    with ResultsWriter(folder) as table:
        table.append(map(result, cells))


@dataclass(frozen=True)
class Figures:
    """What the table says of some of its rows."""

    accuracies: list[float]  # of runs that did not diverge
    diverged: int
    seconds: float  # mean

    @property
    def mean(self) -> float:
        return statistics.fmean(self.accuracies)

    @property
    def spread(self) -> float:
        return statistics.stdev(self.accuracies)

    @property
    def test_error(self) -> float:
        return math.sqrt(self.mean * (1 - self.mean) / TEST_IMAGES)


def figures(folder: Path, fixed: Mapping[str, str]) -> Figures:
    """Return the figures of the rows that have these values, as the table writes them."""
    with (folder / TABLE).open(newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if all(row[name] == value for name, value in fixed.items())
        ]
    sound = [float(row["test_accuracy"]) for row in rows if not row["diverged_at"]]
    seconds = statistics.fmean(float(row["seconds"]) for row in rows)
    return Figures(sound, len(rows) - len(sound), seconds)
