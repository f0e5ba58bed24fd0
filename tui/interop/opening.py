"""Opens what a person names in the app: data, or a network on data that it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.app_options import EMBEDDED
from ..config.input_scale import InputScale, parse_input_scale
from ..datasets.paths import expanded
from ..datasets.progress import LoadTask
from ..errors import UserError

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from .model_file import FittedModel, ModelFile

SCALE_OPTION = re.compile(r"\s--input-scale[\s=]+(?P<scale>.*)$")


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What was opened."""

    source: str
    """Of the data."""
    dataset: Dataset
    model: FittedModel | None = None
    """A network to go on with; None: data alone were named."""


class OpenTask(LoadTask):
    """Opens data or a network."""

    def __init__(self, text: str, in_use: tuple[str, Dataset] | None = None) -> None:
        """Create the task.

        Args:
            text: A source of data, or the path of a model and --input-scale.
            in_use: Source and data that a network is opened on if it fits them.
        """
        super().__init__(expanded(text))
        self._text, self._in_use = text, in_use

    def opened(self) -> Opened:
        """Read, in the thread. Raises one of EXPECTED_ERRORS, or CancelledError."""
        from .model_file import is_model  # NumPy with it

        path, scale = _path_and_scale(self._text)
        if not is_model(path):
            return Opened(self.source, self.dataset())
        return self._network(path, scale)

    def _network(self, path: Path, scale: InputScale | None) -> Opened:
        from .model_file import read_model

        model = read_model(path)
        self.check()
        source, dataset = self._data_for(model)
        self.check()
        return Opened(source, dataset, model.fitted(dataset.test, scale, len(dataset.train)))

    def _data_for(self, model: ModelFile) -> tuple[str, Dataset]:
        """Return the data that a network continues with: its own, those in use, or MNIST.

        Raises UserError if it fits none of them.
        """
        from ..datasets.loading import open_for

        own = model.saved.provenance.source
        sizes = model.saved.state.sizes
        if self._in_use is not None:
            source, dataset = self._in_use
            fits = (dataset.train.images.shape[1], dataset.classes) == (sizes[0], sizes[-1])
            if fits and own in ("", source):
                return source, dataset
        source = own or EMBEDDED
        try:
            return source, open_for(model.saved, source, None, self.note, model=str(model.path))
        except UserError as problem:
            if own:
                raise
            raise UserError(
                f"{problem}; open data that it reads first, and then the network"
            ) from problem


def _path_and_scale(text: str) -> tuple[Path, InputScale | None]:
    """Split what was typed. Raises UserError for a wrong scale."""
    match = SCALE_OPTION.search(text)
    path = Path(expanded(text[: match.start()] if match else text))
    return path, parse_input_scale(match["scale"]) if match else None
