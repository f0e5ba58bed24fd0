"""Keras's .keras archives, with h5py and without Keras.

Such an archive is a zip of config.json, the layers, and model.weights.h5, their weights. Nothing of
the configuration is executed: of a few known layers it is read what they are.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np

from .foreign_network import (
    MAX_FILE_BYTES,
    ForeignNetwork,
    ForeignNetworkError,
    Layer,
    Scaling,
    damaged,
    foreign_network,
    missing_library,
    named,
    not_understood,
)
from .keras_weights import MAX_LAYERS, dense_layer, stored_weights

FORM = "Keras"
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MAX_JSON_BYTES = 1 << 20
MAX_WEIGHTS_BYTES = 3 * MAX_FILE_BYTES  # with the moments of Adam
MAX_COMPRESSION_RATIO = 20  # real weights hardly compress
CARRIES = {"InputLayer", "Flatten", "Reshape"}
IGNORED = {
    "Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization"
}  # fmt: skip
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
)  # fmt: skip


def is_keras(names: list[str]) -> bool:
    """Return whether a zip archive with these members is Keras's."""
    return CONFIG in names and WEIGHTS in names


def read_keras(content: IO[bytes]) -> ForeignNetwork:
    """Read the network in an archive.

    Raises:
        ForeignNetworkError: It is damaged, or no plain network.
    """
    try:
        import h5py
    except ImportError as missing:
        raise missing_library("a .keras file", "hdf5") from missing
    try:
        with zipfile.ZipFile(content) as archive:
            config = _json(_member(archive, CONFIG, MAX_JSON_BYTES))
            weights = _member(archive, WEIGHTS, MAX_WEIGHTS_BYTES)
            about = _json(_member(archive, METADATA, MAX_JSON_BYTES))
    except UNREADABLE as damage:
        raise damaged(".keras", damage) from damage
    version = about.get("keras_version", "")
    library: Any = h5py
    try:
        with library.File(io.BytesIO(weights), "r") as file:
            return _network(config, file, f"keras {version}" if isinstance(version, str) else "")
    except ForeignNetworkError:
        raise
    except Exception as damage:  # the library raises what it likes at rubbish
        raise damaged("HDF5", WEIGHTS) from damage


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member's content, of which the archive's word for its size is not taken."""
    if archive.namelist().count(name) != 1:
        if name == METADATA:
            return b"{}"
        raise ForeignNetworkError(f"holds {name} twice")
    info = archive.getinfo(name)
    limit = min(most, max(MAX_JSON_BYTES, MAX_COMPRESSION_RATIO * info.compress_size))
    with archive.open(info) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ForeignNetworkError(f"holds {name}, which unfolds into more than {limit:,} bytes")
    return content


def _json(content: bytes) -> dict[str, Any]:
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError) as damage:
        raise damaged(".keras", CONFIG) from damage
    if not isinstance(found, dict):
        raise damaged(".keras", CONFIG)
    return found  # pyright: ignore[reportUnknownVariableType]: JSON


@dataclass(frozen=True, slots=True)
class _Entry:
    """A layer of the configuration."""

    kind: str
    config: dict[str, Any]
    name: str


def _network(config: dict[str, Any], file: Any, program: str) -> ForeignNetwork:
    """Join the layers of the configuration to their weights."""
    layers: list[Layer] = []
    last = ""  # the activation after the dense layer before
    scaling, types = Scaling(), set[str]()
    stored = stored_weights(file)
    for entry in _chain(config):
        if entry.kind in IGNORED or entry.kind in CARRIES:
            continue
        if entry.kind == "Rescaling" and not layers:
            factor, offset = _number(entry, "scale", 1.0), _number(entry, "offset", 0.0)
            scaling = scaling.times(np.full(1, factor)).plus(np.full(1, offset))
        elif entry.kind == "Dense":
            if layers and last != "relu":
                raise not_understood(f"has {last or 'no activation'} between two dense layers")
            layers.append(dense_layer(entry.config, entry.name, next(stored, None), types))
            last = _activation(entry)
        elif layers and last in ("", "linear") and (what := _only_activation(entry)) is not None:
            last = what
        else:
            raise not_understood(f"has a layer {named(entry.kind)} ({named(entry.name)})")
    if next(stored, None) is not None:
        raise ForeignNetworkError("holds weights of more dense layers than it describes")
    if layers and last not in ("", "linear", "softmax", "log_softmax"):
        raise not_understood(f"ends with {named(last)}")
    return foreign_network(FORM, layers, program=program, scaling=scaling, types=types)


def _chain(config: dict[str, Any]) -> list[_Entry]:
    """Return the layers of a model in their order. Raises ForeignNetworkError if they branch."""
    inside: Any = config.get("config")
    kind = config.get("class_name")
    if kind not in ("Sequential", "Functional", "Model") or not isinstance(inside, dict):
        raise not_understood(f"is a model of class {named(kind)}")
    layers: list[Any] = _list(inside.get("layers"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]: JSON
    entries: list[_Entry] = []
    for layer in layers:
        try:
            name: Any = layer["config"]["name"]
            entry = _Entry(str(layer["class_name"]), layer["config"], str(name))
            if kind != "Sequential" and _sources(layer) != {e.name for e in entries[-1:]}:
                raise not_understood(f"branches at its layer {named(entry.name)}")
        except (KeyError, TypeError, AttributeError, IndexError) as damage:
            raise damaged(".keras", CONFIG) from damage
        entries.append(entry)
    return entries


def _list(found: object) -> list[Any]:
    """Return a list out of the configuration. Raises ForeignNetworkError for anything else."""
    if not isinstance(found, list) or len(found) > MAX_LAYERS:  # pyright: ignore[reportUnknownArgumentType]: JSON
        raise damaged(".keras", CONFIG)
    return found  # pyright: ignore[reportUnknownVariableType]: JSON


def _sources(layer: dict[str, Any]) -> set[str]:
    """Return the names of the layers that a layer of a functional model reads."""
    names: set[str] = set()

    def search(found: Any, depth: int) -> None:
        if depth > 20:
            raise damaged(".keras", CONFIG)
        if isinstance(found, dict):
            history: Any = cast("dict[str, Any]", found).get("keras_history")
            if history is not None:
                names.add(str(history[0]))
            for value in found.values():  # pyright: ignore[reportUnknownVariableType]: JSON
                search(value, depth + 1)
        elif isinstance(found, list):
            for value in found:  # pyright: ignore[reportUnknownVariableType]: JSON
                search(value, depth + 1)

    nodes: list[Any] = layer["inbound_nodes"]
    if len(nodes) > 1:
        raise not_understood(f"uses its layer {named(layer['config']['name'])} more than once")
    search(nodes, 0)
    return names


def _number(entry: _Entry, name: str, default: float) -> float:
    value = entry.config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise not_understood(f"has a layer {entry.kind} whose {name} is no number")
    return float(value)


def _activation(entry: _Entry) -> str:
    """Return the name of an activation, which may stand inside a description of its function."""
    value: Any = entry.config.get("activation", "linear")
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("config")
    name = "linear" if value is None else str(value)
    if name not in ("linear", "relu", "softmax", "log_softmax"):
        raise not_understood(f"has the activation {named(name)} ({named(entry.name)})")
    return name


def _only_activation(entry: _Entry) -> str | None:
    """Return the activation that a layer without weights is; None for another layer."""
    config = entry.config
    if entry.kind == "Activation":
        return _activation(entry)
    if entry.kind == "ReLU":
        plain = (
            config.get("max_value"),
            config.get("negative_slope", 0),
            config.get("threshold", 0),
        )
        return "relu" if plain in ((None, 0, 0), (None, None, 0)) else None
    if entry.kind == "Softmax":
        return "softmax" if config.get("axis", -1) in (-1, 1, [-1], [1]) else None
    return None
