"""The library for notebooks and scripts: load data, train, predict, open a model.

It is the same code that the app and the commands run, with the same results. docs/library.md has
examples.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mnist_tui.data.augment import Epochs
from mnist_tui.data.dataset import EMBEDDED, Dataset, Digits
from mnist_tui.data.errors import DataError
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Array
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.checkpoint import SavedModel
from mnist_tui.net.run.history import History, Progress
from mnist_tui.net.trainer import Trainer, replay
from mnist_tui.prediction import predict
from mnist_tui.tui.config.recipe import format_recipe, parse_recipe
from mnist_tui.tui.datasets.loading import class_names, open_dataset, provenance_of
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.files import check_writable
from mnist_tui.tui.export.tables import history_table
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Data",
    "DataError",
    "Hyperparameters",
    "Model",
    "NetError",
    "UserError",
    "load_data",
    "open_model",
    "predict",
    "train",
]


@dataclass(frozen=True, eq=False)
class Data:
    """Labelled images, in a training part and a test part; see `load_data`."""

    dataset: Dataset
    """As the app holds it."""
    source: str
    """The name or path it was loaded from."""

    @property
    def train_images(self) -> NDArray[np.uint8]:
        """n × side × side, 0 (paper) to 255 (ink); read-only."""
        return self._square(self.dataset.train)

    @property
    def train_labels(self) -> NDArray[np.uint8]:
        """n, the class of each image, from 0; read-only."""
        return self.dataset.train.labels

    @property
    def test_images(self) -> NDArray[np.uint8]:
        """m × side × side, 0 (paper) to 255 (ink); read-only."""
        return self._square(self.dataset.test)

    @property
    def test_labels(self) -> NDArray[np.uint8]:
        """m, the class of each image, from 0; read-only."""
        return self.dataset.test.labels

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each class."""
        return self.dataset.names

    def _square(self, digits: Digits) -> NDArray[np.uint8]:
        return digits.images.reshape(-1, self.dataset.side, self.dataset.side)

    def __repr__(self) -> str:
        """Return what a notebook shows."""
        return (
            f"<Data {self.dataset.name}: {len(self.train_labels):,} to train on, "
            f"{len(self.test_labels):,} to test on, {len(self.names)} classes>"
        )


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network, and the run that made it; see `train` and `open_model`."""

    saved: SavedModel
    """As the app and its files hold it."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths from input to output, such as (784, 10, 10)."""
        return self.saved.state.sizes

    @property
    def weights(self) -> list[Array]:
        """W of each layer, n_out × n_in, float32."""
        return [W.copy() for W in self.saved.state.parameters.W]

    @property
    def biases(self) -> list[Array]:
        """The biases b of each layer, n_out, float32."""
        return [b[:, 0].copy() for b in self.saved.state.parameters.b]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each class."""
        return class_names(self.saved)

    @property
    def recipe(self) -> str:
        """The hyperparameters on one line, as `train`, the commands and the app take them."""
        return format_recipe(self.saved.state.hyperparameter_log)

    @property
    def test_accuracy(self) -> float:
        """The share of test images answered right when last measured, 0 to 1; nan: never."""
        tested = History(self.saved.state.history).tested
        return nan if tested is None else tested.test_accuracy

    @property
    def history(self) -> pd.DataFrame:
        """The metrics, a row an update; docs/file-formats.md describes the columns."""
        return history_table(self.saved)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the run to an .npz file that the app, the commands and `open_model` read.

        Args:
            path: The file; its folder must exist.
            overwrite: Whether it may replace an existing file.

        Raises:
            UserError: The file exists or has another ending; NetError if the disk refuses.
        """
        path = Path(path).expanduser()
        check_writable(path, overwrite=overwrite, endings=(".npz",))
        checkpoint.save(self.saved.state, path, self.saved.provenance)

    def __repr__(self) -> str:
        """Return what a notebook shows."""
        return f"<Model {'-'.join(map(str, self.sizes))}: {self.recipe}>"


def load_data(source: str | Path = EMBEDDED, *, test_share: float | None = None) -> Data:
    """Load MNIST, which comes with the package, or data of your own.

    Args:
        source: "mnist", or a file or folder of any form that `--data` takes: docs/data.md.
        test_share: The share of each class to test on, 0 to 1, of data without a test part; None:
            a fifth.

    Raises:
        DataError: One line that names the file and what is wrong with it.
    """
    return Data(open_dataset(str(source), test_share), str(source))


def train(
    data: Data,
    hyperparameters: Hyperparameters | str | None = None,
    *,
    threads: int | None = None,
    on_update: Callable[[Progress], object] | None = None,
) -> Model:
    """Train a network from its first weights to the end of the run.

    The same hyperparameters on the same data give the same network, bit for bit, here, in the app
    and by `mnist-tui train`.

    Args:
        data: What to learn from, and to test on.
        hyperparameters: `Hyperparameters`, or a recipe such as "hidden=64 alpha=0.1 @300
            alpha=0.05"; None: the defaults, 1500 updates of a network 784-10-10.
        threads: How many share an update; the result does not depend on them. None: one a core.
        on_update: Called after each update with its metrics: `iteration`, `loss` (nats),
            `train_accuracy` and `test_accuracy` (0 to 1; nan where not measured) and others.

    Raises:
        UserError: The recipe cannot be read.
        NetError: A value is out of range for these data, or an update diverged: alpha is too large.
    """
    log = (
        parse_recipe(hyperparameters)
        if isinstance(hyperparameters, str)
        else ((0, hyperparameters or Hyperparameters()),)
    )
    dataset = data.dataset
    # The engine limits BLAS to one thread; here, the process has other things to do afterwards.
    with (
        ThreadpoolController().limit(limits=1, user_api="blas"),
        closing(Engine(dataset.train, threads)) as engine,
    ):
        trainer = Trainer(
            dataset.train,
            dataset.test,
            log[0][1],
            classes=dataset.classes,
            engine=engine,
            augmented=Epochs(dataset.train.images).images,
        )
        for progress in replay(trainer, log):
            if on_update is not None:
                on_update(progress)
        return Model(SavedModel(trainer.state(), provenance_of(dataset, data.source)))


def open_model(path: str | Path) -> Model:
    """Open a run that `Model.save`, `mnist-tui train --out` or the app wrote.

    Raises NetError, one line that names the file, if it is not such a file.
    """
    return Model(checkpoint.read(Path(path).expanduser()))
