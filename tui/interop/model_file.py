"""The one door to model files: this program's own, and networks from elsewhere.

The content decides what a file is, its name only where the content has no mark. Files that can
only be opened by running what is in them, such as pickles, are not opened.
"""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...data.errors import DataError
from ...data.readers import foreign
from ...data.readers.safe_files import opened, size_of
from ...net.architecture import MAX_PARAMETERS, architecture_name
from ...net.engine.engine import Samples
from ...net.errors import NetError
from ...net.run import checkpoint
from ...net.run.checkpoint import SavedModel
from ..config.input_scale import CANDIDATES, EXPECTED, InputScale
from ..errors import UserError
from ..text import printable
from . import keras_file, safetensors_file
from .foreign_network import MAX_FILE_BYTES, ForeignNetwork, ForeignNetworkError, damaged
from .onnx import file as onnx_file
from .to_network import as_saved_model, fitted

SUFFIXES = (".npz", ".safetensors", ".onnx", ".keras")  # of models in a folder
KNOWN = (
    "expected a model of mnist-tui (.npz), safetensors, ONNX or .keras; docs/networks.md has what "
    "is read"
)
START_BYTES = 64
TORCH_ADVICE = (
    "is PyTorch's, a pickle, which can run code and is never opened; if you trust it, save its "
    "weights: safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
)
PICKLE_ADVICE = (
    "is a Python pickle, which can run code and is never opened; if you trust it, write its "
    "network as ONNX (scikit-learn: skl2onnx.to_onnx) or its weights as safetensors"
)
FLAX_ADVICE = (
    "is Flax's msgpack; save the parameters as safetensors: safetensors.flax.save_file("
    "flax.traverse_util.flatten_dict(params, sep='.'), 'model.safetensors')"
)
HDF5_ADVICE = "is an HDF5 file; save the model as .keras: model.save('model.keras')"


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A run that reads what this program feeds it."""

    name: str
    """Of its file."""
    saved: SavedModel
    notes: tuple[str, ...] = ()
    """On how a network from elsewhere was read, one line each."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The notes for the app: what the network is, and how it is read."""
        if not self.notes:
            return (f"{printable(self.name, 60)} is opened.",)
        *about, scale = self.notes
        return (f"{printable(self.name, 60)}: {'; '.join(about)}.", f"It {scale}.")


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A network in a file."""

    path: Path
    saved: SavedModel
    """This program's own run; of a network from elsewhere, as if it read pixels from 0 to 1."""
    foreign: ForeignNetwork | None = None
    """The network, if it is from elsewhere."""

    def fitted(
        self, images: Samples | None, scale: InputScale | None, samples: int = 0
    ) -> FittedModel:
        """Return the run, reading what this program feeds it.

        Args:
            images: Labeled test images for it; None: there are none.
            scale: What a foreign network reads; None: found out with the images.
            samples: Number of training samples that it is to be trained on; 0: of none.

        Raises:
            UserError: There is nothing to find out with; also if the weights become too large.
        """
        origin = self.path.name
        if self.foreign is None:
            return FittedModel(origin, self.saved)
        about = _about(self.foreign)
        try:
            if images is not None:
                saved, words = fitted(self.foreign, images, scale, origin=origin, samples=samples)
                return FittedModel(origin, saved, (*about, words))
            if scale is None:
                raise UserError(
                    f"{self.path}: say what the network reads, with --input-scale {EXPECTED}: "
                    "there are no labelled images to find it out with"
                )
            saved = as_saved_model(self.foreign, scale, origin=origin, samples=samples)
        except ForeignNetworkError as problem:
            raise UserError(f"{self.path}: {problem}") from problem
        return FittedModel(origin, saved, (*about, f"reads {scale.words}, as you said"))


def is_model(path: Path) -> bool:
    """Return whether a file is a model or is called one, and not data; False if it is unreadable.

    An .npz file may be either: this program's own models have a version.
    """
    try:
        if not path.is_file():
            return False
        with opened(path) as file:
            start = file.read(START_BYTES)
            if not start.startswith(b"PK"):
                by_mark = safetensors_file.is_safetensors(start)
                return by_mark or path.suffix.lower() in SUFFIXES[1:]
            names = zipfile.ZipFile(file).namelist()
            return keras_file.is_keras(names) or set(checkpoint.MARKS) <= set(names)
    except (*keras_file.UNREADABLE, DataError):
        return False


def read_model(path: Path) -> ModelFile:
    """Read the model in a file, whatever its format.

    Raises:
        NetError: It is this program's own, but damaged.
        UserError: It is another file, or its network is no plain one; DataError likewise, if it
            cannot be read at all.
    """
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as failure:
        why = getattr(failure, "strerror", None) or failure
        raise NetError(f"{path}: cannot be read: {why}") from failure
    if not is_file:
        raise NetError(f"{path}: is not a file; {KNOWN}")
    try:
        network = _foreign(path)
        if network is None:
            return ModelFile(path, checkpoint.read(path))
        return ModelFile(path, as_saved_model(network, CANDIDATES[0]), network)
    except ForeignNetworkError as problem:
        raise UserError(f"{path}: {problem}") from problem


def _foreign(path: Path) -> ForeignNetwork | None:
    """Return the network from elsewhere in a file; None for this program's own."""
    with opened(path) as file:
        start = file.read(START_BYTES)
        file.seek(0)
        if start.startswith(b"PK"):
            return _zipped(path, file)
        if safetensors_file.is_safetensors(start):
            return safetensors_file.read_safetensors(_content(file, size_of(file)))
        if start.startswith(b"\x89HDF\r\n\x1a\n"):
            raise ForeignNetworkError(HDF5_ADVICE)
        if start.startswith(foreign.OLD_TORCH):
            raise ForeignNetworkError(TORCH_ADVICE)
        if foreign.PICKLE.match(start):
            raise ForeignNetworkError(PICKLE_ADVICE)
        if path.suffix.lower() == ".msgpack" or start[1:8] == b"\xa6params":
            raise ForeignNetworkError(FLAX_ADVICE)
        if start[4:8] == b"TFL3":
            raise ForeignNetworkError(f"is TensorFlow Lite's; {KNOWN}")
        if onnx_file.is_onnx(start, path):
            return onnx_file.read_onnx(_content(file, size_of(file)), path.parent)
    raise ForeignNetworkError(f"is not a model file, or is cut short; {KNOWN}")


def _zipped(path: Path, file: IO[bytes]) -> ForeignNetwork | None:
    """Return the network in an archive; None for this program's own model."""
    try:
        names = zipfile.ZipFile(file).namelist()
    except keras_file.UNREADABLE as damage:
        if path.suffix.lower() == ".keras":
            raise damaged(".keras") from damage
        return None  # checkpoint.read says what is wrong
    if keras_file.is_keras(names):
        return keras_file.read_keras(file)
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        raise ForeignNetworkError(TORCH_ADVICE)
    return None


def _content(file: IO[bytes], size: int) -> bytes:
    """Return the whole content of a file that is small enough for a network."""
    if size > MAX_FILE_BYTES:
        raise ForeignNetworkError(
            f"has {size:,} bytes, more than the {MAX_PARAMETERS:,} weights that a network here "
            "may have"
        )
    return file.read(size)


def _about(network: ForeignNetwork) -> tuple[str, ...]:
    """Say what a network from elsewhere is, and what was done to it."""
    of = f", written by {network.program}" if network.program else ""
    return (f"{network.form}{of}: a network {architecture_name(network.sizes)}", *network.notes)
